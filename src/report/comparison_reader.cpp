#include <fmt/format.h>

#include "core/error.h"
#include "core/json_text.h"
#include "core/strict_json.h"
#include "core/utf8.h"
#include "report/reproduction.h"

namespace cellwise::report {
namespace {

using ReadJson = nlohmann::json;

/// A JSON object and where it stands, for messages.
class Object {
public:
    Object(const ReadJson& json, std::string where) : json_(json), where_(std::move(where)) {
        if (!json_.is_object()) throw DataError(fmt::format("{} is not a JSON object", where_));
    }

    const ReadJson& at(const char* key) const {
        const auto found = json_.find(key);
        if (found == json_.end()) refuse(key, "is missing");
        return *found;
    }
    [[nodiscard]] bool has(const char* key) const { return json_.contains(key); }
    double number(const char* key) const {
        const auto& value = at(key);
        if (!value.is_number()) refuse(key, "is not a number");
        return value.get<double>();
    }
    std::uint64_t natural(const char* key) const {
        const auto& value = at(key);
        // Not "value < 0": that reads a seed of 64 bits as negative.
        if (!value.is_number_unsigned()) refuse(key, "is not a whole number of at least 0");
        return value.get<std::uint64_t>();
    }
    std::string text(const char* key) const {
        const auto& value = at(key);
        if (!value.is_string()) refuse(key, "is not a text");
        return value.get<std::string>();
    }
    const ReadJson& list(const char* key) const {
        const auto& value = at(key);
        if (!value.is_array()) refuse(key, "is not a list");
        return value;
    }
    std::vector<double> numbers(const char* key) const {
        std::vector<double> result;
        for (const auto& value : list(key)) {
            if (!value.is_number()) refuse(key, "holds something that is not a number");
            result.push_back(value.get<double>());
        }
        return result;
    }
    Cell cell(const char* key) const {
        try {
            return parse_cell(text(key));
        } catch (const UsageError& error) {
            refuse(key, fmt::format("is no cell: {}", error.what()));
        }
    }
    Object object(const char* key) const { return {at(key), fmt::format("{}: '{}'", where_, key)}; }
    [[noreturn]] void refuse(const char* key, const std::string& why) const {
        throw DataError(fmt::format("{}: '{}' {}", where_, key, why));
    }

private:
    const ReadJson& json_;
    std::string where_;
};

RunRecord read_run(const Object& object, const std::string& where) {
    RunRecord run;
    run.cell = object.cell("cell");
    run.seed = object.natural("seed");
    run.parameters = static_cast<std::int64_t>(object.natural("parameters"));
    run.test_accuracy = object.number("test_accuracy");
    run.test_loss = object.number("test_loss");
    run.engine = object.text("engine");
    // Files written before reviews could be held out do not have these keys.
    run.held_out = object.has("validation") && object.text("validation") == "held_out";
    run.best_epoch = object.has("best_epoch") ? static_cast<std::int64_t>(object.natural("best_epoch")) : 0;
    const std::string validation = run.held_out ? "validation" : "test";
    const auto seconds = validation + "_seconds", loss = validation + "_loss", accuracy = validation + "_accuracy";
    for (const auto& element : object.list("epochs")) {
        const Object epoch(element, where + ": an epoch");
        run.epochs.push_back({static_cast<std::int64_t>(epoch.natural("epoch")), epoch.number("train_loss"),
                              epoch.number("train_accuracy"), epoch.number(loss.c_str()),
                              epoch.number(accuracy.c_str()), epoch.number("train_seconds"),
                              epoch.number(seconds.c_str())});
    }
    if (run.epochs.empty()) object.refuse("epochs", "is empty");
    return run;
}

BaselineRecord read_baseline(const Object& object) {
    return {object.text("name"),
            object.natural("seed"),
            static_cast<std::int64_t>(object.natural("parameters")),
            object.number("test_accuracy"),
            object.number("test_loss"),
            object.number("seconds")};
}

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
        run.epochs.push_back(
            {static_cast<std::int64_t>(i) + 1, train_loss[i], train_accuracy[i], test_loss[i], test_accuracy[i], 0, 0});
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

ComparisonRecord read_comparison(std::string_view text, std::string_view origin) {
    const auto where = fmt::format("'{}'", origin);
    const auto json = parse_strict_json(text, where);
    const Object document(json, where);
    ComparisonRecord comparison;
    comparison.data = document.at("data");
    comparison.configuration = document.at("configuration");
    std::size_t number = 0;
    for (const auto& element : document.list("runs")) {
        const auto run_where = fmt::format("{}: runs[{}]", where, number++);
        comparison.runs.push_back(read_run({element, run_where}, run_where));
    }
    if (document.has("diverged")) {
        for (const auto& element : document.list("diverged")) {
            const Object run(element, where + ": a run that diverged");
            comparison.diverged.push_back({run.cell("cell"), run.natural("seed"), run.text("reason")});
        }
    }
    if (comparison.runs.empty() && comparison.diverged.empty()) document.refuse("runs", "is empty");
    if (document.has("notes")) {
        for (const auto& note : document.list("notes")) {
            if (!note.is_string()) document.refuse("notes", "holds something that is not a text");
            comparison.notes.push_back(printable(note.get<std::string>()));
        }
    }
    if (document.has("baselines")) {
        for (const auto& element : document.list("baselines")) {
            comparison.baselines.push_back(read_baseline({element, where + ": a baseline"}));
        }
    }
    return comparison;
}

void require_tutorial(const ComparisonRecord& comparison, std::string_view origin) {
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

}  // namespace cellwise::report
