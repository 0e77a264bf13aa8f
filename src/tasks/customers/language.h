#pragma once

#include <string_view>

namespace cellwise::customers {

/// The language of texts and pages for people; JSON keeps its English names.
enum class Language { english, korean };

/// en or ko. Throws UsageError for another word.
[[nodiscard]] Language parse_language(std::string_view name);

/// The one of two texts that is in that language.
[[nodiscard]] inline std::string_view in(Language language, std::string_view english, std::string_view korean) {
    return language == Language::korean ? korean : english;
}

}  // namespace cellwise::customers
