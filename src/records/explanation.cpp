#include "records/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace cellwise::records {
const char* word_kind_name(WordKind kind) {
    switch (kind) {
        case WordKind::start:
            return "start";
        case WordKind::word:
            return "word";
        case WordKind::unknown:
            return "unknown";
        case WordKind::left_out:
            return "left_out";
        case WordKind::cut:
            return "cut";
    }
    return "word";
}

double Explanation::sum() const {
    double sum = 0;
    for (const auto& word : words) sum += word.contribution.value_or(0);
    return sum;
}

std::optional<double> Explanation::completeness_error() const {
    if (!baseline_log_odds) return std::nullopt;
    return sum() - (log_odds - *baseline_log_odds);
}

nlohmann::ordered_json explanation_json(const Explanation& explanation) {
    using Json = nlohmann::ordered_json;
    Json json{{"method", explanation.method}, {"unit", "log-odds"}, {"log_odds", explanation.log_odds}};
    if (explanation.baseline_log_odds) {
        json["steps"] = *explanation.steps;
        json["baseline_log_odds"] = *explanation.baseline_log_odds;
        json["sum"] = explanation.sum();
        json["completeness_error"] = *explanation.completeness_error();
    }
    json["words"] = Json::array();
    for (const auto& word : explanation.words) {
        json["words"].push_back({{"word", word.word},
                                 {"kind", word_kind_name(word.kind)},
                                 {"contribution", word.contribution ? Json(*word.contribution) : Json(nullptr)}});
    }
    return json;
}

}  // namespace cellwise::records
