#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/tables/expression.h"
#include "data/tables/step.h"

namespace cellwise::tables {

/// A new column "NAME = EXPRESSION" (expression.h). A division by 0 and the like give a missing value and are counted.
class DerivedFeature : public Step {
public:
    /// Throws UsageError with the position of what is wrong.
    explicit DerivedFeature(const std::string& rule);

    [[nodiscard]] std::unique_ptr<Step> clone() const override { return std::make_unique<DerivedFeature>(*this); }
    void fit(const Table& table, const Protected& kept) override;
    void apply(Table& table, std::vector<std::int64_t>& rows, Use use, std::vector<StepRecord>& records) const override;
    [[nodiscard]] nlohmann::ordered_json settings() const override { return {{"do", "feature"}, {"rule", rule_}}; }
    [[nodiscard]] nlohmann::ordered_json fitted() const override { return nlohmann::ordered_json::object(); }
    void set_fitted(const nlohmann::ordered_json&) override {}

private:
    std::string rule_;
    Definition definition_;
    Expression expression_;
};

/// A category "NAME = cut(EXPRESSION, a, b; x, y, z)": x up to and with a, y above a up to and with b, z above, as
/// pandas.cut has it. Bounds ascend; there is one level more than bounds.
class Grade : public Step {
public:
    /// Throws UsageError with the position of what is wrong.
    explicit Grade(const std::string& rule);

    [[nodiscard]] std::unique_ptr<Step> clone() const override { return std::make_unique<Grade>(*this); }
    void fit(const Table& table, const Protected& kept) override;
    void apply(Table& table, std::vector<std::int64_t>& rows, Use use, std::vector<StepRecord>& records) const override;
    [[nodiscard]] nlohmann::ordered_json settings() const override { return {{"do", "grade"}, {"rule", rule_}}; }
    [[nodiscard]] nlohmann::ordered_json fitted() const override { return nlohmann::ordered_json::object(); }
    void set_fitted(const nlohmann::ordered_json&) override {}

private:
    struct Cut {
        Expression expression;
        std::vector<double> bounds;
        std::vector<std::string> levels;
    };
    static Cut parse_cut(const Definition& definition);

    std::string rule_;
    Definition definition_;
    Cut cut_;
};

}  // namespace cellwise::tables
