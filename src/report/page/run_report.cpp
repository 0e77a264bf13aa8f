#include "report/page/run_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/model_title.h"

namespace cellwise::report {
namespace {

// A group's runs differ in these, or its name says them.
bool is_own_to_a_run(const std::string& key) { return key == "seed" || key == "cells" || key == "preset"; }

std::map<std::string, std::string> shared_settings(const std::vector<ReportRun>& runs) {
    auto shared = runs.front().settings;
    for (const auto& run : runs) {
        std::erase_if(shared, [&](const auto& setting) {
            const auto other = run.settings.find(setting.first);
            return other == run.settings.end() || other->second != setting.second;
        });
    }
    return shared;
}

/// "clip_norm 1, data 8befbd41": what sets this run apart from those of other settings.
std::string variant_of(const ReportRun& run, const std::map<std::string, std::string>& shared, bool one_data_set) {
    std::vector<std::string> parts;
    for (const auto& [key, value] : run.settings) {
        if (!is_own_to_a_run(key) && !shared.contains(key)) parts.push_back(fmt::format("{} {}", key, value));
    }
    if (!one_data_set) parts.push_back(fmt::format("data {}", run.data_sha256.substr(0, 8)));
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<ReportGroup> groups_of(const ReportInput& input, const std::map<std::string, std::string>& shared,
                                   bool one_data_set) {
    std::vector<ReportGroup> groups;
    for (const Cell cell : all_cells) {
        std::map<std::string, std::vector<std::size_t>> variants;
        for (std::size_t i = 0; i < input.runs.size(); ++i) {
            const auto& run = input.runs[i];
            if (run.record.cell == cell) variants[variant_of(run, shared, one_data_set)].push_back(i);
        }
        for (const auto& [variant, runs] : variants) {
            ReportGroup group;
            group.cell = cell;
            const auto& settings = input.runs[runs.front()].settings;
            const auto stack = settings.find("stack");
            group.name = model_title(cell, stack == settings.end() ? std::string() : stack->second);
            if (!variant.empty()) group.name += ", " + variant;
            group.runs = runs;
            groups.push_back(std::move(group));
        }
    }
    return groups;
}

template <class Value>
statistics::Summary summary_of(const ReportInput& input, const std::vector<std::size_t>& runs, Value value) {
    std::vector<double> values;
    values.reserve(runs.size());
    for (const auto run : runs) values.push_back(value(input.runs[run].record));
    return statistics::summarise(values);
}

std::vector<EpochSpread> epochs_of(const ReportInput& input, const std::vector<std::size_t>& runs) {
    std::map<std::int64_t, std::vector<const records::EpochFigures*>> by_epoch;
    for (const auto run : runs) {
        for (const auto& epoch : input.runs[run].record.epochs) by_epoch[epoch.epoch].push_back(&epoch);
    }
    std::vector<EpochSpread> figures;
    for (const auto& [number, epochs] : by_epoch) {
        // A capture of its own: C++20's structured bindings are not captured by every compiler.
        const auto summary = [&epochs = epochs](auto figure) {
            std::vector<double> values;
            values.reserve(epochs.size());
            for (const auto* epoch : epochs) values.push_back(figure(*epoch));
            return statistics::summarise(values);
        };
        using records::EpochFigures;
        figures.push_back({number, summary([](const EpochFigures& epoch) { return epoch.train.loss; }),
                           summary([](const EpochFigures& epoch) { return epoch.train.accuracy; }),
                           summary([](const EpochFigures& epoch) { return epoch.validation.loss; }),
                           summary([](const EpochFigures& epoch) { return epoch.validation.accuracy; })});
    }
    return figures;
}

void add_results(const ReportInput& input, ReportGroup& group) {
    const auto& first = input.runs[group.runs.front()];
    group.parameters = first.record.parameters;
    group.accuracy = summary_of(input, group.runs, [](const records::RunRecord& run) { return run.test_accuracy; });
    group.loss = summary_of(input, group.runs, [](const records::RunRecord& run) { return run.test_loss; });
    group.seconds = summary_of(input, group.runs, [](const records::RunRecord& run) { return run.seconds(); });
    group.accuracy_interval = group.accuracy.interval;
    if (group.runs.size() == 1 && first.test_reviews > 0) {
        const auto reviews = static_cast<double>(first.test_reviews);
        const auto right =
            static_cast<std::size_t>(std::clamp(first.record.test_accuracy * reviews + 0.5, 0.0, reviews));
        group.accuracy_interval = statistics::wilson_interval(right, first.test_reviews);
    }
    group.epochs = epochs_of(input, group.runs);
}

ErrorText text_of(const ReportInput& input, const ReportRun& run, std::size_t review) {
    if (!input.words_of) return {};
    ErrorText text{input.words_of(run, review), 0};
    // The start token stands before the words, so it is the first to be cut off.
    const auto read = static_cast<std::size_t>(run.length);
    if (text.words.size() > read) text.unread = text.words.size() - read;
    return text;
}

void add_predictions(const ReportInput& input, const std::vector<std::optional<records::RunPredictions>>& figures,
                     ReportGroup& group) {
    std::vector<const records::TestPredictions*> predictions;
    std::vector<const records::RunPredictions*> evaluated;
    for (const auto number : group.runs) {
        const auto& run = input.runs[number];
        if (!run.predictions) {
            group.no_predictions = fmt::format("{}: {}", run.folder, run.no_predictions);
            return;
        }
        predictions.push_back(&*run.predictions);
        evaluated.push_back(&*figures[number]);
    }
    group.predictions = evaluate_group(predictions, evaluated);
    const auto& first = input.runs[group.runs.front()];
    for (const auto& error : group.predictions->errors) {
        group.error_texts.push_back(text_of(input, first, error.review));
    }
}

/// Statistics over seeds must not count a run twice.
void refuse_doubles(const ReportInput& input, const std::vector<ReportGroup>& groups) {
    for (const auto& group : groups) {
        std::map<std::uint64_t, const std::string*> folders;
        for (const auto number : group.runs) {
            const auto& run = input.runs[number];
            const auto [known, is_new] = folders.emplace(run.record.seed, &run.folder);
            if (is_new) continue;
            throw UsageError(
                fmt::format("'{}' and '{}' are the same run ({}, seed {}, equal settings and data): name one",
                            *known->second, run.folder, cell_title(group.cell), run.record.seed));
        }
    }
}

std::string data_name(const ReportInput& input) {
    const auto& kind = input.runs.front().data_kind;
    if (kind == "imdb") return "IMDB reviews";
    if (kind == "synthetic") return "synthetic reviews";
    return "own reviews";
}

std::string title_of(const ReportInput& input, bool one_data_set) {
    std::vector<std::string_view> cells;
    for (const Cell cell : all_cells) {
        const bool is_in = std::any_of(input.runs.begin(), input.runs.end(),
                                       [&](const ReportRun& run) { return run.record.cell == cell; });
        if (is_in) cells.push_back(cell_title(cell));
    }
    const auto list = cells.size() < 2
                          ? fmt::format("{}", fmt::join(cells, ""))
                          : fmt::format("{} and {}", fmt::join(cells.begin(), cells.end() - 1, ", "), cells.back());
    return fmt::format("{} on {}", list, one_data_set ? data_name(input) : "several data sets");
}

void add_notes(const ReportInput& input, bool one_data_set, RunReport& report) {
    const auto any = [&](auto is_so) { return std::any_of(input.runs.begin(), input.runs.end(), is_so); };
    if (any([](const ReportRun& run) { return run.data_kind == "synthetic"; })) {
        report.notes.emplace_back(
            "Synthetic reviews: made by the program, not written by people. Results on them say nothing about real "
            "ones.");
    }
    if (!one_data_set) {
        report.notes.emplace_back(
            "The runs were tested on different reviews: their figures stand beside each other, but cannot be "
            "compared.");
    }
    report.notes.insert(report.notes.end(), input.notes.begin(), input.notes.end());
    if (any([](const ReportRun& run) { return !run.record.held_out && run.record.early_stopping; })) {
        report.notes.emplace_back(
            "Caution: early stopping chose the epoch by the test reviews, so their accuracy is too good to be an "
            "honest "
            "estimate. --validation-split avoids that.");
    } else if (any([](const ReportRun& run) { return !run.record.held_out; })) {
        report.notes.emplace_back(
            "Validation = test, as in the tutorial: the test reviews were looked at after every epoch. "
            "--validation-split keeps them untouched until the end.");
    } else {
        report.notes.emplace_back(
            "Held-out training reviews validated each epoch; the test reviews were used once, at the end.");
    }
}

}  // namespace

RunReport make_report(const ReportInput& input) {
    if (input.runs.empty()) throw InternalError("a report needs at least one run");
    std::set<std::string> data_sets;
    for (const auto& run : input.runs) data_sets.insert(run.data_sha256);
    const bool one_data_set = data_sets.size() == 1;

    RunReport report;
    report.title = title_of(input, one_data_set);
    report.shared_settings = shared_settings(input.runs);
    report.groups = groups_of(input, report.shared_settings, one_data_set);
    refuse_doubles(input, report.groups);
    for (const auto& run : input.runs) {
        report.runs.push_back(run.predictions ? std::optional(evaluate(*run.predictions)) : std::nullopt);
    }
    for (auto& group : report.groups) {
        add_results(input, group);
        add_predictions(input, report.runs, group);
    }
    std::set<Cell> cells;
    for (const auto& group : report.groups) cells.insert(group.cell);
    if (cells.size() == report.groups.size()) {
        std::vector<records::RunRecord> records;
        for (const auto& run : input.runs) records.push_back(run.record);
        report.differences = compare_cells(records);
    }
    add_notes(input, one_data_set, report);
    return report;
}

}  // namespace cellwise::report
