#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "data/tables/table.h"

namespace cellwise::tables {

/// What models read: one row a customer, one column a feature, nothing missing.
struct FeatureMatrix {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::vector<double> values;        ///< [rows, columns], row by row
    std::vector<std::string> names;    ///< [columns]: the table's column, or column_level: gender_Female
    std::vector<std::string> sources;  ///< [columns]: the table's column that the feature is made of
    std::int64_t filled = 0;           ///< cells that were missing
    std::int64_t unseen = 0;           ///< cells with a level that was not there when the builder was fitted

    [[nodiscard]] std::vector<float> floats() const { return {values.begin(), values.end()}; }
};

struct FeatureOptions {
    std::vector<std::string> leave_out;  ///< the target, and what else is no feature
    bool standardised = false;      ///< numbers as (x − mean) / population deviation: for linear models and networks
    std::int64_t most_levels = 50;  ///< a category with more is no feature
};

/// A column of the table that is no feature, and why.
struct LeftOut {
    std::string column;
    std::string reason;
};

/// Turns a table into a matrix: first the numbers (columns of 0 and 1 among them), then the categories with one
/// feature for each level seen, all in the table's order. A missing number becomes the median, a missing category the
/// most frequent level; a level that was not seen is 0 in all of its features. Identifiers, texts, dates, columns
/// without a name, without a value or with one value only are left out.
class FeatureBuilder {
public:
    explicit FeatureBuilder(FeatureOptions options = {});

    /// Learns levels, medians and deviations from the given rows alone. Throws DataError if no feature is left.
    void fit(const Table& table, std::span<const std::int64_t> rows);

    /// The features of the given rows, in their order. Throws DataError if the table lacks a column that was fitted or
    /// has it as another kind.
    [[nodiscard]] FeatureMatrix apply(const Table& table, std::span<const std::int64_t> rows) const;

    [[nodiscard]] const std::vector<LeftOut>& left_out() const { return left_out_; }
    /// The names of the columns that apply() reads.
    [[nodiscard]] std::vector<std::string> columns() const;

    /// All that was fitted.
    [[nodiscard]] nlohmann::ordered_json json() const;
    /// Throws DataError if it is not what json() gives.
    [[nodiscard]] static FeatureBuilder from_json(const nlohmann::ordered_json& document);

private:
    struct Number {
        std::string column;
        double median = 0, mean = 0, deviation = 1;
    };
    struct Category {
        std::string column;
        std::vector<std::string> levels;  ///< those seen, in the order of their bytes
        std::int32_t most_frequent = 0;
    };
    /// Both: why the column is no feature; empty if it became one.
    std::string fit_number(const Column& column, std::span<const std::int64_t> rows);
    std::string fit_category(const Column& column, std::span<const std::int64_t> rows);
    void apply_number(const Number& number, const Table& table, std::span<const std::int64_t> rows, std::size_t feature,
                      FeatureMatrix& matrix) const;
    void apply_category(const Category& category, const Table& table, std::span<const std::int64_t> rows,
                        std::size_t feature, FeatureMatrix& matrix) const;

    FeatureOptions options_;
    std::vector<Number> numbers_;
    std::vector<Category> categories_;
    std::vector<LeftOut> left_out_;
};

}  // namespace cellwise::tables
