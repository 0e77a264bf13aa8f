#include "data/files/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "core/error.h"
#include "unit/error_of.h"

namespace {

using cellwise::DataError;
using cellwise::UsageError;
using cellwise::data::decode;
using cellwise::data::Encoding;
using cellwise::data::likely_encoding;
using cellwise::test::error_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace std::string_literals;

// Written by Python: "영화,1\n".encode("cp949") and so on.
const std::string korean = "영화,1\n", korean_cp949 = "\xBF\xB5\xC8\xAD,1\n";
const std::string french = "café,1\n", french_latin1 = "caf\xE9,1\n";
const std::string utf16_little =
    "\xFF\xFE\x01\xC6\x54\xD6,\0"
    "1\0\n\0"s;
const std::string utf16_big =
    "\xFE\xFF\xC6\x01\xD6\x54\0,\0"
    "1\0\n"s;

TEST(EncodingTest, EveryEncodingGivesUtf8WithoutAMark) {
    EXPECT_EQ(decode(korean, Encoding::utf8, "x"), korean);
    EXPECT_EQ(decode("\xEF\xBB\xBF" + korean, Encoding::utf8, "x"), korean);
    EXPECT_EQ(decode(korean_cp949, Encoding::cp949, "x"), korean);
    EXPECT_EQ(decode(french_latin1, Encoding::latin1, "x"), french);
    EXPECT_EQ(decode(utf16_little, Encoding::utf16, "x"), korean);
    EXPECT_EQ(decode(utf16_big, Encoding::utf16, "x"), korean);
    EXPECT_EQ(decode("", Encoding::utf8, "x"), "");
}

TEST(EncodingTest, MarkOfUtf16IsEnough) {
    EXPECT_EQ(decode(utf16_little, Encoding::utf8, "x"), korean);
    EXPECT_EQ(decode(utf16_big, Encoding::utf8, "x"), korean);
}

TEST(EncodingTest, ByteOrderWithoutAMarkIsToldByTheNuls) {
    EXPECT_EQ(decode("a\0b\0"s, Encoding::utf16, "x"), "ab");
    EXPECT_EQ(decode("\0a\0b"s, Encoding::utf16, "x"), "ab");
}

TEST(EncodingTest, LongTextsAreConvertedWhole) {
    std::string long_korean, long_cp949;
    for (int i = 0; i < 50000; ++i) {
        long_korean += korean;
        long_cp949 += korean_cp949;
    }
    EXPECT_EQ(decode(long_cp949, Encoding::cp949, "x"), long_korean);
}

TEST(EncodingTest, GuessNamesWhatTheBytesLookLike) {
    EXPECT_EQ(likely_encoding(korean), std::nullopt);
    EXPECT_EQ(likely_encoding(korean_cp949), Encoding::cp949);
    EXPECT_EQ(likely_encoding(french_latin1), Encoding::latin1);
    EXPECT_EQ(likely_encoding("na\xEFve \xE9t\xE9"), Encoding::latin1);
    EXPECT_EQ(likely_encoding(utf16_little), Encoding::utf16);
    EXPECT_EQ(likely_encoding("t\0e\0x\0t\0"s), Encoding::utf16);
}

TEST(EncodingTest, RefusalNamesLineByteAndWhatToSay) {
    EXPECT_THAT(error_of<DataError>([] { (void)decode("text\n" + korean_cp949, Encoding::utf8, "'a.csv'"); }),
                AllOf(HasSubstr("'a.csv', line 2: not UTF-8 at its byte 1"), HasSubstr("--encoding cp949")));
    EXPECT_THAT(error_of<DataError>([] { (void)decode("a\nb\n" + french_latin1, Encoding::utf8, "x"); }),
                AllOf(HasSubstr("line 3: not UTF-8 at its byte 4"), HasSubstr("--encoding latin-1")));
    EXPECT_THAT(error_of<DataError>([] { (void)decode("a\rb\r" + french_latin1, Encoding::utf8, "x"); }),
                HasSubstr("line 3: not UTF-8 at its byte 4"));
    EXPECT_THAT(error_of<DataError>([] { (void)decode("a\r\xE9\r", Encoding::utf8, "x"); }),
                HasSubstr("line 2: not UTF-8 at its byte 1"));
    EXPECT_THAT(error_of<DataError>([] { (void)decode("a\n" + french_latin1, Encoding::cp949, "x"); }),
                HasSubstr("line 2: not cp949 at its byte 4"));
    EXPECT_THAT(error_of<DataError>([] { (void)decode("ab\n\x81\0"s, Encoding::utf16, "x"); }),
                HasSubstr("not UTF-16"));
    EXPECT_THAT(error_of<DataError>([] { (void)decode(korean, Encoding::utf16, "x"); }),
                HasSubstr("is UTF-8, not UTF-16: leave --encoding out"));
    EXPECT_THAT(error_of<DataError>([] { (void)decode(utf16_little, Encoding::latin1, "x"); }),
                HasSubstr("--encoding utf-16"));
}

TEST(EncodingTest, NulBytesAreNoText) {
    EXPECT_THAT(error_of<DataError>([] { (void)decode("text\nbad\0film and more\n"s, Encoding::utf8, "x"); }),
                AllOf(HasSubstr("line 2: a NUL byte at its byte 4"), HasSubstr("damaged")));
    EXPECT_THAT(error_of<DataError>([] { (void)decode("t\0e\0x\0t\0\n\0"s, Encoding::utf8, "x"); }),
                HasSubstr("--encoding utf-16"));
    EXPECT_THAT(error_of<DataError>([] { (void)decode("\xFF\xFE\0\0t\0\0\0"s, Encoding::utf8, "x"); }),
                HasSubstr("is UTF-32"));
}

TEST(EncodingTest, NamesAreReadInTheSpellingsOfOthers) {
    EXPECT_EQ(cellwise::data::encoding_named("UTF-8", "--encoding"), Encoding::utf8);
    EXPECT_EQ(cellwise::data::encoding_named("EUC-KR", "--encoding"), Encoding::cp949);
    EXPECT_EQ(cellwise::data::encoding_named("ISO-8859-1", "--encoding"), Encoding::latin1);
    EXPECT_EQ(cellwise::data::encoding_named("utf16", "--encoding"), Encoding::utf16);
    EXPECT_THAT(error_of<UsageError>([] { (void)cellwise::data::encoding_named("koi8", "--encoding"); }),
                HasSubstr("--encoding: 'koi8' is none of utf-8, cp949, latin-1, utf-16"));
}

}  // namespace
