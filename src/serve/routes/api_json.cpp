#include "serve/routes/api_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/json_text.h"
#include "core/strict_json.h"
#include "core/utf8.h"

namespace cellwise::serve {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::size_t require_count(const json& list, const char* name) {
    if (!list.is_array()) throw Unanswerable(fmt::format("\"{}\" must be a list", name));
    if (list.empty() || list.size() > most_inputs) {
        throw Unanswerable(fmt::format("\"{}\" has {} entries: it must have 1 to {}", name, list.size(), most_inputs));
    }
    return list.size();
}

std::vector<std::int32_t> read_ids(const json& list) {
    if (!list.is_array()) throw Unanswerable("\"ids\" must be a list of lists of whole numbers");
    std::vector<std::int32_t> ids;
    ids.reserve(list.size());
    for (const auto& id : list) {
        // 3.0 is a whole number, in JSON Schema too.
        const double number = id.is_number() ? id.get<double>() : -1;
        if (!(number >= 0 && number <= INT32_MAX && number == std::floor(number))) {
            throw Unanswerable("an id in \"ids\" is no whole number of 0 or more");
        }
        ids.push_back(static_cast<std::int32_t>(number));
    }
    return ids;
}

Value read_value(const json& value, const std::string& column) {
    if (value.is_null()) return {};
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    throw Unanswerable(
        fmt::format("the value of the column '{}' must be a number, a text, true, false or null", printable(column)));
}

ordered_json finite(double number) { return std::isfinite(number) ? ordered_json(number) : ordered_json(nullptr); }

}  // namespace

http::Response json_response(const nlohmann::ordered_json& document) {
    http::Response response;
    response.body = json_text(document) + "\n";
    return response;
}

json read_object(std::string_view body, std::initializer_list<std::string_view> known) {
    json request;
    try {
        request = parse_strict_json(body, "the request's body", most_json_depth);
    } catch (const DataError& error) {
        throw Unanswerable(error.what(), 400);
    }
    if (!request.is_object()) throw Unanswerable("the request's body must be a JSON object");
    for (const auto& member : request.items()) {
        if (std::ranges::find(known, member.key()) == known.end()) {
            throw Unanswerable(fmt::format("there is no member \"{}\"; there are: {}", printable(member.key()),
                                           fmt::join(known, ", ")));
        }
    }
    return request;
}

std::vector<ReviewInput> read_reviews(const json& request) {
    const bool has_texts = request.contains("texts");
    if (has_texts == request.contains("ids")) throw Unanswerable("a request holds either \"texts\" or \"ids\"");
    std::vector<ReviewInput> reviews;
    if (!has_texts) {
        require_count(request["ids"], "ids");
        for (const auto& list : request["ids"]) reviews.emplace_back(read_ids(list));
        return reviews;
    }
    require_count(request["texts"], "texts");
    for (const auto& text : request["texts"]) {
        if (!text.is_string()) throw Unanswerable("\"texts\" must be a list of texts");
        reviews.emplace_back(text.get<std::string>());
    }
    return reviews;
}

std::vector<Row> read_rows(const json& request) {
    if (!request.contains("rows")) throw Unanswerable("\"rows\" is missing: a list of objects, column → value");
    require_count(request["rows"], "rows");
    std::vector<Row> rows;
    for (const auto& object : request["rows"]) {
        if (!object.is_object()) throw Unanswerable("\"rows\" must be a list of objects, column → value");
        auto& row = rows.emplace_back();
        for (const auto& member : object.items()) {
            row.emplace_back(member.key(), read_value(member.value(), member.key()));
        }
    }
    return rows;
}

std::string read_text(const json& request, const char* key, std::string fallback) {
    if (!request.contains(key)) return fallback;
    if (!request[key].is_string()) throw Unanswerable(fmt::format("\"{}\" must be a text", key));
    return request[key].get<std::string>();
}

std::int64_t read_integer(const json& request, const char* key, std::int64_t fallback, std::int64_t low,
                          std::int64_t high) {
    if (!request.contains(key)) return fallback;
    const auto& number = request[key];
    if (!number.is_number_integer() || number < low || number > high) {
        throw Unanswerable(fmt::format("\"{}\" must be a whole number from {} to {}", key, low, high));
    }
    return number.get<std::int64_t>();
}

bool read_flag(const json& request, const char* key, bool fallback) {
    if (!request.contains(key)) return fallback;
    if (!request[key].is_boolean()) throw Unanswerable(fmt::format("\"{}\" must be true or false", key));
    return request[key].get<bool>();
}

ordered_json to_json(const ReviewPrediction& prediction) {
    return {{"probability", prediction.probability},
            {"label", prediction.label},
            {"unknown_share", prediction.unknown_share}};
}

ordered_json to_json(const Value& value) {
    if (const auto* number = std::get_if<double>(&value)) return finite(*number);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag;
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return nullptr;
}

ordered_json to_json(const Row& row) {
    auto object = ordered_json::object();
    for (const auto& [column, value] : row) object[column] = to_json(value);
    return object;
}

ordered_json to_json(const FeatureInfo& feature) {
    ordered_json object = {{"name", feature.name}, {"kind", feature.kind}};
    if (!feature.levels.empty()) object["levels"] = feature.levels;
    if (std::isfinite(feature.low)) object["low"] = feature.low;
    if (std::isfinite(feature.high)) object["high"] = feature.high;
    return object;
}

ordered_json to_json(const RunEntry& run) {
    auto settings = ordered_json::object();
    for (const auto& [key, value] : run.settings) settings[key] = value;
    const auto number = [](const std::optional<double>& value) {
        return value ? finite(*value) : ordered_json(nullptr);
    };
    return {{"name", run.name},
            {"parent", run.parent.empty() ? ordered_json(nullptr) : ordered_json(run.parent)},
            {"kind", run.kind},
            {"state", run.state},
            {"model", run.model},
            {"data", run.data},
            {"begun", run.begun},
            {"problem", run.problem},
            {"epochs_planned", run.epochs_planned},
            {"epochs", run.epochs},
            {"test_accuracy", number(run.test_accuracy)},
            {"test_loss", number(run.test_loss)},
            {"settings", settings},
            {"live", !run.progress.empty()},
            {"report", !run.report.empty()}};
}

ordered_json to_json(const CustomerPrediction& prediction, const Reasons* reasons) {
    auto object = ordered_json::object();
    if (prediction.probability) object["probability"] = *prediction.probability;
    if (prediction.value) object["value"] = finite(*prediction.value);
    object["label"] = prediction.label;
    if (reasons == nullptr) return object;
    object["base"] = reasons->base;
    object["contributions"] = ordered_json::array();
    for (const auto& one : reasons->contributions) {
        object["contributions"].push_back(
            {{"feature", one.feature}, {"value", to_json(one.value)}, {"contribution", one.contribution}});
    }
    object["outside"] = reasons->outside;
    object["neighbours"] = ordered_json::array();
    for (const auto& one : reasons->neighbours) {
        object["neighbours"].push_back(
            {{"id", one.id}, {"distance", one.distance}, {"label", one.label}, {"row", to_json(one.row)}});
    }
    return object;
}

}  // namespace cellwise::serve
