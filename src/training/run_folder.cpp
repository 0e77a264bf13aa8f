#include "training/run_folder.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/word_index.h"
#include "training/model_file.h"

namespace cellwise::training {
namespace fs = std::filesystem;
namespace {

fs::path configuration_path(const fs::path& run) { return run / "config.toml"; }
fs::path model_path(const fs::path& run) { return run / "model.safetensors"; }
fs::path vocabulary_path(const fs::path& run) { return run / "vocabulary.json"; }

}  // namespace

RunFolder RunFolder::create(const fs::path& path) {
    if (fs::exists(configuration_path(path)) || fs::exists(model_path(path))) {
        throw UsageError(fmt::format("'{}' already holds a run: name another --output", path.string()));
    }
    make_folder(path);
    if (::access(path.c_str(), W_OK) != 0) {
        throw EnvironmentError(fmt::format("cannot write into the folder '{}'", path.string()));
    }
    return RunFolder(path);
}

fs::path RunFolder::fresh_name(const std::string& name) {
    const auto base = fmt::format("{:%Y-%m-%d}-{}", fmt::localtime(std::time(nullptr)), name);
    auto path = fs::path("runs") / base;
    for (int number = 2; fs::exists(path); ++number) path = fs::path("runs") / fmt::format("{}-{}", base, number);
    return path;
}

void RunFolder::write_configuration(const Configuration& configuration) const {
    write_file_atomically(configuration_path(path_), to_toml(configuration));
}

void RunFolder::write_vocabulary(const data::Vocabulary& vocabulary) const {
    write_file_atomically(vocabulary_path(path_), nlohmann::json(vocabulary.words_by_rank()).dump(0) + "\n");
}

void RunFolder::write_metrics(const std::vector<EpochResult>& epochs) const {
    std::string csv = "epoch,train_loss,train_accuracy,test_loss,test_accuracy,train_seconds,test_seconds\n";
    std::string lines;
    for (const auto& epoch : epochs) {
        csv += fmt::format("{},{},{},{},{},{:.3f},{:.3f}\n", epoch.epoch, epoch.train.loss, epoch.train.accuracy,
                           epoch.test.loss, epoch.test.accuracy, epoch.train_seconds, epoch.test_seconds);
        lines += nlohmann::ordered_json{{"epoch", epoch.epoch},
                                        {"train_loss", epoch.train.loss},
                                        {"train_accuracy", epoch.train.accuracy},
                                        {"test_loss", epoch.test.loss},
                                        {"test_accuracy", epoch.test.accuracy},
                                        {"train_seconds", epoch.train_seconds},
                                        {"test_seconds", epoch.test_seconds}}
                     .dump() +
                 "\n";
    }
    write_file_atomically(path_ / "metrics.csv", csv);
    write_file_atomically(path_ / "metrics.jsonl", lines);
}

void RunFolder::write_model(const models::Classifier& model) const { save_model(model, model_path(path_)); }

Configuration RunFolder::load_configuration(const fs::path& path) {
    if (!fs::is_directory(path)) {
        throw DataError(fmt::format("there is no run folder '{}'", path.string()));
    }
    Configuration configuration;
    try {
        apply_toml_file(configuration, configuration_path(path).string());
        configuration.validate();
    } catch (const UsageError& error) {  // a wrong value in a run's file is a broken file, not a wrong flag
        throw DataError(fmt::format("'{}': {}", configuration_path(path).string(), error.what()));
    }
    if (configuration.cells.size() != 1) {
        throw DataError(fmt::format("'{}' is not the run of one model: name one of the folders in it", path.string()));
    }
    return configuration;
}

Run RunFolder::load(const fs::path& path) {
    Run run;
    run.configuration = load_configuration(path);
    run.model =
        models::Classifier(run.configuration.model_for(run.configuration.cells.front()), run.configuration.seed);
    load_model(run.model, model_path(path));
    run.vocabulary = data::read_vocabulary(vocabulary_path(path));
    return run;
}

}  // namespace cellwise::training
