#include "serve/routes/openapi.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "serve/api_schema.h"

namespace cellwise::serve {
namespace {

using nlohmann::ordered_json;

struct Path {
    const char *method, *path, *summary;
    const char *request, *response;  ///< names in docs/schema/api.json; null: none
};

constexpr Path paths[] = {
    {"get", "/v1/models", "The models that are loaded", nullptr, "models"},
    {"post", "/v1/predict", "Probabilities of 1 to 256 reviews", "predict_request", "predictions"},
    {"post", "/v1/explain", "What each word adds", "explain_request", "explanation"},
    {"post", "/v1/gates", "What the gates did at each word", "gates_request", "gates"},
    {"get", "/v1/customers/{id}", "A customer of the table", nullptr, "customer"},
    {"post", "/v1/customers/predict", "Predictions for 1 to 256 rows", "rows_request", "customers"},
    {"get", "/v1/runs", "All runs", nullptr, "runs"},
    {"get", "/v1/runs/{name}", "One run", nullptr, "run"},
    {"post", "/v1/runs/compare", "Runs in pairs", "compare_request", "comparison"},
    {"post", "/v1/session", "Exchanges the token for a cookie", "session_request", nullptr},
    {"get", "/healthz", "Whether the server runs", nullptr, "status"},
    {"get", "/readyz", "Whether it takes requests", nullptr, "status"},
};

ordered_json content_of(const char* kind, const char* schema) {
    ordered_json content;
    content["content"][kind]["schema"]["$ref"] = std::string("#/components/schemas/") + schema;
    return content;
}

/// "#/$defs/x" of a schema file is "#/components/schemas/x" here.
void move_references(ordered_json& schema) {
    if (schema.is_object() && schema.contains("$ref") && schema["$ref"].is_string()) {
        auto reference = schema["$ref"].get<std::string>();
        constexpr std::string_view old = "#/$defs/";
        if (reference.starts_with(old)) schema["$ref"] = "#/components/schemas/" + reference.substr(old.size());
    }
    if (schema.is_structured()) {
        for (auto& member : schema) move_references(member);
    }
}

ordered_json operation_of(const Path& path) {
    ordered_json operation = {{"summary", path.summary}};
    const std::string name = path.path;
    if (const auto open = name.find('{'); open != std::string::npos) {
        ordered_json parameter = {
            {"name", name.substr(open + 1, name.find('}') - open - 1)}, {"in", "path"}, {"required", true}};
        parameter["schema"]["type"] = "string";
        operation["parameters"] = ordered_json::array({parameter});
    }
    if (path.request != nullptr) {
        operation["requestBody"] = content_of("application/json", path.request);
        operation["requestBody"]["required"] = true;
    }
    if (path.response != nullptr) {
        operation["responses"]["200"] = content_of("application/json", path.response);
        operation["responses"]["200"]["description"] = "the answer";
    } else {
        operation["responses"]["204"]["description"] = "done";
    }
    operation["responses"]["default"] = content_of("application/problem+json", "problem");
    operation["responses"]["default"]["description"] = "a problem document (RFC 9457)";
    return operation;
}

}  // namespace

std::string openapi_document(std::string_view version) {
    ordered_json document = {{"openapi", "3.1.0"}};
    document["info"] = {{"title", "cellwise"}, {"version", version}};
    for (const auto& path : paths) document["paths"][path.path][path.method] = operation_of(path);
    document["components"]["schemas"] = ordered_json::parse(api_schema)["$defs"];
    move_references(document["components"]["schemas"]);
    document["components"]["securitySchemes"]["token"] = {{"type", "http"}, {"scheme", "bearer"}};
    return document.dump(1) + "\n";
}

}  // namespace cellwise::serve
