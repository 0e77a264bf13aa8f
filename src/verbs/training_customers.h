#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "data/tables/table.h"
#include "serve/models.h"
#include "tasks/customers/customer_run.h"

namespace cellwise::verbs {

/// The customers that a model learned from: how far their values reach, and who of them is like another one.
class TrainingCustomers {
public:
    /// None are known.
    TrainingCustomers() = default;
    /// `table` is the one that the run was trained on; `inputs` are the columns that the model reads.
    TrainingCustomers(const customers::CustomerRun& run, tables::Table table, std::vector<std::string> inputs);

    [[nodiscard]] bool are_known() const { return !rows_.empty(); }
    /// Whether the model learned from this row of the table.
    [[nodiscard]] bool has_row(std::int64_t row) const;

    /// The column with the values that the training rows have; without them kind and levels of `column` alone.
    [[nodiscard]] serve::FeatureInfo feature(const tables::Column& column) const;

    /// The inputs whose value in this row of `asked` is below or above all of the training rows, or a level that none
    /// of them has.
    [[nodiscard]] std::vector<std::string> outside(const tables::Table& asked, std::int64_t row) const;

    /// The `most` nearest training rows, without the customer `own_id` himself. Near is by the model's features:
    /// numbers in deviations, a category that differs counts as one deviation; distances add up as in Euclid's.
    [[nodiscard]] std::vector<serve::Reasons::Neighbour> neighbours(const customers::CustomerRun& run,
                                                                    std::span<const double> features,
                                                                    const std::string& own_id, std::size_t most) const;

private:
    void read_features(const customers::CustomerRun& run);
    [[nodiscard]] serve::FeatureInfo reach_of(const tables::Column& column) const;

    tables::Table table_;
    std::vector<std::string> inputs_;
    std::vector<bool> is_trained_on_;  ///< [table's rows]
    std::vector<std::int64_t> rows_;
    std::map<std::string, serve::FeatureInfo> reaches_;  ///< by input
    std::vector<double> scale_;                          ///< [features]: what a difference is multiplied by
    std::vector<double> features_;                       ///< [rows, features], multiplied
};

}  // namespace cellwise::verbs
