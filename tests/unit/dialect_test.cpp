#include "data/files/dialect.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "data/files/csv.h"
#include "unit/error_of.h"

namespace {

using cellwise::DataError;
using cellwise::UsageError;
using cellwise::data::CsvReader;
using cellwise::data::Dialect;
using cellwise::data::dialect_of;
using cellwise::data::DialectHints;
using cellwise::data::LineEnds;
using cellwise::data::Quoting;
using cellwise::test::error_of;
using ::testing::HasSubstr;

Dialect dialect(const std::string& text, DialectHints hints = {}) { return dialect_of(text, hints, "'x'"); }

std::vector<std::vector<std::string>> rows_of(const std::string& text, const Dialect& dialect) {
    CsvReader reader(text, dialect.delimiter, "'x'", dialect.quoting);
    std::vector<std::vector<std::string>> rows;
    for (std::vector<std::string> cells; reader.read(cells);) rows.push_back(cells);
    return rows;
}

TEST(DialectTest, DelimiterIsTheOneThatFitsWhateverTheName) {
    EXPECT_EQ(dialect("text,label\na; b; c,1\nd,0\n").delimiter, ',');
    EXPECT_EQ(dialect("text;label\na, b;1\nc, d;0\n").delimiter, ';');
    EXPECT_EQ(dialect("id\ttext\tlabel\n1\ta, b\t1\n2\tc\t0\n").delimiter, '\t');
    EXPECT_EQ(dialect("text|label\na, b|1\nc|0\n").delimiter, '|');
    EXPECT_EQ(dialect("text\n\"one, column\"\n", {std::nullopt, std::nullopt, '\t'}).delimiter, '\t');
}

TEST(DialectTest, ColumnOfLabelsDecidesBetweenTwoThatFit) {
    // Every text has one comma, too.
    EXPECT_EQ(dialect("Bad, really\t0\nGood, really\t1\nBad, truly\t0\nGood, truly\t1\n").delimiter, '\t');
}

TEST(DialectTest, ExcelsFirstLineSaysTheDelimiterAndIsNoRow) {
    const std::string rows = "text;label;rate\na, b;1;1,5\nc, d;0;2,5\n";
    for (const std::string first : {"sep=;\n", "sep=;\r\n", "\xEF\xBB\xBFsep=;\n", "SEP=;\n"}) {
        const auto told = dialect(first + rows);
        EXPECT_EQ(told.delimiter, ';') << first;
        EXPECT_TRUE(told.declares_delimiter) << first;
        EXPECT_TRUE(told.has_header) << first;
    }
    EXPECT_EQ(dialect("sep=,\n" + rows).delimiter, ',') << "it says so";
    EXPECT_FALSE(dialect("sep=x;label\n" + rows).declares_delimiter);
    EXPECT_FALSE(dialect(rows).declares_delimiter);
}

// Read with quotes as letters this is three rows with labels that fit; but letters are not written twice.
TEST(DialectTest, AQuoteThatStandsTwiceIsNoLetter) {
    const std::string text = "text,label\n\"A \"\"good\"\" film,1\nwith a line like a row\",1\nbad,0\n";
    const auto told = dialect(text);
    EXPECT_EQ(told.quoting, Quoting::standard);
    EXPECT_THAT(rows_of(text, told),
                testing::ElementsAre(testing::ElementsAre("text", "label"),
                                     testing::ElementsAre("A \"good\" film,1\nwith a line like a row", "1"),
                                     testing::ElementsAre("bad", "0")));
    // An empty cell between two quotes says nothing: the first quote is a letter, which would swallow a row.
    std::string letters = "id,text,note,label\n1,\"open,\"\",0\n2,closed\",a note,1\n";
    for (int i = 3; i < 15; ++i) {
        letters += std::to_string(i) + ",text " + std::to_string(i) + ",note " + std::to_string(i * i) + "," +
                   std::to_string(i % 2) + "\n";
    }
    EXPECT_EQ(dialect(letters).quoting, Quoting::none);
}

TEST(DialectTest, GivenDelimiterAndQuotingStand) {
    EXPECT_EQ(dialect("a,b\nc,d\n", {'|', std::nullopt, ','}).delimiter, '|');
    EXPECT_EQ(dialect("a,b\n\"c,d\n", {std::nullopt, Quoting::none, ','}).quoting, Quoting::none);
    EXPECT_EQ(
        dialect("id\tt\tl\n1\t\"a\t0\n2\tb\"\t1\n3\tc\t0\n4\td\t1\n", {std::nullopt, Quoting::standard, ','}).quoting,
        Quoting::standard);
}

TEST(DialectTest, StandardQuotesKeepDelimitersAndLineEnds) {
    const std::string text = "text,label\n\"a, b\nc \"\"d\"\"\",1\n\"e\nf, 1\",0\ng,1\nh,0\n";
    const auto found = dialect(text);
    EXPECT_EQ(found.quoting, Quoting::standard);
    const auto rows = rows_of(text, found);
    ASSERT_EQ(rows.size(), 5U);
    EXPECT_EQ(rows[1][0], "a, b\nc \"d\"");
    EXPECT_EQ(rows[2][0], "e\nf, 1");
}

TEST(DialectTest, BackslashedQuotesAreRead) {
    const std::string text = "id,review\n\"5_1\",\"they say \\\"fun, really\\\", and go\"\n\"6_1\",\"b\"\n";
    const auto found = dialect(text);
    EXPECT_EQ(found.quoting, Quoting::backslash);
    EXPECT_EQ(rows_of(text, found)[1], (std::vector<std::string>{"5_1", "they say \"fun, really\", and go"}));
}

TEST(DialectTest, QuotesWithinTextsAreLetters) {
    const std::string text = "id\ttext\tlabel\n1\t\"Wow\" is the word\t1\n2\tit is 5\" wide\t0\n3\t\"open\t1\n";
    const auto found = dialect(text);
    EXPECT_EQ(found.quoting, Quoting::none);
    EXPECT_EQ(rows_of(text, found)[1][1], "\"Wow\" is the word");
}

TEST(DialectTest, QuoteThatWouldSwallowRowsIsALetter) {
    std::string text = "id\tdocument\tlabel\n";
    for (int i = 0; i < 12; ++i) {
        text += fmt::format("{}\t{}text {}{}\t{}\n", 1000 + i, i == 2 ? "\"" : "", i, i == 8 ? "\"" : "", i % 2);
    }
    const auto found = dialect(text);
    EXPECT_EQ(found.quoting, Quoting::none);
    EXPECT_EQ(rows_of(text, found).size(), 13U);
}

TEST(DialectTest, SwallowedRowsBesideTextsOfSeveralLinesAreAQuestion) {
    std::string text = "id\tdocument\tlabel\n1\t\"two\nlines\"\t0\n";
    for (int i = 0; i < 12; ++i) {
        text += fmt::format("{}\t{}text {}{}\t{}\n", 1000 + i, i == 2 ? "\"" : "", i, i == 8 ? "\"" : "", i % 2);
    }
    EXPECT_THAT(error_of<DataError>([&] { (void)dialect(text); }), HasSubstr("'x', line 6: a quote opens a cell"));
    EXPECT_EQ(dialect(text, {std::nullopt, Quoting::standard, ','}).quoting, Quoting::standard);
}

TEST(DialectTest, FirstRowIsAHeaderUnlessItLooksLikeTheOthers) {
    EXPECT_TRUE(dialect("text,label\na b,1\nc d,0\ne,1\nf,0\n").has_header);
    EXPECT_TRUE(dialect("Freshness,Review\nrotten,a\nfresh,b\nrotten,c\nfresh,d\n").has_header);
    EXPECT_FALSE(dialect("a b,1\nc d,0\ne,1\nf,0\n").has_header);
    EXPECT_FALSE(dialect("a,neg\nb,pos\nc,neg\nd,pos\ne,neg\n").has_header);
    EXPECT_FALSE(dialect("the film was a bad one\tx\nthe film was good\ty\n").has_header);
    EXPECT_TRUE(dialect("text,label\n").has_header);
}

TEST(DialectTest, LineEndsAreToldApart) {
    EXPECT_EQ(cellwise::data::line_ends_of("a\nb\n"), LineEnds::lf);
    EXPECT_EQ(cellwise::data::line_ends_of("a\r\nb\r\n"), LineEnds::crlf);
    EXPECT_EQ(cellwise::data::line_ends_of("a\r\r\nb\r\r\n"), LineEnds::cr_crlf);
    EXPECT_EQ(cellwise::data::line_ends_of("a\rb\r"), LineEnds::cr);
    EXPECT_EQ(cellwise::data::line_ends_of("a\rb\rc\n"), LineEnds::cr);
    EXPECT_EQ(cellwise::data::line_ends_of("a\r\n"), LineEnds::crlf);
    EXPECT_EQ(cellwise::data::line_ends_of("abc"), LineEnds::lf);
    EXPECT_EQ(cellwise::data::line_ends_of(""), LineEnds::lf);
    EXPECT_EQ(cellwise::data::with_known_line_ends("a\r\r\nb\r\r\n"), "a\r\nb\r\n");
    EXPECT_EQ(cellwise::data::with_known_line_ends("a\rb\rc"), "a\nb\nc");
    EXPECT_EQ(cellwise::data::with_known_line_ends("a\nb\rc\n"), "a\nb\rc\n");
}

TEST(DialectTest, DelimitersAreNamed) {
    EXPECT_EQ(cellwise::data::delimiter_named("tab", "--delimiter"), '\t');
    EXPECT_EQ(cellwise::data::delimiter_named("\\t", "--delimiter"), '\t');
    EXPECT_EQ(cellwise::data::delimiter_named("\t", "--delimiter"), '\t');
    EXPECT_EQ(cellwise::data::delimiter_named(";", "--delimiter"), ';');
    EXPECT_THAT(error_of<UsageError>([] { (void)cellwise::data::delimiter_named("--", "--delimiter"); }),
                HasSubstr("--delimiter: '--' is none of"));
}

// What the standard writes is read back, whatever the delimiter: RFC 4180 with quotes around every text.
RC_GTEST_PROP(DialectTest, ReadsBackWhatTheStandardWrites, ()) {
    const char delimiter = *rc::gen::elementOf(std::string(",\t;|"));
    const auto texts = *rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab,;|\t\"\n ."))));
    std::string text = fmt::format("id{0}text{0}label\n", delimiter);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        std::string quoted;
        for (const char letter : texts[i]) quoted += letter == '"' ? "\"\"" : std::string(1, letter);
        text += fmt::format("{1}{0}\"{2}\"{0}{3}\n", delimiter, i, quoted, i % 2);
    }
    const auto rows = rows_of(text, dialect_of(text, {}, "'x'"));
    RC_ASSERT(rows.size() == texts.size() + 1);
    for (std::size_t i = 0; i < texts.size(); ++i) RC_ASSERT(rows[i + 1][1] == texts[i]);
}

}  // namespace
