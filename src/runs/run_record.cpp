#include "runs/run_record.h"

#include <algorithm>
#include <cmath>

namespace cellwise::runs {

records::RunRecord run_record(const sentiment::Configuration& configuration,
                              const std::vector<records::EpochFigures>& epochs, const records::RunResult& result) {
    records::RunRecord record;
    record.cell = configuration.cells.front();
    record.seed = configuration.seed;
    record.parameters = result.parameters;
    record.engine = result.engine;
    record.epochs = epochs;
    const auto test = result.test.value_or(records::Metrics{std::nan(""), std::nan("")});
    record.test_accuracy = test.accuracy;
    record.test_loss = test.loss;
    record.held_out = configuration.validation_split > 0;
    record.best_epoch = result.best_epoch;
    record.early_stopping = configuration.training.early_stopping > 0;
    return record;
}

}  // namespace cellwise::runs
