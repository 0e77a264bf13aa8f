#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/tables/step.h"

namespace cellwise::tables {

/// Numeric columns become (x − mean) / population deviation; a constant column becomes 0.
class Scaling : public Step {
public:
    [[nodiscard]] std::unique_ptr<Step> clone() const override { return std::make_unique<Scaling>(*this); }
    void fit(const Table& table, const Protected& kept) override;
    void apply(Table& table, std::vector<std::int64_t>& rows, Use use, std::vector<StepRecord>& records) const override;
    [[nodiscard]] nlohmann::ordered_json settings() const override { return {{"do", "scale"}}; }
    [[nodiscard]] nlohmann::ordered_json fitted() const override;
    void set_fitted(const nlohmann::ordered_json& document) override;

private:
    struct Scale {
        std::string column;
        double mean = 0, deviation = 1;
    };
    std::vector<Scale> scales_;
};

/// Categories become one column of 0 and 1 for each level seen, NAME_LEVEL. A level that was not seen when the step was
/// fitted is 0 in all of them, and counted; a missing value is missing in all.
class OneHot : public Step {
public:
    [[nodiscard]] std::unique_ptr<Step> clone() const override { return std::make_unique<OneHot>(*this); }
    void fit(const Table& table, const Protected& kept) override;
    void apply(Table& table, std::vector<std::int64_t>& rows, Use use, std::vector<StepRecord>& records) const override;
    [[nodiscard]] nlohmann::ordered_json settings() const override { return {{"do", "one-hot"}}; }
    [[nodiscard]] nlohmann::ordered_json fitted() const override;
    void set_fitted(const nlohmann::ordered_json& document) override;

private:
    struct Levels {
        std::string column;
        std::vector<std::string> levels;
    };
    std::vector<Levels> columns_;
};

}  // namespace cellwise::tables
