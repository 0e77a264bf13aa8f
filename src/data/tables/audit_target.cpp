#include <algorithm>
#include <cmath>

#include "data/tables/audit.h"
#include "statistics/association.h"
#include "statistics/two_samples.h"

namespace cellwise::tables {
namespace {

constexpr double significant = 0.001;       // shared by the columns that are asked
constexpr std::int64_t fewest_missing = 5;  // that may be all of one label
constexpr std::size_t enough_expected = 10;
constexpr std::size_t fewest_of_a_leak = 10;  // among fewer rows a column tells the target by chance

struct Counts {
    std::size_t missing_with = 0, missing_without = 0, present_with = 0, present_without = 0;

    /// That missing cells and the label are independent: Fisher's exact test; with 10 and more expected in each cell
    /// the normal approximation of the difference of two shares.
    [[nodiscard]] double p_value() const {
        const auto missing = static_cast<double>(missing_with + missing_without);
        const auto present = static_cast<double>(present_with + present_without);
        const double share = static_cast<double>(missing_with + present_with) / (missing + present);
        const double expected = std::min(missing, present) * std::min(share, 1 - share);
        if (expected < static_cast<double>(enough_expected)) {
            return statistics::fisher_exact_p(missing_with, missing_without, present_with, present_without);
        }
        const double difference =
            static_cast<double>(missing_with) / missing - static_cast<double>(present_with) / present;
        const double error = std::sqrt(share * (1 - share) * (1 / missing + 1 / present));
        return std::erfc(std::abs(difference) / error / std::sqrt(2.0));
    }
};

Counts counts_of(const Column& column, const Target& target, std::size_t label) {
    Counts counts;
    for (std::size_t row = 0; row < target.classes.size(); ++row) {
        if (target.classes[row] < 0) continue;
        const bool is_with = target.classes[row] == static_cast<std::int32_t>(label);
        if (is_missing(column, static_cast<std::int64_t>(row))) {
            ++(is_with ? counts.missing_with : counts.missing_without);
        } else {
            ++(is_with ? counts.present_with : counts.present_without);
        }
    }
    return counts;
}

/// The label among rows without the column's value that is furthest from its share among the others.
void add_by_labels(const Column& column, const Target& target, double alpha, std::vector<Finding>& findings) {
    std::optional<Finding> strongest;
    double least_p = alpha;
    for (std::size_t label = 0; label < target.labels.size(); ++label) {
        const Counts counts = counts_of(column, target, label);
        const auto missing = static_cast<std::int64_t>(counts.missing_with + counts.missing_without);
        if (missing == 0 || counts.present_with + counts.present_without == 0) return;
        const bool is_all = missing >= fewest_missing && counts.missing_without == 0;
        const double p = counts.p_value();
        if (!is_all && !(p < least_p)) continue;
        least_p = std::min(least_p, p);
        strongest = Finding{FindingKind::telling_missingness,
                            {column.name},
                            static_cast<std::int64_t>(counts.missing_with),
                            static_cast<double>(counts.missing_with) / static_cast<double>(missing),
                            target.labels[label]};
        if (is_all) break;
    }
    if (strongest) findings.push_back(std::move(*strongest));
}

void add_by_numbers(const Column& column, const Target& target, double alpha, std::vector<Finding>& findings) {
    std::vector<double> without, with;
    for (std::size_t row = 0; row < target.values.size(); ++row) {
        if (std::isnan(target.values[row])) continue;
        (is_missing(column, static_cast<std::int64_t>(row)) ? without : with).push_back(target.values[row]);
    }
    if (without.size() < 2 || with.size() < 2) return;
    const auto test = statistics::welch_test(without, with);
    if (test.p_value < alpha) {
        findings.push_back({FindingKind::telling_missingness,
                            {column.name},
                            static_cast<std::int64_t>(without.size()),
                            test.difference,
                            ""});
    }
}

}  // namespace

void audit_target(const Table& table, const Target& target, const std::vector<ColumnAssociation>& associations,
                  double leak_auc, std::vector<Finding>& findings) {
    for (const auto& one : associations) {
        const double value = one.association.value;
        const bool is_auc = one.measure == ColumnAssociation::Measure::auc;
        const bool is_suspect = is_auc ? value >= leak_auc || value <= 1 - leak_auc : std::abs(value) >= leak_auc;
        if (is_suspect && one.association.count >= fewest_of_a_leak) {
            findings.push_back({FindingKind::leak,
                                {table.columns[one.column].name},
                                static_cast<std::int64_t>(one.association.count),
                                value,
                                is_auc ? "auc" : "correlation"});
        }
    }
    std::vector<const Column*> asked;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (i != target.column && missing_count(table.columns[i]) > 0) asked.push_back(&table.columns[i]);
    }
    for (const auto* column : asked) {
        const double alpha = significant / static_cast<double>(asked.size());
        if (target.kind == TargetKind::classification) {
            add_by_labels(*column, target, alpha, findings);
        } else {
            add_by_numbers(*column, target, alpha, findings);
        }
    }
}

}  // namespace cellwise::tables
