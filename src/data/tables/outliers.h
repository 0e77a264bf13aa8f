#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/tables/rules.h"
#include "data/tables/step.h"

namespace cellwise::tables {

/// Outliers of numeric columns by the IQR rule (below Q1 − 1.5·IQR, above Q3 + 1.5·IQR; linear quantiles) or by z (more
/// than three population deviations from the mean): iqr-remove, z-remove take the row, iqr-clip, z-clip set the value
/// to the bound, none leaves it. Bounds of all columns are of the same rows, before any is removed. A column whose IQR
/// or deviation is 0 has no bounds: the rule would take every other value for an outlier.
class Outliers : public Step {
public:
    explicit Outliers(const std::vector<std::string>& rules);

    [[nodiscard]] std::unique_ptr<Step> clone() const override { return std::make_unique<Outliers>(*this); }
    void fit(const Table& table, const Protected& kept) override;
    void apply(Table& table, std::vector<std::int64_t>& rows, Use use, std::vector<StepRecord>& records) const override;
    [[nodiscard]] nlohmann::ordered_json settings() const override;
    [[nodiscard]] nlohmann::ordered_json fitted() const override;
    void set_fitted(const nlohmann::ordered_json& document) override;

private:
    struct Bounds {
        std::string column;
        std::string strategy;
        bool has_spread = false;
        double low = 0;
        double high = 0;
    };
    std::vector<Rule> rules_;
    std::vector<Bounds> bounds_;
};

}  // namespace cellwise::tables
