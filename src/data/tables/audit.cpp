#include "data/tables/audit.h"

#include <algorithm>
#include <array>

#include "core/utf8.h"

namespace cellwise::tables {
namespace {

constexpr double least_share = 0.05;        // of a label that is not rare
constexpr double most_far_outliers = 0.01;  // of a column's cells; more are no outliers but its shape

}  // namespace

std::string_view finding_name(FindingKind kind) {
    constexpr std::array<std::string_view, 15> names{
        "identifier", "constant",   "missing",        "spelled_missing",     "outliers",
        "no_spread",  "duplicates", "contradictions", "repeated_columns",    "repeated_levels",
        "collinear",  "product",    "leak",           "telling_missingness", "imbalance"};
    return names[static_cast<std::size_t>(kind)];
}

void audit_columns(const Table& table, const TableDescription& description, const Target* target,
                   std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const auto& column = description.columns[i];
        const auto add = [&](FindingKind kind, std::int64_t count, double value, std::string detail = {}) {
            findings.push_back({kind, {column.name}, count, value, std::move(detail)});
        };
        const auto rows = static_cast<double>(description.rows);
        const bool is_target = target != nullptr && target->column == i;
        if (column.kind == Kind::identifier) add(FindingKind::identifier, column.unique, 0, column.reason);
        if (column.unique <= 1) {
            std::string value = column.levels.empty() ? "" : column.levels[0].level;
            add(FindingKind::constant, column.count, column.numbers ? column.numbers->min : 0, std::move(value));
        }
        if (column.missing > 0 && column.unique > 0) {
            add(FindingKind::missing, column.missing, static_cast<double>(column.missing) / rows);
        }
        for (const auto& spelling : column.spellings) {
            add(FindingKind::spelled_missing, spelling.count, static_cast<double>(spelling.count) / rows,
                spelling.text);
        }
        if (!column.numbers || column.kind == Kind::identifier || is_target) continue;
        const auto& figures = *column.numbers;
        if (figures.q25 == figures.q75) {
            if (figures.iqr_outliers > 0) add(FindingKind::no_spread, figures.iqr_outliers, figures.median);
        } else if (figures.far_outliers > 0 &&
                   static_cast<double>(figures.far_outliers) <= most_far_outliers * static_cast<double>(column.count)) {
            add(FindingKind::outliers, figures.far_outliers, figures.max);
        }
    }
    if (target == nullptr) return;
    for (std::size_t i = 0; i < target->labels.size(); ++i) {
        const double share = static_cast<double>(target->counts[i]) / static_cast<double>(table.rows - target->missing);
        if (share < least_share) {
            findings.push_back({FindingKind::imbalance, {target->name}, target->counts[i], share, target->labels[i]});
        }
    }
}

std::vector<Finding> audit(const Table& table, const TableDescription& description, const Correlations& correlations,
                           const Target* target, const std::vector<ColumnAssociation>& associations,
                           const AuditOptions& options) {
    std::vector<Finding> findings;
    audit_columns(table, description, target, findings);
    audit_rows(table, target, options.threads, findings);
    audit_repetition(table, description, correlations, options.threads, findings);
    if (target != nullptr) audit_target(table, *target, associations, options.leak_auc, findings);
    std::ranges::stable_sort(findings, {}, &Finding::kind);
    return findings;
}

}  // namespace cellwise::tables
