#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <string>

#include "data/tables/date_text.h"
#include "data/tables/number_text.h"

namespace cellwise::tables {
namespace {

std::optional<double> value(std::string_view text) {
    const auto number = read_number(text);
    return number ? std::optional(number->value) : std::nullopt;
}

TEST(NumberText, ReadsWhatProgramsWrite) {
    EXPECT_EQ(value("0"), 0.0);
    EXPECT_EQ(value("-12.50"), -12.5);
    EXPECT_EQ(value("+3"), 3.0);
    EXPECT_EQ(value(".5"), 0.5);
    EXPECT_EQ(value("5."), 5.0);
    EXPECT_EQ(value(" 7\t"), 7.0);
    EXPECT_EQ(value("1e3"), 1000.0);
    EXPECT_EQ(value("1.7976931348623157e308"), 1.7976931348623157e308);
    EXPECT_EQ(value("1e-400"), 0.0);
}

TEST(NumberText, RefusesWhatIsNone) {
    for (const char* text : {"", " ", "-", "+", ".", "abc", "1a", "0x10", "inf", "nan", "NaN", "--1", "1 2", "1,5",
                             "1e", "1e400", "-inf", "1.2.3", "e5"}) {
        EXPECT_EQ(value(text), std::nullopt) << text;
    }
}

TEST(NumberText, TellsWhatANumberWouldLose) {
    EXPECT_TRUE(read_number("007")->is_padded);
    EXPECT_FALSE(read_number("0.07")->is_padded);
    EXPECT_FALSE(read_number("9007199254740992")->is_large);
    EXPECT_TRUE(read_number("9007199254740993")->is_large);
    EXPECT_TRUE(read_number("-9007199254740993")->is_large);
    EXPECT_FALSE(read_number("9007199254740993.5")->is_large);
    EXPECT_TRUE(read_number("42")->is_whole);
    for (const char* text : {"+42", "42.0", " 42", "042", "-0", "4e1"})
        EXPECT_FALSE(read_number(text)->is_whole) << text;
    EXPECT_EQ(read_integer("9223372036854775807"), INT64_MAX);
    EXPECT_EQ(read_integer("9223372036854775808"), std::nullopt);
    EXPECT_EQ(read_integer("01"), std::nullopt);
}

RC_GTEST_PROP(NumberText, RoundsAsTheLibraryDoes, (bool negative, std::uint64_t mantissa)) {
    const int point = *rc::gen::inRange(0, 25);
    std::string digits = std::to_string(mantissa >> *rc::gen::inRange(0, 64));
    if (point < static_cast<int>(digits.size())) digits.insert(digits.size() - static_cast<std::size_t>(point), ".");
    if (negative) digits.insert(0, "-");
    RC_ASSERT(value(digits) == std::strtod(digits.c_str(), nullptr));
}

NumberStyle style(char decimal, std::string thousands) {
    NumberStyle result;
    result.decimal = decimal;
    result.thousands = std::move(thousands);
    return result;
}

TEST(NumberStyle, Groups) {
    EXPECT_EQ(read_number("1,234,567.5", style('.', ",")), 1234567.5);
    EXPECT_EQ(read_number("12", style('.', ",")), 12.0);
    EXPECT_EQ(read_number("12,34", style('.', ",")), std::nullopt);
    EXPECT_EQ(read_number("1234,567", style('.', ",")), std::nullopt);
    EXPECT_EQ(read_number("1.234,5", style(',', ".")), 1234.5);
    EXPECT_EQ(read_number("1.5", style(',', "")), std::nullopt);
    EXPECT_EQ(read_number("-1,5", style(',', "")), -1.5);
    EXPECT_EQ(read_number("1 234,5", style(',', " ")), 1234.5);
    EXPECT_EQ(read_number("1'234", style('.', "'")), 1234.0);
    EXPECT_EQ(read_number("007", style('.', ",")), std::nullopt);
}

TEST(NumberStyle, SignsAndCurrencies) {
    NumberStyle money = style('.', ",");
    money.currency = "$";
    money.parentheses = true;
    EXPECT_EQ(read_number("$1,200", money), 1200.0);
    EXPECT_EQ(read_number("($5.25)", money), -5.25);
    EXPECT_EQ(read_number("-$5", money), -5.0);
    EXPECT_EQ(read_number("$-5", money), -5.0);
    EXPECT_EQ(read_number("5", money), std::nullopt);
    EXPECT_EQ(read_number("(-5)", money), std::nullopt);
    NumberStyle won = style('.', ",");
    won.currency = "원";
    EXPECT_EQ(read_number("12,000 원", won), 12000.0);
    NumberStyle percent;
    percent.percent = true;
    EXPECT_EQ(read_number("12.5 %", percent), 12.5);
    EXPECT_EQ(read_number("12.5", percent), std::nullopt);
}

TEST(DateText, Orders) {
    EXPECT_EQ(read_date("1970-01-01", DateOrder::year_month_day), 0.0);
    EXPECT_EQ(read_date("2000-03-01", DateOrder::year_month_day), 11017.0);
    EXPECT_EQ(read_date("2026/11/27", DateOrder::year_month_day), 20784.0);
    EXPECT_EQ(read_date("27.11.2026", DateOrder::day_month_year), 20784.0);
    EXPECT_EQ(read_date("11/27/2026", DateOrder::month_day_year), 20784.0);
    EXPECT_EQ(read_date("27/11/2026", DateOrder::month_day_year), std::nullopt);
    EXPECT_EQ(read_date("2023-02-29", DateOrder::year_month_day), std::nullopt);
    EXPECT_EQ(read_date("2024-02-29", DateOrder::year_month_day), 19782.0);
    EXPECT_EQ(read_date("2024-02/29", DateOrder::year_month_day), std::nullopt);
}

TEST(DateText, Times) {
    EXPECT_EQ(read_date("1970-01-02 12:00", DateOrder::year_month_day), 1.5);
    EXPECT_EQ(read_date("1970-01-02T06:00:00.000Z", DateOrder::year_month_day), 1.25);
    EXPECT_EQ(read_date("1970-01-02T09:00:00+09:00", DateOrder::year_month_day), 1.0);
    EXPECT_EQ(read_date("1970-01-02 24:00", DateOrder::year_month_day), std::nullopt);
    EXPECT_EQ(read_date("1970-01-02 12:00 tea", DateOrder::year_month_day), std::nullopt);
}

}  // namespace
}  // namespace cellwise::tables
