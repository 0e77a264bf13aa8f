#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data/tables/table.h"

namespace cellwise::tables {

/// What one step did to one column.
struct StepRecord {
    std::string step;        ///< "missing"
    std::string column;      ///< the table's column, or the new one
    std::string did;         ///< "median 1397.475"
    std::int64_t cells = 0;  ///< cells that were filled, clipped, made
    std::int64_t rows = 0;   ///< rows that were removed
};

/// Why a step is applied. Rows are removed for training and for a cleaned table; a customer who is to be predicted is
/// never removed, his cell stays as it is.
enum class Use { training, prediction };

/// The columns of the table that no step may touch: the target, the identifier.
using Protected = std::vector<std::string>;

/// One step of a recipe: it learns from a table and is applied to tables.
class Step {
public:
    virtual ~Step() = default;
    Step() = default;
    Step(const Step&) = default;
    Step& operator=(const Step&) = default;

    [[nodiscard]] virtual std::unique_ptr<Step> clone() const = 0;

    /// Learns from all rows of the table. Throws UsageError or DataError if the step does not fit the table: no such
    /// column, a column of another kind.
    virtual void fit(const Table& table, const Protected& kept) = 0;

    /// Changes the table by what was learned. `rows` has the origin of every row and loses those that are removed.
    /// Throws DataError if the table lacks a column that was there when the step was fitted.
    virtual void apply(Table& table, std::vector<std::int64_t>& rows, Use use,
                       std::vector<StepRecord>& records) const = 0;

    /// What the step is asked to do: {"do": "missing", "column": …, "strategy": "median"}.
    [[nodiscard]] virtual nlohmann::ordered_json settings() const = 0;
    /// What it learned.
    [[nodiscard]] virtual nlohmann::ordered_json fitted() const = 0;
    /// Takes what fitted() gave. Throws DataError if it is something else.
    virtual void set_fitted(const nlohmann::ordered_json& document) = 0;
};

}  // namespace cellwise::tables
