#include "data/reviews/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <vector>

#include "data/files/column_names.h"

namespace cellwise::data {
namespace {

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    for (char& letter : small) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return small;
}

std::optional<double> number_of(std::string_view text) {
    double number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// The words that need no name of their own in what is shown.
std::optional<bool> plain_label(const std::string& word) {
    for (const std::string_view positive : {"1", "pos", "positive", "true"}) {
        if (word == positive) return true;
    }
    for (const std::string_view negative : {"0", "neg", "negative", "false"}) {
        if (word == negative) return false;
    }
    if (const auto number = number_of(word); number && (*number == 0 || *number == 1)) return *number == 1;
    return std::nullopt;
}

/// The values as they stand in a message: at most six.
std::string shown(const std::map<std::string, std::size_t>& counts) {
    std::string text;
    std::size_t number = 0;
    for (const auto& [label, count] : counts) {
        if (++number > 6) return text + ", …";
        text += fmt::format("{}'{}'", text.empty() ? "" : ", ", label.substr(0, 40));
    }
    return text;
}

}  // namespace

std::optional<bool> label_of_word(std::string_view text) {
    const auto word = in_small_letters(without_blanks_around(text));
    if (word == "긍정") return true;
    if (word == "부정") return false;
    return plain_label(word);
}

LabelReader::LabelReader(const TextSettings& settings)
    : positive_(without_blanks_around(settings.positive_label)),
      negative_(without_blanks_around(settings.negative_label)),
      threshold_(settings.positive_from) {
    if (!positive_.empty()) names_.positive = positive_;
    if (!negative_.empty()) names_.negative = negative_;
}

bool LabelReader::is_named(std::string_view label, const std::string& name) const {
    if (name.empty()) return false;
    if (in_small_letters(label) == in_small_letters(name)) return true;
    const auto one = number_of(label), other = number_of(name);
    return one && other && *one == *other;
}

std::optional<bool> LabelReader::read(std::string_view text) {
    const auto label = without_blanks_around(text);
    if (label.empty()) return std::nullopt;
    if (threshold_) {
        const auto number = number_of(label);
        return number ? std::optional(*number >= *threshold_) : std::nullopt;
    }
    if (positive_.empty() && negative_.empty()) {
        const auto known = label_of_word(label);
        if (known && !plain_label(in_small_letters(label))) (*known ? names_.positive : names_.negative) = label;
        return known;
    }
    if (is_named(label, positive_)) return true;
    if (is_named(label, negative_)) return false;
    if (knows_words_too()) {
        if (const auto known = label_of_word(label)) return known;
    }
    // One was named: the other is whatever else there is.
    if (positive_.empty()) {
        names_.positive = positive_ = label;
        return true;
    }
    if (negative_.empty()) {
        names_.negative = negative_ = label;
        return false;
    }
    return std::nullopt;
}

// Both names are words that mean what they are named as, or words that mean nothing by themselves.
bool LabelReader::knows_words_too() const {
    if (positive_.empty() || negative_.empty() || number_of(positive_) || number_of(negative_)) return false;
    return label_of_word(positive_).value_or(true) && !label_of_word(negative_).value_or(false);
}

LabelNames LabelReader::names() const {
    auto names = names_;
    for (auto* name : {&names.negative, &names.positive}) {
        if (plain_label(in_small_letters(*name)) == (name == &names.positive)) {
            *name = name == &names.positive ? "positive" : "negative";
        }
    }
    return names;
}

std::string LabelReader::refusal(std::string_view text, const std::map<std::string, std::size_t>& counts) const {
    const auto label = without_blanks_around(text);
    if (label.empty()) return "the label is missing: fill it, or remove the row";
    const std::string_view cut = label.substr(0, 40);
    if (threshold_) return fmt::format("the label '{}' is no number, which --positive-from needs", cut);
    if (!positive_.empty() || !negative_.empty()) {
        return fmt::format("the label '{}' is neither '{}' (positive) nor '{}' (negative); the labels are {}", cut,
                           positive_, negative_, shown(counts));
    }
    const bool are_numbers =
        std::all_of(counts.begin(), counts.end(), [](const auto& one) { return number_of(one.first).has_value(); });
    std::string remedy = "say which is which with --positive-label and --negative-label";
    if (counts.size() == 2 && are_numbers) {
        const auto &one = counts.begin()->first, &other = std::next(counts.begin())->first;
        const bool in_order = *number_of(one) < *number_of(other);
        remedy = fmt::format("say --positive-label {} --negative-label {}, or the other way round",
                             in_order ? other : one, in_order ? one : other);
    } else if (are_numbers) {
        remedy = "say from which number on they are positive with --positive-from";
    }
    return fmt::format(
        "the label '{}' is none of 0, 1, neg, pos, negative, positive, false, true, 부정, 긍정. The labels are {}: {}.",
        cut, shown(counts), remedy);
}

}  // namespace cellwise::data
