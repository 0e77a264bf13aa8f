#include "data/files/json_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "unit/error_of.h"

namespace cellwise::data {
namespace {

using test::data_error;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<WantedColumn> wanted{{"text", "--text-column"}, {"label", "--label-column", false}};

TextTable read(std::string_view text, bool keep_cells = false) {
    return read_json_rows(text, wanted, "'x'", keep_cells);
}

TEST(JsonRowsTest, LinesArraysAndSpreadObjectsAreTheSame) {
    for (const std::string text :
         {"{\"text\": \"a\", \"label\": 1}\n\n{\"text\": \"b\", \"label\": 0}\n",
          "[{\"text\": \"a\", \"label\": 1}, {\"text\": \"b\", \"label\": 0}]",
          "[\n  {\n    \"text\": \"a\",\n    \"label\": 1\n  },\n  {\"text\": \"b\", \"label\": 0}\n]\n",
          "{\n  \"text\": \"a\", \"label\": 1\n}\n{\n  \"text\": \"b\", \"label\": 0\n}"}) {
        EXPECT_TRUE(looks_like_json_rows(text)) << text;
        const auto table = read(text);
        ASSERT_EQ(table.rows.size(), 2U) << text;
        EXPECT_THAT(table.rows[0].values, ElementsAre("a", "1"));
        EXPECT_THAT(table.rows[1].values, ElementsAre("b", "0"));
    }
}

TEST(JsonRowsTest, OnlyObjectsLookLikeRows) {
    EXPECT_FALSE(looks_like_json_rows("[good film, bad plot]"));
    EXPECT_FALSE(looks_like_json_rows("[1, 14, 22]\n[1, 5]"));
    EXPECT_FALSE(looks_like_json_rows("{so} it goes"));
    EXPECT_FALSE(looks_like_json_rows(""));
    EXPECT_FALSE(looks_like_json_rows("text,label\n"));
}

TEST(JsonRowsTest, NanIsNullOutsideOfTexts) {
    const auto table = read("{\"text\": \"NaN \\\" Infinity\", \"label\": 1, \"score\": NaN, \"x\": -Infinity}");
    EXPECT_EQ(table.rows.at(0).values[0], "NaN \" Infinity");
    EXPECT_EQ(read("{\"text\": \"a\", \"label\": NaN}").rows.at(0).values[1], "");
}

TEST(JsonRowsTest, AllCellsAreKeptInTheOrderOfTheirFirstAppearance) {
    const auto table =
        read("{\"id\": 7, \"text\": \"a\", \"label\": 1}\n{\"text\": \"b\", \"label\": 0, \"more\": [1, 2]}", true);
    EXPECT_THAT(table.columns, ElementsAre("id", "text", "label", "more"));
    EXPECT_THAT(table.rows[0].cells, ElementsAre("7", "a", "1", ""));
    EXPECT_THAT(table.rows[1].cells, ElementsAre("", "b", "0", "[1,2]"));
}

TEST(JsonRowsTest, RefusalsNameTheLine) {
    EXPECT_THAT(data_error([] { (void)read("{\"text\": \"a\", \"label\": 1}\n{\"text\": "); }),
                HasSubstr("line 2: no JSON object"));
    EXPECT_THAT(data_error([] { (void)read("[\n{\"text\": \"a\", \"label\": 1},\n{\"text\": \"b\"}]"); }),
                HasSubstr("line 3: the object has no \"label\"; it has: text"));
    EXPECT_THAT(data_error([] { (void)read("[\n{\"text\": \"a\", \"label\": 1},\n5]"); }),
                HasSubstr("line 3: no JSON object"));
    EXPECT_THAT(data_error([] { (void)read("[{\"text\": \"a\""); }), HasSubstr("line 1: a JSON object without an end"));
    EXPECT_THAT(data_error([] { (void)read("{\"text\": {\"0\": \"a\"}, \"label\": {\"0\": 1}}"); }),
                HasSubstr("orient='records'"));
    EXPECT_THAT(data_error([] { (void)read("{\"text\": 5, \"label\": 1}"); }), HasSubstr("is no text"));
}

}  // namespace
}  // namespace cellwise::data
