#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/json_text.h"
#include "core/strict_json.h"
#include "parity/reproduction.h"
#include "records/json_object.h"

namespace cellwise::parity {
namespace {

using ReadJson = nlohmann::json;
using Object = records::JsonObject;

ReferenceRun read_reference_run(const Object& object) {
    ReferenceRun run;
    run.cell = object.cell("kind");
    run.seed = object.natural("seed");
    run.clip_norm = object.number("clip");
    run.backend = object.text("backend");
    const auto history = object.object("hist");
    const auto train_accuracy = history.numbers("accuracy");
    const auto train_loss = history.numbers("loss");
    const auto test_accuracy = history.numbers("val_accuracy");
    const auto test_loss = history.numbers("val_loss");
    if (train_accuracy.empty() || train_loss.size() != train_accuracy.size() ||
        test_accuracy.size() != train_accuracy.size() || test_loss.size() != train_accuracy.size()) {
        object.refuse("hist", "must hold four lists of one length, one number an epoch");
    }
    for (std::size_t i = 0; i < train_accuracy.size(); ++i) {
        auto& epoch = run.epochs.emplace_back();
        epoch.epoch = static_cast<std::int64_t>(i) + 1;
        epoch.train = {train_loss[i], train_accuracy[i]};
        epoch.validation = {test_loss[i], test_accuracy[i]};
    }
    return run;
}

}  // namespace

std::vector<ReferenceRun> read_reference_runs(std::string_view text, std::string_view origin) {
    std::vector<ReferenceRun> runs;
    for (std::size_t begin = 0, line = 1; begin < text.size(); ++line) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const auto content = text.substr(begin, end - begin);
        begin = end + 1;
        if (content.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        const auto where = fmt::format("'{}', line {}", origin, line);
        const auto json = parse_strict_json(content, where);
        runs.push_back(read_reference_run({json, where}));
    }
    if (runs.empty()) throw DataError(fmt::format("'{}' holds no recorded run", origin));
    return runs;
}

void require_tutorial(const records::ComparisonRecord& comparison, std::string_view origin) {
    const auto where = fmt::format("'{}'", origin);
    if (!comparison.diverged.empty()) {
        throw DataError(fmt::format("{}: {} of its runs diverged; what is left of them cannot be compared", where,
                                    comparison.diverged.size()));
    }
    const ReadJson data = comparison.data;
    const auto kind = Object(data, where + ": 'data'").text("kind");
    if (kind == "synthetic" || kind == "table" || kind == "label_folder") {
        throw DataError(fmt::format("{} is of {}: only runs on the IMDB reviews can be compared", where,
                                    kind == "synthetic" ? "synthetic reviews" : "texts of one's own"));
    }
    const ReadJson tutorial{{"vocabulary_size", 10000},
                            {"length", 200},
                            {"embedding_size", 128},
                            {"hidden_size", 64},
                            {"layers", 1},
                            {"bidirectional", false},
                            {"stack", ""},
                            {"dropout", 0},
                            {"batch_norm", false},
                            {"gru_reset", "after"},
                            {"optimizer", "adam"},
                            {"global_clip_norm", 0},
                            {"weight_decay", 0},
                            {"l2", 0},
                            {"batch_size", 64},
                            {"limit", 0}};
    // Settings that comparisons of older versions do not name were the tutorial's then.
    const ReadJson tutorial_if_named{{"early_stopping", 0}, {"schedule", "constant"}};
    const ReadJson own = comparison.configuration;
    const Object configuration(own, where + ": 'configuration'");
    const auto require = [&](const std::string& key, const ReadJson& value) {
        if (configuration.at(key.c_str()) == value) return;
        configuration.refuse(key.c_str(), fmt::format("is {}; the tutorial's is {}",
                                                      json_text(configuration.at(key.c_str())), json_text(value)));
    };
    for (const auto& [key, value] : tutorial.items()) require(key, value);
    for (const auto& [key, value] : tutorial_if_named.items()) {
        if (configuration.has(key.c_str())) require(key, value);
    }
    const double rate = configuration.number("learning_rate");
    if (rate != 0 && rate != 0.001) configuration.refuse("learning_rate", "is not the tutorial's 0.001");
    if (configuration.has("validation_split") && configuration.number("validation_split") != 0) {
        configuration.refuse("validation_split", "holds reviews out; the tutorial trains on all of them");
    }
    static_cast<void>(configuration.number("clip_norm"));
}

}  // namespace cellwise::parity
