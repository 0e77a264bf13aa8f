#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/reviews/dataset.h"
#include "data/tables/table.h"
#include "tasks/customers/target.h"

namespace cellwise::verbs {

/// A table that claims about customers speak of.
struct ClaimTable {
    std::string suffix;  ///< of the claims' names: telco
    std::string title;   ///< for people: Telco
    std::string file;    ///< looked for beside the reviews: telco_churn.csv; of one's own: its path
    std::string target;
    bool is_classification = true;  ///< two labels; else a number
    std::vector<std::string> missing_values = {};
    bool is_own = false;        ///< `file` is a path, and must be there
    bool is_synthetic = false;  ///< the built-in customers are meant, not only taken for want of others
};

/// Telco, Hdma, Computers and the built-in SYNTHETIC customers.
[[nodiscard]] const std::vector<ClaimTable>& claim_tables();

/// A table that was found and read.
struct FoundTable {
    tables::Table table;
    customers::Target target;
    std::vector<std::string> leave_out;  ///< columns that are no features: the leaks planted in the SYNTHETIC customers
    data::Source source;                 ///< kind: the file's name, or "synthetic"
};

/// Reads the first `rows` customers (0: all). data: --data; where the file is not found there, in CELLWISE_DATA or in
/// the usual places, the SYNTHETIC customers take its place, with a notice. Throws what tables::read_table and
/// customers::target_of throw, UsageError for an own table whose target is neither two labels nor a number.
[[nodiscard]] FoundTable find_table(const ClaimTable& table, const std::optional<std::string>& data, std::int64_t rows);

/// One's own table. Reads it to see what kind of target it has. Throws as find_table does.
[[nodiscard]] ClaimTable own_table(const std::string& path, const std::string& target,
                                   const std::vector<std::string>& missing_values);

}  // namespace cellwise::verbs
