#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/tables/table.h"
#include "serve/models.h"
#include "tasks/customers/customer_run.h"

namespace cellwise::verbs {

/// The columns of a table that a model reads, in the table's order: those of its features or, with a recipe, those that
/// the recipe was given.
[[nodiscard]] std::vector<std::string> input_columns(const customers::CustomerRun& run, const tables::Table& table);

/// One cell as the API tells it: a number, true or false for 0 and 1, a date as 2026-01-31, all else as text.
[[nodiscard]] serve::Value value_of(const tables::Column& column, std::int64_t row);

/// The cells of one row in the table's order.
[[nodiscard]] serve::Row row_of(const tables::Table& table, std::int64_t row);

/// Rows of a request as a table that the model reads: `inputs`, and `id_column` if a row has it. Cells are read as
/// those of a file are (`customers predict --file`); `known` says of what kind a column is, and what true and false are
/// called there. Columns that no row has are missing, others than these are passed over.
///
/// Throws UsageError for a row that has none of the model's columns, DataError for a value that is not of its column's
/// kind.
[[nodiscard]] tables::Table table_of_rows(const customers::CustomerRun& run, const tables::Table& known,
                                          const std::vector<std::string>& inputs, std::span<const serve::Row> rows);

}  // namespace cellwise::verbs
