#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "data/files/text_settings.h"

namespace cellwise::data {

/// What the two labels are called where a prediction is shown.
struct LabelNames {
    std::string negative = "negative";
    std::string positive = "positive";
};

/// The label that a word stands for: 1 or 0 (also 1.0), pos or neg, positive or negative, true or false in any case,
/// 긍정 or 부정; nothing for other words. Blanks around it, Unicode's too, do not count.
[[nodiscard]] std::optional<bool> label_of_word(std::string_view word);

/// Reads the labels of one data set: by a threshold, by the values that were named, else by words that are known.
class LabelReader {
public:
    /// `settings` must be valid.
    explicit LabelReader(const TextSettings& settings);

    /// Whether a label is positive. If only one value was named, the first other one is its opposite; beside two
    /// named words the known ones are read, too. Nothing for a
    /// label that cannot be read.
    [[nodiscard]] std::optional<bool> read(std::string_view label);

    /// What the labels read so far are called: as they were named, or as they are spelt if they are no 1 or 0 and no
    /// word of positive, negative, pos, neg, true, false.
    [[nodiscard]] LabelNames names() const;

    /// What is wrong with a label that read() cannot read, and the flags that help; `counts`: all labels of the data.
    [[nodiscard]] std::string refusal(std::string_view label, const std::map<std::string, std::size_t>& counts) const;

private:
    [[nodiscard]] bool knows_words_too() const;
    [[nodiscard]] bool is_named(std::string_view label, const std::string& name) const;

    std::string positive_, negative_;
    std::optional<double> threshold_;
    LabelNames names_;
};

}  // namespace cellwise::data
