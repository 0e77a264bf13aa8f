#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tasks/customers/customer_run.h"

namespace cellwise::customers {

/// What one column of the table adds to a customer's margin; the levels of a category are added up.
struct ColumnContribution {
    std::string feature;  ///< the column
    std::string value;    ///< its cell as text; empty where missing
    double contribution = 0;
};

struct CustomerPrediction {
    std::string id;        ///< empty: the table has no identifier
    std::int64_t row = 0;  ///< of the table
    double answer = 0;     ///< the number, or a probability
    /// The probability is of class 1 of two, or of the most probable class of several: the label. Empty for numbers.
    std::string label;
    double base = 0;                                ///< of the margin
    std::vector<ColumnContribution> contributions;  ///< the largest first; empty if the model gives no reasons
    std::vector<std::string> unseen;                ///< columns whose level training did not have: it counts as none
    std::vector<std::string> filled;                ///< columns that are missing, and filled as in training
    std::optional<bool> trained_on;                 ///< whether the model learned from this row; nothing: another table
};

/// Predictions of the given rows. reasons: with contributions, whose sum is checked against the prediction. Throws
/// DataError if the table lacks a column.
[[nodiscard]] std::vector<CustomerPrediction> predict_rows(const CustomerRun& run, const tables::Table& table,
                                                           std::span<const std::int64_t> rows, bool reasons);

/// The rows with that identifier. Throws UsageError if the run or the table has no identifier column, DataError naming
/// the table if nobody has it.
[[nodiscard]] std::vector<std::int64_t> rows_of_id(const CustomerRun& run, const tables::Table& table,
                                                   const std::string& id);

/// Says of each prediction whether the model learned from its row: `table` is the one that it was trained on.
void tell_trained_on(const CustomerRun& run, const tables::Table& table, std::span<CustomerPrediction> predictions);

/// The document of docs/schema/customers-predictions.json, without its "schema".
[[nodiscard]] nlohmann::ordered_json to_json(const CustomerRun& run, std::span<const CustomerPrediction> predictions);

/// The rows that the model was tested on. `table` is the one that it was trained on.
struct TestPart {
    std::vector<std::int64_t> rows;  ///< of the table
    std::vector<double> targets;     ///< [rows]: the number or class
};
[[nodiscard]] TestPart test_part(const CustomerRun& run, const tables::Table& table);

/// How much worse the model is on its test part when a column's cells are shuffled among the rows.
struct PermutationImportance {
    std::string column;
    double mean = 0, low = 0, high = 0;  ///< the fall of the measure; 95% over the shufflings, by Student's t
};

/// By area under the ROC curve (R² of numbers), the largest first (Breiman, Machine Learning 45, 2001). `table` is the
/// one that the run was trained on. repeats: at least 2. most_rows: of the test part, its first ones; 0: all.
[[nodiscard]] std::vector<PermutationImportance> permutation_importance(const CustomerRun& run,
                                                                        const tables::Table& table, int repeats,
                                                                        std::size_t threads, std::size_t most_rows = 0);

}  // namespace cellwise::customers
