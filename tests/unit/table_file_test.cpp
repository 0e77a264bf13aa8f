#include "data/tables/table_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/csv_cell.h"
#include "core/error.h"
#include "data/tables/columns.h"
#include "data/tables/write_table.h"
#include "unit/error_of.h"

namespace cellwise::tables {
namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;

Table csv(std::string_view text, const ReadOptions& options = {}) {
    return parse_table(text, TableForm::delimited, "t.csv", options);
}

/// One column of the given cells, quoted where they must be.
Column column(const std::vector<std::string>& cells, const ReadOptions& options = {}) {
    std::string text = "a,b\n";
    for (const auto& cell : cells) text += csv_cell(cell) + ",x\n";
    return csv(text, options).columns[0];
}

std::vector<std::string> texts_of(const Column& column) {
    std::vector<std::string> texts;
    for (const auto code : column.codes) {
        texts.push_back(code < 0 ? "(missing)" : column.levels[static_cast<std::size_t>(code)]);
    }
    return texts;
}

TEST(TableFile, Kinds) {
    EXPECT_EQ(column({"1.5", "2", ""}).kind, Kind::numeric);
    EXPECT_TRUE(std::isnan(column({"1.5", "2", " "}).numbers[2]));
    const Column flags = column({"0", "1", "1"});
    EXPECT_EQ(flags.kind, Kind::boolean);
    EXPECT_THAT(flags.numbers, ElementsAre(0, 1, 1));
    EXPECT_THAT(flags.levels, ElementsAre("0", "1"));
    const Column answers = column({"Yes", "No", ""});
    EXPECT_EQ(answers.kind, Kind::boolean);
    EXPECT_THAT(answers.codes, ElementsAre(1, 0, -1));
    EXPECT_EQ(answers.numbers[0], 1);
    EXPECT_EQ(column({"red", "blue", "red"}).kind, Kind::category);
    EXPECT_EQ(column({"2024-01-05", "2024-02-29"}).kind, Kind::date);
    EXPECT_EQ(column({"", "", ""}).kind, Kind::numeric);
    EXPECT_EQ(column({"1", "1", "1"}).kind, Kind::numeric);
}

TEST(TableFile, Identifiers) {
    std::string text = ",customerID,store_id,email,count\n";
    for (int i = 0; i < 30; ++i) {
        text += std::to_string(i) + ",C" + std::to_string(i) + "," + std::to_string(i % 3) + ",p" +
                std::to_string(i * 7) + "@x.org," + std::to_string(i * i) + "\n";
    }
    const Table table = csv(text);
    EXPECT_EQ(table.columns[0].name, "Unnamed: 0");
    EXPECT_EQ(table.columns[0].kind, Kind::identifier);
    EXPECT_EQ(table.columns[0].numbers[29], 29);
    EXPECT_EQ(texts_of(table.columns[0])[10], "10");
    EXPECT_EQ(table.columns[1].kind, Kind::identifier);
    EXPECT_EQ(table.columns[2].kind, Kind::category);
    EXPECT_EQ(table.columns[3].kind, Kind::identifier);
    EXPECT_EQ(table.columns[4].kind, Kind::numeric) << "distinct numbers alone identify nobody";
    ASSERT_EQ(table.notes.size(), 1U);
    EXPECT_THAT(table.notes[0], HasSubstr("no name"));
}

TEST(TableFile, MissingIsBlankAloneUnlessAsked) {
    const std::vector<std::string> cells{"1",  "NA", "3",  "?",  "5",  "6",  "7",  "8",  "9",  "10", "11", "12",
                                         "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23"};
    const Column as_is = column(cells);
    EXPECT_EQ(as_is.kind, Kind::category);
    EXPECT_THAT(as_is.reason, HasSubstr("'NA' on line 3"));
    ASSERT_EQ(as_is.spellings.size(), 2U);
    EXPECT_EQ(as_is.spellings[0].text, "?");
    EXPECT_EQ(as_is.spellings[1].count, 1);
    ReadOptions options;
    options.missing_values = {"NA", "?"};
    const Column asked = column(cells, options);
    EXPECT_EQ(asked.kind, Kind::numeric);
    EXPECT_EQ(missing_count(asked), 2);
    const Column countries = column({"NA", "KR", "NA", "DE"});
    EXPECT_EQ(missing_count(countries), 0) << "Namibia is no missing value";
}

TEST(TableFile, NumbersForPeopleOnlyWhereTheWholeColumnAgrees) {
    EXPECT_THAT(column({"1,234", "12", "1,000,000"}).numbers, ElementsAre(1234, 12, 1000000));
    EXPECT_THAT(column({"$1,234.50", "$2", "($3)"}).numbers, ElementsAre(1234.5, 2, -3));
    EXPECT_THAT(column({"12,5", "3,75"}).numbers, ElementsAre(12.5, 3.75));
    EXPECT_THAT(column({"1.234,5", "3,75"}).numbers, ElementsAre(1234.5, 3.75));
    EXPECT_THAT(column({"12%", "7.5%"}).numbers, ElementsAre(12, 7.5));
    EXPECT_THAT(column({"12,000원", "7,500원"}).numbers, ElementsAre(12000, 7500));
    EXPECT_EQ(column({"1,234,567", "12", "12,34"}).kind, Kind::category);
    EXPECT_EQ(column({"$5", "6"}).kind, Kind::category);
    EXPECT_EQ(column({"12%", "7.5"}).kind, Kind::category);
    EXPECT_EQ(column({"1.234,5", "1,234.5"}).kind, Kind::category);
}

TEST(TableFile, LargeWholeNumbersAreExact) {
    const Column amounts = column({"9007199254740993", "9007199254740992", "9007199254740993"});
    EXPECT_EQ(amounts.kind, Kind::numeric);
    EXPECT_THAT(amounts.integers, ElementsAre(9007199254740993, 9007199254740992, 9007199254740993));
    EXPECT_TRUE(amounts.numbers.empty());
    const Column gaps = column({"9007199254740993", "", "9007199254740993"});
    EXPECT_THAT(texts_of(gaps), ElementsAre("9007199254740993", "(missing)", "9007199254740993"));
    const Column codes = column({"007", "010", "007"});
    EXPECT_THAT(texts_of(codes), ElementsAre("007", "010", "007"));
}

TEST(TableFile, KindsAsAskedFor) {
    ReadOptions options;
    options.kinds = {{"a", Kind::category}};
    EXPECT_THAT(texts_of(column({"1", "02", "1"}, options)), ElementsAre("1", "02", "1"));
    options.kinds = {{"a", Kind::numeric}};
    EXPECT_THAT(column({"007", "10"}, options).numbers, ElementsAre(7, 10));
    EXPECT_THAT(error_of<DataError>([&] {
                    (void)column({"1", "abc"}, options);
                }),
                HasSubstr("t.csv, line 3: column 'a' cannot be numeric: it holds 'abc'"));
    options.kinds = {{"nosuch", Kind::numeric}};
    EXPECT_THAT(error_of<UsageError>([&] { (void)column({"1"}, options); }), HasSubstr("nosuch"));
}

TEST(TableFile, DuplicateHeadersAreNamed) {
    const Table table = csv("x,x,x.1,\n1,2,3,4\n");
    EXPECT_THAT(table.columns,
                ElementsAre(testing::Field(&Column::name, "x"), testing::Field(&Column::name, "x.2"),
                            testing::Field(&Column::name, "x.1"), testing::Field(&Column::name, "Unnamed: 3")));
    EXPECT_EQ(table.notes.size(), 2U);
}

TEST(TableFile, BadFilesNameTheLine) {
    ReadOptions options;
    options.quoting = data::Quoting::standard;
    const auto message = [&](std::string_view text) { return error_of<DataError>([&] { (void)csv(text, options); }); };
    EXPECT_THAT(message(""), HasSubstr("t.csv: the file is empty"));
    EXPECT_THAT(message("\n\n"), HasSubstr("empty"));
    EXPECT_THAT(message("a,b\n"), HasSubstr("no rows"));
    EXPECT_THAT(message("a,b\n1,2\n1,2,3\n"), HasSubstr("t.csv, line 3: the row has 3 cells and the header 2"));
    EXPECT_THAT(message("a,b\n\"1\n\",2\n1\n2,3\n"), HasSubstr("line 4: the row has 1 cells"));
    EXPECT_THAT(message("a,b,c\n1,2,3\n1,2"), HasSubstr("line 3: the last row breaks off after 2 of 3 cells"));
    EXPECT_THAT(message("a,b\n1,\"2\n3,4\n"), HasSubstr("line 2: a quote is opened and never closed"));
    EXPECT_THAT(message("a,b\n1,\"2\"x\n"), HasSubstr("line 2: text after a closing quote"));
    EXPECT_THAT(message(std::string_view("a,b\n1,\0\n", 8)), HasSubstr("NUL"));
    EXPECT_THAT(message("a,b\n1,2\n1,\xFF\n"), HasSubstr("line 3: not UTF-8"));
    EXPECT_THAT(error_of<DataError>([] { (void)read_table("/nonexistent/t.csv"); }), HasSubstr("/nonexistent/t.csv"));
}

TEST(TableFile, EncodingsAndDialects) {
    ReadOptions options;
    options.encoding = "cp949";
    EXPECT_THAT(texts_of(csv("a,b\n\xC7\xD1\xB1\xDB,1\n\xC7\xD1\xB1\xDB,2\n", options).columns[0]),
                ElementsAre("한글", "한글"));
    EXPECT_THAT(error_of<DataError>([] { (void)csv("a,b\n\xC7\xD1\xB1\xDB,1\n"); }), HasSubstr("--encoding cp949"));
    const Table semicolons = csv("a;b\n1,5;x\n2,25;y\n");
    EXPECT_THAT(semicolons.columns[0].numbers, ElementsAre(1.5, 2.25));
    EXPECT_THAT(csv("a\tb\n1\tx,y\n2\tz\n").columns[0].numbers, ElementsAre(1, 2));
    EXPECT_THAT(csv("sep=;\na;b\n1,5;x, y\n2,25;z\n").columns[0].numbers, ElementsAre(1.5, 2.25));
    EXPECT_THAT(error_of<DataError>([] { (void)csv("sep=;\na;b\n1;2\n3\n"); }), HasSubstr("line 4"));
    options = {};
    options.quoting = data::Quoting::backslash;
    const Table table = csv("a,b\n\"say \\\"hi, you\\\"\",1\n\"x\\\\\",2\n", options);
    EXPECT_THAT(texts_of(table.columns[0]), ElementsAre("say \"hi, you\"", "x\\"));
    EXPECT_THAT(csv("a,b\r1,x\r2,y\r").columns[0].numbers, ElementsAre(1, 2));
    EXPECT_EQ(csv("\xEF\xBB\xBF"
                  "a,b\n1,2\n")
                  .columns[0]
                  .name,
              "a");
}

TEST(TableFile, OneColumnAndTenThousand) {
    EXPECT_EQ(csv("a\n1\n2\n").rows, 2);
    std::string names = "c0", row = "0";
    for (int i = 1; i < 10000; ++i) {
        names += ",c" + std::to_string(i);
        row += "," + std::to_string(i);
    }
    const Table wide = csv(names + "\n" + row + "\n" + row + "\n");
    EXPECT_EQ(wide.columns.size(), 10000U);
    EXPECT_EQ(wide.columns[9999].numbers[1], 9999);
}

TEST(TableFile, JsonLines) {
    const Table table =
        parse_table("{\"a\": 1.50, \"b\": \"x\"}\n\n{\"b\": \"y\", \"c\": true, \"a\": null}\n{\"a\": 2}\n",
                    TableForm::jsonl, "t.jsonl");
    EXPECT_EQ(table.rows, 3);
    EXPECT_EQ(table.columns[0].numbers[0], 1.5);
    EXPECT_TRUE(std::isnan(table.columns[0].numbers[1]));
    EXPECT_THAT(texts_of(table.columns[1]), ElementsAre("x", "y", "(missing)"));
    EXPECT_THAT(texts_of(table.columns[2]), ElementsAre("(missing)", "true", "(missing)"));
    const auto message = [](std::string_view text) {
        return error_of<DataError>([&] { (void)parse_table(text, TableForm::jsonl, "t.jsonl"); });
    };
    EXPECT_THAT(message("{\"a\": 1}\n[1]\n"), HasSubstr("t.jsonl, line 2: the line holds no JSON object"));
    EXPECT_THAT(message("{\"a\": 1}\n{\"a\": [1]}\n"), HasSubstr("line 2: 'a' holds a list"));
    EXPECT_THAT(message("{\"a\": 1, \"a\": 2}\n"), HasSubstr("line 1: the member 'a' stands there twice"));
    EXPECT_THAT(message("{\"a\": 1\n"), HasSubstr("line 1: the line is no JSON"));
}

TEST(TableFile, ALateTextMakesAColumnOfNumbersOneOfTexts) {
    std::string text = "a,b\n";
    for (int i = 0; i < 5000; ++i)
        text += std::to_string(i % 9) + "," + (i == 4321 ? "abc" : std::to_string(i % 5)) + "\n";
    const Table table = csv(text);
    EXPECT_EQ(table.columns[0].kind, Kind::numeric);
    EXPECT_EQ(table.columns[1].kind, Kind::category);
    EXPECT_THAT(table.columns[1].reason, HasSubstr("'abc' on line 4323"));
    EXPECT_EQ(texts_of(table.columns[1])[4321], "abc");
}

RC_GTEST_PROP(TableFile, EveryTextComesBack, ()) {
    const auto cells = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
        rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::element('a', 'z', ',', '"', '\n', ' ', ';')))));
    ReadOptions options;
    options.kinds = {{"a", Kind::text}};
    const Column read = column(cells, options);
    RC_ASSERT(read.codes.size() == cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const bool is_blank = cells[i].find_first_not_of(" \n") == std::string::npos;
        RC_ASSERT((texts_of(read)[i] == (is_blank ? "(missing)" : cells[i])));
    }
    RC_ASSERT(std::ranges::is_sorted(read.levels));
}

TEST(TableFile, Telco) {
    const std::filesystem::path path = std::filesystem::path(CELLWISE_TEST_DATA) / "telco_churn.csv";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
    const Table table = read_table(path);
    EXPECT_EQ(table.rows, 7043);
    ASSERT_EQ(table.columns.size(), 21U);
    EXPECT_EQ(table.columns[*find_column(table, "customerID")].kind, Kind::identifier);
    EXPECT_EQ(table.columns[*find_column(table, "SeniorCitizen")].kind, Kind::boolean);
    EXPECT_EQ(table.columns[*find_column(table, "TotalCharges")].kind, Kind::numeric);
    EXPECT_EQ(missing_count(table.columns[*find_column(table, "TotalCharges")]), 11);
    EXPECT_EQ(table.columns[*find_column(table, "Contract")].kind, Kind::category);
    EXPECT_EQ(table.columns[*find_column(table, "Churn")].kind, Kind::boolean);
}

}  // namespace
}  // namespace cellwise::tables
