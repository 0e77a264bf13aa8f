#pragma once

#include <string>
#include <string_view>

namespace cellwise::serve {

/// The OpenAPI 3.1 document of the API: its paths, with the schemas of docs/schema/api.json.
[[nodiscard]] std::string openapi_document(std::string_view version);

}  // namespace cellwise::serve
