#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace cellwise::data {

/// What each byte of a text becomes before the text is split on spaces: ASCII capitals become small,
/// the characters !"#$%&()*+,-./:;<=>?@[\]^_`{|}~, tab and newline become a space, all others stay
/// (the apostrophe too, and every byte of a character beyond ASCII). This is how Keras made imdb.npz.
[[nodiscard]] constexpr std::array<char, 256> make_token_bytes() {
    std::array<char, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const auto letter = static_cast<char>(static_cast<unsigned char>(i));
        table[i] = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    for (const char letter : std::string_view("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n")) {
        table[static_cast<unsigned char>(letter)] = ' ';
    }
    return table;
}
inline constexpr std::array<char, 256> token_bytes = make_token_bytes();

/// Calls use(std::string_view word) for every word of the text, in order. The view lives for the call.
template <class Use>
void for_each_word(std::string_view text, Use&& use) {
    std::string bytes(text);
    for (char& letter : bytes) letter = token_bytes[static_cast<unsigned char>(letter)];
    for (std::size_t begin = 0; begin < bytes.size();) {
        const std::size_t end = std::min(bytes.find(' ', begin), bytes.size());
        if (end > begin) use(std::string_view(bytes).substr(begin, end - begin));
        begin = end + 1;
    }
}

/// How many words a text has.
[[nodiscard]] constexpr std::size_t word_count(std::string_view text) {
    std::size_t words = 0;
    char before = ' ';
    for (const char letter : text) {
        const char byte = token_bytes[static_cast<unsigned char>(letter)];
        if (before == ' ' && byte != ' ') ++words;
        before = byte;
    }
    return words;
}

}  // namespace cellwise::data
