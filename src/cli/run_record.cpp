#include "cli/run_record.h"

#include <algorithm>

namespace cellwise::cli {

report::RunRecord run_record(const training::Configuration& configuration,
                             const std::vector<training::EpochResult>& epochs, const training::RunResult& result) {
    report::RunRecord record;
    record.cell = configuration.cells.front();
    record.seed = configuration.seed;
    record.parameters = result.parameters;
    record.engine = result.engine;
    for (const auto& epoch : epochs) {
        record.epochs.push_back({epoch.epoch, epoch.train.loss, epoch.train.accuracy, epoch.validation.loss,
                                 epoch.validation.accuracy, epoch.train_seconds, epoch.validation_seconds});
    }
    record.test_accuracy = result.test.accuracy;
    record.test_loss = result.test.loss;
    record.held_out = configuration.validation_split > 0;
    record.best_epoch = result.best_epoch;
    record.early_stopping = configuration.training.early_stopping > 0;
    return record;
}

std::vector<std::uint32_t> word_counts(const data::Reviews& reviews) {
    std::vector<std::uint32_t> counts;
    counts.reserve(reviews.size());
    for (std::size_t i = 0; i < reviews.size(); ++i) {
        counts.push_back(static_cast<std::uint32_t>(std::max<std::size_t>(1, reviews.review(i).size()) - 1));
    }
    return counts;
}

}  // namespace cellwise::cli
