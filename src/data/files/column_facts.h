#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace cellwise::data {

/// What the cells of a column have in common, as far as it tells a cell of it from any text: all are numbers, or they
/// are a few values that stand there again and again.
class ColumnFacts {
public:
    void add(std::string_view cell);

    /// Whether a cell can be told to be none of this column.
    [[nodiscard]] bool tells() const { return are_numbers() || are_few(); }

    /// Whether a cell is of the column's kind: a number, or one of the few values.
    [[nodiscard]] bool fits(std::string_view cell) const;

    [[nodiscard]] bool are_numbers() const { return cells_ > 0 && numbers_ == cells_; }
    /// Not more than twenty values of one word each, every one twice on average.
    [[nodiscard]] bool are_few() const {
        return cells_ > 0 && words_ <= cells_ && !too_many_ && 2 * values_.size() <= cells_;
    }

    [[nodiscard]] const std::set<std::string, std::less<>>& values() const { return values_; }  ///< if are_few()
    /// Whether the cells differ in how many words they have, as texts do and dates do not.
    [[nodiscard]] bool varies_in_words() const { return cells_ > 0 && least_words_ != most_words_; }

    [[nodiscard]] double mean_words() const;  ///< between blanks

private:
    std::size_t cells_ = 0, numbers_ = 0, words_ = 0, least_words_ = 0, most_words_ = 0;
    bool too_many_ = false;
    std::set<std::string, std::less<>> values_;
};

/// The number that a cell is, blanks around it ignored; false if it is none.
[[nodiscard]] bool is_number(std::string_view cell);

}  // namespace cellwise::data
