#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/description.h"
#include "data/tables/target.h"

namespace cellwise::tables {

/// What can be wrong with a table, or must be known before a model is made of it.
enum class FindingKind {
    identifier,           ///< a column that names rows: no feature
    constant,             ///< a column of one value, or of none
    missing,              ///< a column with missing cells
    spelled_missing,      ///< cells that spell a missing value and were read as texts
    outliers,             ///< NumberFigures::far_outliers
    no_spread,            ///< quartiles that are equal: the IQR rule would remove every other value
    duplicates,           ///< rows that are equal in all columns but identifiers
    contradictions,       ///< rows of equal features and different labels
    repeated_columns,     ///< columns that hold the same
    repeated_levels,      ///< levels of several columns that stand in the same rows
    collinear,            ///< columns with |r| of 0.99 and more
    product,              ///< a column that is nearly the product of two others
    leak,                 ///< a column that tells the target too well
    telling_missingness,  ///< missing cells that tell the target
    imbalance,            ///< a label of less than 5% of the rows
};
/// "identifier", "spelled_missing": as JSON has it.
[[nodiscard]] std::string_view finding_name(FindingKind kind);

struct Finding {
    FindingKind kind = FindingKind::identifier;
    std::vector<std::string> columns;  ///< none where it is about rows
    std::int64_t count = 0;            ///< rows or cells
    double value = 0;                  ///< an AUC, a correlation, a share
    std::string detail;                ///< a level, a label, the reason: as the table has it
};

struct AuditOptions {
    double leak_auc = 0.95;  ///< from which (or below 1 minus which) a column is suspect; of a correlation likewise
    int threads = 0;
};

/// What is to be known of the table, in the order of FindingKind. `target` and `associations` (of that target) may be
/// absent.
[[nodiscard]] std::vector<Finding> audit(const Table& table, const TableDescription& description,
                                         const Correlations& correlations, const Target* target,
                                         const std::vector<ColumnAssociation>& associations,
                                         const AuditOptions& options = {});

// Its parts.
void audit_columns(const Table& table, const TableDescription& description, const Target* target,
                   std::vector<Finding>& findings);
void audit_rows(const Table& table, const Target* target, int threads, std::vector<Finding>& findings);
void audit_repetition(const Table& table, const TableDescription& description, const Correlations& correlations,
                      int threads, std::vector<Finding>& findings);
void audit_target(const Table& table, const Target& target, const std::vector<ColumnAssociation>& associations,
                  double leak_auc, std::vector<Finding>& findings);

}  // namespace cellwise::tables
