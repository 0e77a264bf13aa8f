#include "data/files/column_facts.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace cellwise::data {
namespace {

constexpr std::size_t most_values = 20;

std::string_view trimmed(std::string_view cell) {
    const auto first = cell.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return cell.substr(first, cell.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

bool is_number(std::string_view cell) {
    auto text = trimmed(cell);
    if (text.size() > 1 && text.front() == '+') text.remove_prefix(1);
    double number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && code == std::errc() && end == text.data() + text.size() && std::isfinite(number);
}

void ColumnFacts::add(std::string_view cell) {
    const auto text = trimmed(cell);
    ++cells_;
    numbers_ += is_number(text) ? 1 : 0;
    const std::size_t words =
        text.empty() ? 0 : 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
    words_ += words;
    least_words_ = cells_ == 1 ? words : std::min(least_words_, words);
    most_words_ = std::max(most_words_, words);
    if (too_many_ || values_.contains(text)) return;
    values_.emplace(text);
    if (values_.size() <= most_values) return;
    too_many_ = true;
    values_.clear();
}

bool ColumnFacts::fits(std::string_view cell) const {
    if (are_numbers()) return is_number(cell);
    return are_few() && values_.contains(trimmed(cell));
}

double ColumnFacts::mean_words() const {
    return cells_ == 0 ? 0 : static_cast<double>(words_) / static_cast<double>(cells_);
}

}  // namespace cellwise::data
