#include "report/text/table.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace cellwise {
namespace {

TEST(Table, AlignsKoreanByItsWidth) {
    report::Table table({{"word", report::Table::Align::left}, {"value"}});
    table.add_row({"책을", "1.5"});
    table.add_row({"book", "22"});
    EXPECT_EQ(table.text(),
              "word  value\n"
              "────  ─────\n"
              "책을    1.5\n"
              "book     22\n");
    EXPECT_THROW(table.add_row({"too few"}), InternalError);
    table.add_row({"a|b", "3"});
    EXPECT_EQ(table.markdown(),
              "| word | value |\n"
              "| --- | ---: |\n"
              "| 책을 | 1.5 |\n"
              "| book | 22 |\n"
              "| a\\|b | 3 |\n");
}

}  // namespace
}  // namespace cellwise
