#include "report/text/predictions_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "report/text/explanation_text.h"

namespace cellwise::report {
namespace {

constexpr std::size_t longest_shown = 60;  // bytes

/// The text's beginning on one line, cut between characters.
std::string beginning(const std::string& text) {
    auto shown = text.substr(0, longest_shown);
    if (text.size() > longest_shown) {
        constexpr auto is_continuation = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; };
        std::size_t end = longest_shown;
        while (end > 0 && is_continuation(text[end])) --end;
        shown = text.substr(0, end) + "…";
    }
    std::replace_if(
        shown.begin(), shown.end(), [](char byte) { return static_cast<unsigned char>(byte) < ' '; }, ' ');
    return shown;
}

}  // namespace

std::string predictions_text(const std::vector<records::PredictionRecord>& records, std::size_t top_words,
                             bool coloured) {
    std::string text;
    for (const auto& record : records) {
        fmt::format_to(std::back_inserter(text), "{:.4f}  {}  {:5.1f}% unknown  {}\n", record.probability,
                       record.label(), 100 * record.unknown_share(), beginning(record.text));
        if (!record.explanation) continue;
        text += explanation_text(*record.explanation, top_words, coloured);
        if (&record != &records.back()) text += "\n";
    }
    return text;
}

}  // namespace cellwise::report
