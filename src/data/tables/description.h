#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/tables/table.h"
#include "statistics/moments.h"

namespace cellwise::tables {

/// What pandas' describe says of numbers, and more.
struct NumberFigures {
    double mean = 0, min = 0, q25 = 0, median = 0, q75 = 0, max = 0;
    std::optional<double> std;             ///< the sample's (n − 1)
    std::optional<double> skew, kurtosis;  ///< adjusted, as pandas gives them
    std::int64_t iqr_outliers = 0;         ///< below q25 − 1.5·IQR or above q75 + 1.5·IQR
    std::int64_t z_outliers = 0;           ///< |x − mean| > 3 population deviations
    std::int64_t far_outliers = 0;  ///< further than 10·IQR from the quartiles; of positive numbers, so far off that
                                    ///< their logarithms, too, are further than 4·IQR from theirs
    std::optional<statistics::Histogram> histogram;                    ///< 30 bins
    std::optional<statistics::Density> density;                        ///< where the values differ
    std::optional<std::pair<std::int64_t, std::int64_t>> whole_range;  ///< min and max, where they may pass 2^53
};

/// One distinct value and how many cells hold it.
struct LevelCount {
    std::string level;
    std::int64_t count = 0;
};

struct ColumnDescription {
    std::string name;
    Kind kind = Kind::numeric;
    std::string reason;
    std::int64_t count = 0;  ///< cells that are not missing
    std::int64_t missing = 0;
    std::int64_t unique = 0;               ///< distinct values, a missing one not among them
    std::int64_t bytes = 0;                ///< that the column takes in memory
    std::optional<NumberFigures> numbers;  ///< of numbers, of 0 and 1, of dates (days since 1970-01-01)
    std::vector<LevelCount> levels;  ///< the most frequent ones, ten at most; of equals the one first in the file first
    std::vector<Spelling> spellings;
};

struct TableDescription {
    std::string origin;
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    std::vector<ColumnDescription> columns;
    std::vector<std::string> notes;
};

/// Describes every column, side by side on `threads` (0: all processors); the same for any number of them.
[[nodiscard]] TableDescription describe(const Table& table, int threads = 0);
[[nodiscard]] ColumnDescription describe_column(const Column& column);

/// Pearson's r of each pair of columns, over the rows that have both.
struct Correlations {
    std::vector<std::size_t> columns;         ///< places in the table: is_number(), and not constant
    std::vector<std::vector<double>> matrix;  ///< [columns][columns]; NaN where there is none
};
/// Of at most 200 columns: a table of more gets none, for it would take a page a column.
[[nodiscard]] Correlations correlations(const Table& table, int threads = 0);

}  // namespace cellwise::tables
