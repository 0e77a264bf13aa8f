#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "serve/http/message.h"
#include "serve/models.h"
#include "serve/runs.h"

namespace cellwise::serve {

/// A request that is well-formed and asks for something wrong: 422, or another status.
struct Unanswerable : UsageError {
    explicit Unanswerable(const std::string& message, int code = 422) : UsageError(message), status(code) {}
    int status;
};

inline constexpr std::size_t most_inputs = 256;  ///< texts, id lists or rows of one request
inline constexpr int most_json_depth = 16;

/// 200 with the document.
[[nodiscard]] http::Response json_response(const nlohmann::ordered_json& document);

/// The body as an object whose members are all among `known`. Throws Unanswerable (400 if it is no JSON).
[[nodiscard]] nlohmann::json read_object(std::string_view body, std::initializer_list<std::string_view> known);

/// "texts" or "ids" of a request, 1 to most_inputs of them. Throws Unanswerable.
[[nodiscard]] std::vector<ReviewInput> read_reviews(const nlohmann::json& request);
/// "rows" of a request, 1 to most_inputs of them, as objects of scalars. Throws Unanswerable.
[[nodiscard]] std::vector<Row> read_rows(const nlohmann::json& request);
/// A member of one type, or the default. Throws Unanswerable if it has another type.
[[nodiscard]] std::string read_text(const nlohmann::json& request, const char* key, std::string fallback);
[[nodiscard]] std::int64_t read_integer(const nlohmann::json& request, const char* key, std::int64_t fallback,
                                        std::int64_t low, std::int64_t high);
[[nodiscard]] bool read_flag(const nlohmann::json& request, const char* key, bool fallback);

[[nodiscard]] nlohmann::ordered_json to_json(const ReviewPrediction& prediction);
[[nodiscard]] nlohmann::ordered_json to_json(const Value& value);
[[nodiscard]] nlohmann::ordered_json to_json(const Row& row);
[[nodiscard]] nlohmann::ordered_json to_json(const FeatureInfo& feature);
[[nodiscard]] nlohmann::ordered_json to_json(const RunEntry& run);
/// {"probability" | "value", "label"} with, where there are reasons, "base", "contributions", "outside", "neighbours".
[[nodiscard]] nlohmann::ordered_json to_json(const CustomerPrediction& prediction, const Reasons* reasons);

}  // namespace cellwise::serve
