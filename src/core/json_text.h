#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace cellwise {

/// The document as text, the one way in which Cellwise writes JSON: on one line, or with `indent` blanks a level.
/// JSON is UTF-8, but paths and what files hold need not be: bytes that are none stand as \xb8 (in the text: a
/// backslash, an x and two digits), so that nothing fails and nobody takes them for letters.
[[nodiscard]] std::string json_text(const nlohmann::json& document, int indent = -1);
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& document, int indent = -1);

}  // namespace cellwise
