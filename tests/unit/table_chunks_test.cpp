#include "data/tables/table_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "data/tables/columns.h"
#include "data/tables/write_table.h"
#include "unit/error_of.h"

namespace cellwise::tables {
namespace {

using test::error_of;
using testing::HasSubstr;

Table csv(std::string_view text, const ReadOptions& options = {}) {
    return parse_table(text, TableForm::delimited, "t.csv", options);
}

std::vector<std::string> texts_of(const Column& column) {
    std::vector<std::string> texts;
    for (const auto code : column.codes) {
        texts.push_back(code < 0 ? "(missing)" : column.levels[static_cast<std::size_t>(code)]);
    }
    return texts;
}

/// Rows enough for several chunks, with quotes, delimiters and line ends in cells.
std::string large_table(bool stray_quotes) {
    std::string text = "number,text,size\n";
    for (int i = 0; i < 250000; ++i) {
        text += std::to_string(i * 37 % 1001) + ",\"a, \"\"b\"\"\n" + std::to_string(i % 7) + "\",";
        text += stray_quotes && i % 1000 == 0 ? "5\" wide" : "5 wide";
        text += i % 2 == 0 ? "\r\n" : "\n\n";
    }
    return text;
}

TEST(TableChunks, ThreadsAndStrayQuotesChangeNothing) {
    for (const bool stray : {false, true}) {
        const std::string text = large_table(stray);
        ASSERT_GT(text.size(), std::size_t{4} << 20);
        ReadOptions one, three;
        one.threads = 1;
        three.threads = 3;
        const Table first = csv(text, one), second = csv(text, three);
        ASSERT_EQ(first.rows, 250000);
        ASSERT_EQ(second.rows, 250000);
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(first.columns[i].numbers, second.columns[i].numbers);
            EXPECT_EQ(first.columns[i].codes, second.columns[i].codes);
            EXPECT_EQ(first.columns[i].levels, second.columns[i].levels);
        }
        EXPECT_EQ(first.columns[0].numbers[100], 100 * 37 % 1001);
        EXPECT_EQ(first.columns[1].levels.size(), 7U);
        EXPECT_EQ(first.columns[2].levels.size(), stray ? 2U : 1U);
    }
}

TEST(TableChunks, ManyChunksAreOneTable) {
    constexpr int rows = 450000;  // 27 MB: six chunks, of which three threads read three at a time
    const auto number = [](int i) {
        if (i % 1000 == 7) return std::string();
        return i == rows - 2 ? "0.5" : std::to_string(i < rows / 2 ? i % 100 : i % 99999);
    };
    const auto name = [](int i) { return "K" + std::to_string(1000000 + (rows - i) % rows); };
    const auto level = [](int i) { return "level " + std::to_string(9 - i / (rows / 9)); };
    const auto late = [](int i) { return i == rows - 1 ? "none of them" : std::to_string(i % 3); };
    std::string text = "number,name,level,late,filler\n";
    for (int i = 0; i < rows; ++i) {
        text +=
            number(i) + "," + name(i) + "," + level(i) + "," + late(i) + ",\"and so on, as it goes in every row\"\n";
    }
    ASSERT_GT(text.size(), std::size_t{24} << 20);
    for (const int threads : {1, 3}) {
        ReadOptions options;
        options.threads = threads;
        EXPECT_THAT(error_of<DataError>([&] { (void)csv(text + "1,2\n", options); }),
                    HasSubstr("t.csv, line 450002: the row has 2 cells and the header 5"));
        const Table table = csv(text, options);
        ASSERT_EQ(table.rows, rows);
        ASSERT_EQ(table.columns[1].kind, Kind::identifier);
        ASSERT_EQ(table.columns[3].kind, Kind::category);
        const auto& numbers = table.columns[0].numbers;
        for (int i = 0; i < rows; ++i) {
            const auto row = static_cast<std::size_t>(i);
            ASSERT_EQ(std::isnan(numbers[row]) ? "" : fmt::format("{}", numbers[row]), number(i)) << i;
            for (const auto& [place, expected] : {std::pair(1U, name(i)), {2U, level(i)}, {3U, late(i)}}) {
                const auto& column = table.columns[place];
                ASSERT_EQ(column.levels[static_cast<std::size_t>(column.codes[row])], expected) << i;
            }
        }
        for (const auto place : {1U, 2U, 3U}) EXPECT_TRUE(std::ranges::is_sorted(table.columns[place].levels));
        EXPECT_EQ(table.columns[2].levels.size(), 9U);
    }
}

TEST(TableChunks, WrittenInManyPiecesIsReadBackInItsOrder) {
    Table table{"many", 40000, {}, {}};  // more than are made at once
    std::vector<double> numbers;
    std::vector<std::optional<std::string>> texts;
    for (std::int64_t row = 0; row < table.rows; ++row) {
        numbers.push_back(row % 97 == 0 ? NAN : static_cast<double>(row) / 7);
        texts.emplace_back(row % 3 == 0 ? "a, \"b\"" : "c");
    }
    table.columns = {numeric_column("number", numbers), level_column("text", texts)};
    const auto path = std::filesystem::temp_directory_path() / "cellwise-table-file-test.csv";
    write_table(table, path);
    const auto back = read_table(path);
    std::filesystem::remove(path);
    ASSERT_EQ(back.rows, table.rows);
    EXPECT_EQ(texts_of(back.columns[1]), texts_of(table.columns[1]));
    for (std::size_t row = 0; row < numbers.size(); ++row) {
        const double number = back.columns[0].numbers[row];
        EXPECT_TRUE(number == numbers[row] || (std::isnan(number) && std::isnan(numbers[row]))) << row;
    }
}

}  // namespace
}  // namespace cellwise::tables
