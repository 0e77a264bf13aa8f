#include "records/comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "core/model_title.h"

namespace cellwise::records {
namespace {

constexpr double alpha = 0.05;

std::vector<const RunRecord*> runs_of(const std::vector<RunRecord>& runs, Cell cell) {
    std::vector<const RunRecord*> found;
    for (const auto& run : runs) {
        if (run.cell == cell) found.push_back(&run);
    }
    return found;
}

template <class Value>
statistics::Summary summarise(const std::vector<const RunRecord*>& runs, Value value) {
    std::vector<double> values;
    values.reserve(runs.size());
    for (const auto* run : runs) values.push_back(value(*run));
    return statistics::summarise(values);
}

std::map<std::uint64_t, double> accuracy_by_seed(const std::vector<RunRecord>& runs, Cell cell) {
    std::map<std::uint64_t, double> accuracies;
    for (const auto* run : runs_of(runs, cell)) accuracies.emplace(run->seed, run->test_accuracy);
    return accuracies;
}

/// Nothing with fewer than two seeds in common.
std::optional<CellDifference> compare_two(const std::vector<RunRecord>& runs, Cell first, Cell second) {
    const auto minuends = accuracy_by_seed(runs, first);
    const auto subtrahends = accuracy_by_seed(runs, second);
    std::vector<double> first_values;
    std::vector<double> second_values;
    for (const auto& [seed, accuracy] : minuends) {
        const auto partner = subtrahends.find(seed);
        if (partner == subtrahends.end()) continue;
        first_values.push_back(accuracy);
        second_values.push_back(partner->second);
    }
    if (first_values.size() < 2) return std::nullopt;
    return CellDifference{first, second, statistics::compare_pairs(first_values, second_values), 1, std::nullopt};
}

}  // namespace

double RunRecord::seconds() const {
    double sum = 0;
    for (const auto& epoch : epochs) sum += epoch.train_seconds + epoch.validation_seconds;
    return sum;
}

std::vector<CellSummary> summarise_cells(const std::vector<RunRecord>& runs) {
    std::vector<CellSummary> summaries;
    for (const auto cell : all_cells) {
        const auto own = runs_of(runs, cell);
        if (own.empty()) continue;
        summaries.push_back({cell, own.front()->parameters,
                             summarise(own, [](const RunRecord& run) { return run.test_accuracy; }),
                             summarise(own, [](const RunRecord& run) { return run.test_loss; }),
                             summarise(own, [](const RunRecord& run) { return run.seconds(); })});
    }
    return summaries;
}

std::vector<CellDifference> compare_cells(const std::vector<RunRecord>& runs) {
    std::vector<CellDifference> differences;
    for (std::size_t later = 1; later < all_cells.size(); ++later) {
        for (std::size_t earlier = 0; earlier < later; ++earlier) {
            if (auto difference = compare_two(runs, all_cells[later], all_cells[earlier])) {
                differences.push_back(*difference);
            }
        }
    }
    std::vector<double> p_values;
    p_values.reserve(differences.size());
    for (const auto& difference : differences) p_values.push_back(*difference.accuracy.p_value);
    const auto corrected = statistics::holm(p_values);
    for (std::size_t i = 0; i < differences.size(); ++i) {
        auto& difference = differences[i];
        difference.p_holm = corrected[i];
        if (difference.is_significant()) continue;
        // At Bonferroni's level: what is not significant after Holm's correction then always needs more
        // seeds than there are.
        const auto& summary = difference.accuracy.difference;
        difference.seeds_needed = statistics::pairs_needed(summary.mean, *summary.standard_deviation,
                                                           alpha / static_cast<double>(differences.size()));
    }
    return differences;
}

std::string verdict(const CellDifference& difference) {
    const auto& summary = difference.accuracy.difference;
    const auto claim = fmt::format("{} − {}: {:+.4f} (95% CI {:+.4f} to {:+.4f}, p = {:.2g})",
                                   cell_title(difference.first), cell_title(difference.second), summary.mean,
                                   summary.interval->low, summary.interval->high, difference.p_holm);
    if (difference.is_significant()) return claim + ": significant";
    return fmt::format(
        "{}: not distinguishable with {} seeds; {} would be needed", claim, summary.count,
        difference.seeds_needed ? fmt::format("about {}", *difference.seeds_needed) : "more than a million");
}

std::string diverged_text(const DivergedRun& run, std::string_view stack) {
    return fmt::format("{}: {}", run_title(run.cell, stack, run.seed), run.reason);
}

std::string model_title(const ComparisonRecord& comparison, Cell cell) {
    const auto& configuration = comparison.configuration;
    const auto stack = configuration.is_object() ? configuration.find("stack") : configuration.end();
    const bool is_told = stack != configuration.end() && stack->is_string();
    return cellwise::model_title(cell, is_told ? stack->get_ref<const std::string&>() : std::string());
}

std::vector<std::string> notes_of(const ComparisonRecord& comparison) {
    std::vector<std::string> notes;
    for (const Cell cell : all_cells) {
        std::vector<std::uint64_t> seeds;
        for (const auto& run : comparison.diverged) {
            if (run.cell == cell) seeds.push_back(run.seed);
        }
        if (seeds.empty()) continue;
        const auto kept = static_cast<std::size_t>(std::count_if(
            comparison.runs.begin(), comparison.runs.end(), [&](const RunRecord& run) { return run.cell == cell; }));
        notes.push_back(
            fmt::format("{} of {} runs of {} diverged (seed{} {}): {}", seeds.size(), seeds.size() + kept,
                        model_title(comparison, cell), seeds.size() == 1 ? "" : "s", fmt::join(seeds, ", "),
                        kept == 0 ? "it has no figures." : "its figures are of the others alone, and so flatter it."));
    }
    notes.insert(notes.end(), comparison.notes.begin(), comparison.notes.end());
    return notes;
}

}  // namespace cellwise::records
