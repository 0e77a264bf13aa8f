#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/tables/step.h"
#include "data/tables/table.h"

namespace cellwise::tables {

/// A step of its settings: {"do": "missing" | "outliers" | "feature" | "grade" | "scale" | "one-hot", "rules": […] or
/// "rule": …}. Throws UsageError; `where` stands in messages.
[[nodiscard]] std::unique_ptr<Step> make_step(const nlohmann::ordered_json& settings, const std::string& where);

/// An ordered list of steps that clean a table and add columns to it. It is fitted on some rows and applied to others.
class Recipe {
public:
    Recipe() = default;
    Recipe(const Recipe& other);
    Recipe(Recipe&&) = default;
    Recipe& operator=(const Recipe& other);
    Recipe& operator=(Recipe&&) = default;
    ~Recipe() = default;

    void add(std::unique_ptr<Step> step) { steps_.push_back(std::move(step)); }
    void set_protected(Protected names) { protected_ = std::move(names); }
    [[nodiscard]] bool empty() const { return steps_.empty(); }

    /// Fits every step on what the steps before it make of the table, and applies it. Returns for each row that is left
    /// its former place.
    std::vector<std::int64_t> fit_apply(Table& table);

    /// Applies what was fitted. Returns for each row that is left its former place; for Use::prediction all are left.
    std::vector<std::int64_t> apply(Table& table, Use use, std::vector<StepRecord>* records = nullptr) const;

    /// What fit_apply() did, step by step.
    [[nodiscard]] const std::vector<StepRecord>& records() const { return records_; }

    /// The steps as a TOML text, without what they learned.
    [[nodiscard]] std::string toml() const;
    /// Reads such a text; `origin` stands in messages. Throws DataError naming the line, UsageError for a wrong value.
    [[nodiscard]] static Recipe from_toml(std::string_view text, const std::string& origin);

    /// The steps and what they learned.
    [[nodiscard]] nlohmann::ordered_json json() const;
    /// Throws DataError if it is not what json() gives.
    [[nodiscard]] static Recipe from_json(const nlohmann::ordered_json& document);

private:
    struct Input {
        std::string name;
        Kind kind = Kind::numeric;
    };
    void match_inputs(Table& table) const;

    std::vector<std::unique_ptr<Step>> steps_;
    std::vector<Input> inputs_;  ///< the columns of the table that was fitted, but for those that are protected
    Protected protected_;
    std::vector<StepRecord> records_;
};

}  // namespace cellwise::tables
