#include "report/predictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

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

std::string predictions_text(const std::vector<PredictionRecord>& records) {
    std::string text;
    for (const auto& record : records) {
        fmt::format_to(std::back_inserter(text), "{:.4f}  {}  {:5.1f}% unknown  {}\n", record.probability,
                       record.label(), 100 * record.unknown_share(), beginning(record.text));
    }
    return text;
}

nlohmann::ordered_json predictions_json(const std::vector<PredictionRecord>& records) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& record : records) {
        list.push_back({{"text", record.text},
                        {"probability", record.probability},
                        {"label", record.label()},
                        {"words", record.words},
                        {"unknown_words", record.unknown},
                        {"unknown_share", record.unknown_share()}});
    }
    return list;
}

}  // namespace cellwise::report
