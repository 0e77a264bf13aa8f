#include "data/files/column_names.h"

#include <algorithm>

namespace cellwise::data {
namespace {

std::string loosely(std::string_view name) {
    std::string plain(without_blanks_around(name));
    for (char& letter : plain) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return plain;
}

}  // namespace

std::string_view without_blanks_around(std::string_view text) {
    constexpr std::string_view blanks[] = {
        " ",        "\t",           "\n",           "\r",           "\v",           "\f",
        "\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE2\x80\x8B", "\xEF\xBB\xBF"};
    const auto blank_at = [&](std::string_view rest, bool front) -> std::size_t {
        for (const auto blank : blanks) {
            if (front ? rest.starts_with(blank) : rest.ends_with(blank)) return blank.size();
        }
        // U+2000 … U+200A
        if (rest.size() < 3) return 0;
        const auto letters = front ? rest.substr(0, 3) : rest.substr(rest.size() - 3);
        const auto last = static_cast<unsigned char>(letters[2]);
        return letters.starts_with("\xE2\x80") && last >= 0x80 && last <= 0x8A ? 3 : 0;
    };
    for (std::size_t size = 0; (size = blank_at(text, true)) > 0;) text.remove_prefix(size);
    for (std::size_t size = 0; (size = blank_at(text, false)) > 0;) text.remove_suffix(size);
    return text;
}

std::optional<std::size_t> place_of_column(const std::vector<std::string>& names, std::string_view name) {
    const auto exact = std::find(names.begin(), names.end(), name);
    if (exact != names.end()) return static_cast<std::size_t>(exact - names.begin());
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (loosely(names[i]) != loosely(name)) continue;
        if (found) return std::nullopt;
        found = i;
    }
    return found;
}

}  // namespace cellwise::data
