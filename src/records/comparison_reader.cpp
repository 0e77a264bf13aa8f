#include <fmt/format.h>

#include "core/error.h"
#include "core/strict_json.h"
#include "core/utf8.h"
#include "records/comparison.h"
#include "records/json_object.h"

namespace cellwise::records {
namespace {

using ReadJson = nlohmann::json;
using Object = JsonObject;

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
        auto& figures = run.epochs.emplace_back();
        figures.epoch = static_cast<std::int64_t>(epoch.natural("epoch"));
        figures.train = {epoch.number("train_loss"), epoch.number("train_accuracy")};
        figures.validation = {epoch.number(loss.c_str()), epoch.number(accuracy.c_str())};
        figures.train_seconds = epoch.number("train_seconds");
        figures.validation_seconds = epoch.number(seconds.c_str());
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

}  // namespace

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

}  // namespace cellwise::records
