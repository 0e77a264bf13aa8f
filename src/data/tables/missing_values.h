#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/tables/imputers.h"
#include "data/tables/rules.h"
#include "data/tables/step.h"

namespace cellwise::tables {

/// Missing values, column by column: drop-rows, drop-column, mean, median, most-frequent, constant:V, knn, regression,
/// indicator (a column NAME_missing of 0 and 1, and then as without a rule), keep. Without a rule numbers become the
/// median and categories the most frequent level; dates, texts and identifiers stay as they are.
///
/// Rows and columns go first; knn and regression see the numbers as they were before any was filled.
class MissingValues : public Step {
public:
    explicit MissingValues(const std::vector<std::string>& rules);

    [[nodiscard]] std::unique_ptr<Step> clone() const override { return std::make_unique<MissingValues>(*this); }
    void fit(const Table& table, const Protected& kept) override;
    void apply(Table& table, std::vector<std::int64_t>& rows, Use use, std::vector<StepRecord>& records) const override;
    [[nodiscard]] nlohmann::ordered_json settings() const override;
    [[nodiscard]] nlohmann::ordered_json fitted() const override;
    void set_fitted(const nlohmann::ordered_json& document) override;

private:
    struct Plan {
        std::string column;
        std::string strategy;  ///< of the filling: drop-rows, drop-column, number, level, knn, regression, empty
        std::string said;      ///< "median 1397.475"
        double number = 0;
        std::string level;
        bool indicator = false;
    };
    Plan plan_for(const Column& column, const Rule* rule) const;
    std::int64_t fill(Table& table, const Plan& plan, const NumberColumns& nearest,
                      const NumberColumns& regressed) const;
    [[nodiscard]] bool uses(std::string_view strategy) const;

    std::vector<Rule> rules_;
    std::vector<Plan> plans_;
    std::vector<std::string> numbers_;  ///< the columns that knn and regression look at
    NearestNeighbourImputer nearest_;
    RegressionImputer regression_;
};

}  // namespace cellwise::tables
