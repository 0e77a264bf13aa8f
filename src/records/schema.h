#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace cellwise::records {

/// The document with "schema": "cellwise.NAME/VERSION" in front. docs/schema/NAME.json describes it; whoever
/// removes, renames or changes a member there counts the version up.
[[nodiscard]] nlohmann::ordered_json with_schema(std::string_view name, const nlohmann::ordered_json& document,
                                                 int version = 1);

}  // namespace cellwise::records
