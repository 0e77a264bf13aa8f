#include "core/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cellwise {
namespace {

TEST(Utf8, AcceptsEveryLength) {
    EXPECT_EQ(first_invalid_utf8(""), std::nullopt);
    EXPECT_EQ(first_invalid_utf8("read é 책을 𝄞 \xF4\x8F\xBF\xBF"), std::nullopt);
}

TEST(Utf8, FindsTheFirstByteThatIsNot) {
    const std::vector<std::string> broken{
        "\x80",              // a continuation without a start
        "\xC0\xAF",          // an overlong '/'
        "\xE0\x80\x80",      // overlong, three bytes
        "\xF0\x80\x80\x80",  // overlong, four bytes
        "\xED\xA0\x80",      // a surrogate
        "\xF4\x90\x80\x80",  // above U+10FFFF
        "\xFF",
        "\xEC\xB1"  // cut off
    };
    for (const auto& bytes : broken) {
        EXPECT_EQ(first_invalid_utf8("책" + bytes), 3U);
        EXPECT_EQ(first_invalid_utf8("책" + bytes + " after"), 3U);
    }
}

TEST(Utf8, SplitsAtEveryBlank) {
    using Words = std::vector<std::string>;
    EXPECT_EQ(words_between_blanks(" 저는\t아침에\n책을\u3000읽습니다\u00A0"),
              (Words{"저는", "아침에", "책을", "읽습니다"}));
    EXPECT_EQ(words_between_blanks(" \n\u3000"), Words{});
}

TEST(Utf8, ShowsWhatWouldSteerATerminal) {
    EXPECT_EQ(printable("é 책을\t𝄞\n"), "é 책을\t𝄞\n");
    EXPECT_EQ(printable("a\x1b[31mb\r\x7f"), "a\\x1b[31mb\\x0d\\x7f");
    EXPECT_EQ(printable(std::string_view("\0x", 2)), "\\x00x");
    EXPECT_EQ(printable("\u009b1m \u202e"), "\\u009b1m \\u202e") << "a control sequence in one character";
    EXPECT_EQ(printable("\xFFz\xEC\xB1"), "\\xffz\\xec\\xb1");
}

}  // namespace
}  // namespace cellwise
