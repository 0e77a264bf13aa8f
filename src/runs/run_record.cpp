#include "runs/run_record.h"

#include <algorithm>

namespace cellwise::runs {

records::RunRecord run_record(const sentiment::Configuration& configuration,
                              const std::vector<records::EpochFigures>& epochs, const records::RunResult& result) {
    records::RunRecord record;
    record.cell = configuration.cells.front();
    record.seed = configuration.seed;
    record.parameters = result.parameters;
    record.engine = result.engine;
    record.epochs = epochs;
    record.test_accuracy = result.test.accuracy;
    record.test_loss = result.test.loss;
    record.held_out = configuration.validation_split > 0;
    record.best_epoch = result.best_epoch;
    record.early_stopping = configuration.training.early_stopping > 0;
    return record;
}

}  // namespace cellwise::runs
