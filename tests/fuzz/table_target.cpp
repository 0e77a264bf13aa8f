// A table of any kind. The first byte chooses delimited text or JSON lines, and what is said of quotes and encoding.
#include "core/utf8.h"
#include "data/tables/description.h"
#include "data/tables/table_file.h"
#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(table) {
    using namespace cellwise;
    if (bytes.empty()) return;
    const auto choice = static_cast<unsigned char>(bytes.front());
    tables::ReadOptions options;
    if ((choice & 2) != 0) options.quoting = data::Quoting::standard;
    if ((choice & 4) != 0) options.encoding = "cp949";
    if ((choice & 8) != 0) options.missing_values = {"NA"};
    const auto form = (choice & 1) != 0 ? tables::TableForm::jsonl : tables::TableForm::delimited;
    fuzz::may_refuse([&] {
        const auto table = tables::parse_table(bytes.substr(1), form, "table", options);
        const auto rows = static_cast<std::size_t>(table.rows);
        for (const auto& column : table.columns) {
            fuzz::require(!column.name.empty(), "a column has no name");
            fuzz::require(!column.numbers.empty() || !column.codes.empty() || !column.integers.empty(), "no cells");
            for (const auto size : {column.numbers.size(), column.codes.size(), column.integers.size()}) {
                fuzz::require(size == 0 || size == rows, "a column is shorter than the table");
            }
            for (const auto& level : column.levels) fuzz::require(!first_invalid_utf8(level), "a level is not UTF-8");
        }
        const auto description = tables::describe(table, 1);
        for (const auto& column : description.columns) {
            fuzz::require(column.count + column.missing == table.rows, "cells got lost");
        }
    });
}
