#include "records/test_predictions.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

#include "core/error.h"

namespace cellwise::records {
namespace {

constexpr std::string_view header = "review,label,words,probability";

/// Reads one number off the front, and the comma behind it unless it is the last.
template <class Number>
bool take(std::string_view& line, Number& value, bool is_last = false) {
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc()) return false;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    if (is_last) return line.empty();
    if (!line.starts_with(',')) return false;
    line.remove_prefix(1);
    return true;
}

}  // namespace

std::string predictions_csv(const TestPredictions& predictions) {
    std::string csv(header);
    csv += '\n';
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        fmt::format_to(std::back_inserter(csv), "{},{},{},{}\n", i, predictions.labels[i], predictions.words[i],
                       predictions.probabilities[i]);
    }
    return csv;
}

TestPredictions read_predictions(std::string_view text, std::string_view origin) {
    TestPredictions predictions;
    std::size_t number = 0;
    const auto refuse = [&](std::string_view why) -> DataError {
        return DataError(fmt::format("'{}', line {}: {}", origin, number, why));
    };
    while (!text.empty()) {
        ++number;
        const auto end = text.find('\n');
        if (end == std::string_view::npos) throw refuse("the file ends in the middle of a line");
        auto line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (number == 1) {
            if (line != header) throw refuse(fmt::format("'{}' is expected", header));
            continue;
        }
        std::size_t review = 0;
        unsigned label = 0;
        std::uint32_t words = 0;
        double probability = 0;
        const bool is_read =
            take(line, review) && take(line, label) && take(line, words) && take(line, probability, true);
        if (!is_read || label > 1 || !(probability >= 0 && probability <= 1)) {
            throw refuse("a review's number, label (0 or 1), words and probability (0 to 1) are expected");
        }
        if (review != predictions.size()) throw refuse(fmt::format("review {} is expected", predictions.size()));
        predictions.probabilities.push_back(probability);
        predictions.labels.push_back(static_cast<std::uint8_t>(label));
        predictions.words.push_back(words);
    }
    if (predictions.size() == 0) throw DataError(fmt::format("'{}' holds no predictions", origin));
    return predictions;
}

}  // namespace cellwise::records
