#include "cli/training_run.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <type_traits>

#include "cli/progress.h"
#include "core/error.h"
#include "training/device.h"
#include "training/run_folder.h"
#include "training/setting_text.h"

namespace cellwise::cli {
namespace {

report::EpochRecord record_of(const training::EpochResult& epoch) {
    return {epoch.epoch,         epoch.train.loss,    epoch.train.accuracy, epoch.test.loss,
            epoch.test.accuracy, epoch.train_seconds, epoch.test_seconds};
}

}  // namespace

PreparedData prepare_data(const training::Configuration& configuration) {
    auto dataset = data::load_dataset(configuration.data);
    if (dataset.train.size() == 0 || dataset.test.size() == 0) {
        throw UsageError("the data set has an empty split: there must be reviews to train on and to test with");
    }
    const auto length = static_cast<std::size_t>(configuration.length);
    return {std::move(dataset.source), std::move(dataset.vocabulary), data::pad(dataset.train, length),
            data::pad(dataset.test, length)};
}

nlohmann::ordered_json data_json(const PreparedData& data) {
    return {{"kind", data.source.kind},           {"path", data.source.path},
            {"sha256", data.source.sha256},       {"synthetic", data.source.is_synthetic()},
            {"train_reviews", data.train.size()}, {"test_reviews", data.test.size()}};
}

nlohmann::ordered_json configuration_json(const training::Configuration& configuration) {
    nlohmann::ordered_json json;
    training::visit_settings(configuration, [&](const char* key, const auto& value, const char*) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_arithmetic_v<Value>) {
            json[key] = value;
        } else if constexpr (std::is_same_v<Value, std::vector<Cell>>) {
            json[key] = nlohmann::ordered_json::array();
            for (const Cell cell : value) json[key].push_back(cell_name(cell));
        } else {
            json[key] = training::setting_text::format(value);
        }
    });
    return json;
}

report::RunRecord train_run(const training::Configuration& configuration, Cell cell, std::uint64_t seed,
                            const PreparedData& data, const std::filesystem::path& folder) {
    auto own = configuration;
    own.cells = {cell};
    own.seed = seed;
    own.seeds = "1";
    const auto run_folder = training::RunFolder::create(folder);
    run_folder.write_configuration(own);

    training::Trainer trainer(models::Classifier(own.model_for(cell), seed), own.training, seed,
                              training::resolve_device(own.device));
    ProgressDisplay display(fmt::format("{} seed {}", cell_title(cell), seed));
    const auto epochs = trainer.fit(
        data.train, data.test, [&](const training::Progress& progress) { display.update(progress); },
        [&](const training::EpochResult& epoch) { display.epoch_done(epoch, own.training.epochs); });

    run_folder.write_vocabulary(data.vocabulary, own.model.vocabulary_size);
    run_folder.write_metrics(epochs);
    run_folder.write_model(trainer.model());

    report::RunRecord record;
    record.cell = cell;
    record.seed = seed;
    record.parameters = trainer.model()->parameter_count();
    record.engine = models::engine_name(trainer.model()->active_engine());
    for (const auto& epoch : epochs) record.epochs.push_back(record_of(epoch));
    record.test_accuracy = epochs.back().test.accuracy;
    record.test_loss = epochs.back().test.loss;
    return record;
}

}  // namespace cellwise::cli
