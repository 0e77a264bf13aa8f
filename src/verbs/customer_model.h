#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "serve/models.h"
#include "tasks/customers/model.h"

namespace cellwise::verbs {

/// The model of a folder that `customers train` made, with the customers of its table, or of `table` if that is not
/// empty. Customers are predicted as `customers predict` does; reasons are on the prediction's own scale
/// (probability_contributions.h).
///
/// Throws what customers::load_run throws; DataError if the table is not there, or lacks the column of identifiers or
/// one that the model reads; UsageError if a table is named and the model knows no identifier to look up in it.
[[nodiscard]] std::unique_ptr<serve::CustomerModel> load_customer_model(const std::filesystem::path& folder,
                                                                        const std::string& table,
                                                                        const customers::ModelKinds& kinds);

}  // namespace cellwise::verbs
