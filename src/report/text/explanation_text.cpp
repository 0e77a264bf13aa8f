#include "report/text/explanation_text.h"
#include "core/display_width.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/charts/colour_scale.h"
#include "report/text/table.h"

namespace cellwise::report {
namespace {

using records::ExplainedWord;
using records::Explanation;
using records::WordKind;

constexpr std::size_t line_width = 100;  // columns
constexpr std::size_t bar_width = 20;

double size_of(const ExplainedWord& word) { return std::abs(word.contribution.value_or(0)); }

double largest(const Explanation& explanation) {
    double largest = 0;
    for (const auto& word : explanation.words) largest = std::max(largest, size_of(word));
    return largest;
}

std::string label_of(const ExplainedWord& word) {
    return word.kind == WordKind::unknown ? word.word + " (unknown)" : word.word;
}

/// The words on coloured grounds, lines broken between words; words that are not read are dim.
std::string coloured_words(const Explanation& explanation) {
    const double end = largest(explanation);
    const ColourScale scale{-end, end, true};
    std::string text = "  ";
    std::size_t width = 2;
    for (const auto& word : explanation.words) {
        const auto columns = display_width(word.word) + 1;
        if (width + columns > line_width && width > 2) {
            text += "\n  ";
            width = 2;
        }
        width += columns;
        text += word.contribution ? painted(word.word, scale.colour(end > 0 ? *word.contribution : 0))
                                  : fmt::format("\x1b[2m{}\x1b[0m", word.word);
        text += " ";
    }
    text.back() = '\n';
    return text;
}

std::string bar(double value, double end) {
    const auto filled = end > 0 ? static_cast<std::size_t>(std::lround(std::abs(value) / end * bar_width)) : 0;
    std::string bar;
    for (std::size_t i = 0; i < filled; ++i) bar += value < 0 ? "░" : "█";
    return bar;
}

std::string top_words(const Explanation& explanation, std::size_t top) {
    std::vector<const ExplainedWord*> words;
    for (const auto& word : explanation.words) {
        if (word.contribution) words.push_back(&word);
    }
    std::stable_sort(words.begin(), words.end(),
                     [](const auto* a, const auto* b) { return size_of(*a) > size_of(*b); });
    const auto shown = std::min(top, words.size());
    if (shown == 0) return "";
    Table table({{"word", Table::Align::left}, {"contribution"}, {"█ for, ░ against", Table::Align::left}});
    for (std::size_t i = 0; i < shown; ++i) {
        table.add_row({label_of(*words[i]), fmt::format("{:+.4f}", *words[i]->contribution),
                       bar(*words[i]->contribution, largest(explanation))});
    }
    auto text = table.text();
    if (shown < words.size()) text += fmt::format("{} more words read\n", words.size() - shown);
    return text;
}

}  // namespace

std::string explanation_text(const Explanation& explanation, std::size_t top, bool coloured) {
    std::string text = coloured ? coloured_words(explanation) : "";
    text += top_words(explanation, top);
    if (const auto error = explanation.completeness_error()) {
        return text + fmt::format(
                          "log-odds {:+.4f} = padding alone {:+.4f}, all words {:+.4f}, error of the integral "
                          "{:.1e} ({} steps)\n",
                          explanation.log_odds, *explanation.baseline_log_odds, explanation.sum(), std::abs(*error),
                          *explanation.steps);
    }
    return text +
           fmt::format("log-odds {:+.4f}; a contribution is what they lose without the word\n", explanation.log_odds);
}

}  // namespace cellwise::report
