#pragma once

#include <string>

#include "tasks/customers/customer_run.h"

namespace cellwise::customers {

/// Where the table of a run lies, how it is read, and which column names its rows.
struct TableSource {
    std::string path, sha256;  ///< both empty: the synthetic table
    tables::ReadOptions read;  ///< with the kind of every column
    std::string id_column;     ///< empty: none
};

/// The run that a fit to this fold makes, with a copy of what the fold learned. It has no figures yet, and counts no
/// test rows. settings: those of the fit, with the model's parameters.
[[nodiscard]] CustomerRun run_of(const ModelKind& kind, Fitted fitted, const PreparedFold& fold, const Target& target,
                                 const FitSettings& settings, const TableSource& source);

}  // namespace cellwise::customers
