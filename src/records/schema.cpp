#include "records/schema.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace cellwise::records {

nlohmann::ordered_json with_schema(std::string_view name, const nlohmann::ordered_json& document, int version) {
    nlohmann::ordered_json whole{{"schema", fmt::format("cellwise.{}/{}", name, version)}};
    whole.update(document);
    return whole;
}

}  // namespace cellwise::records
