#pragma once

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/atomic_file.h"
#include "data/files/csv.h"
#include "data/tables/columns.h"
#include "data/tables/table.h"
#include "recipe_golden.h"

namespace cellwise::tables {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

inline Table table_of(std::vector<Column> columns) {
    Table table;
    table.origin = "a table";
    table.columns = std::move(columns);
    if (!table.columns.empty()) {
        const auto& first = table.columns.front();
        table.rows =
            static_cast<std::int64_t>(std::max({first.numbers.size(), first.codes.size(), first.integers.size()}));
    }
    return table;
}

/// A column as the golden values' script sees it: numbers where every cell is one or missing, else levels; without a
/// name, or with a level of its own in every row: an identifier.
inline Column column_of_cells(const std::string& name, const std::vector<std::string>& cells,
                              const std::string& absent) {
    std::vector<double> numbers;
    std::vector<std::optional<std::string>> texts;
    std::set<std::string> distinct;
    bool numeric = true;
    for (const auto& cell : cells) {
        if (cell.find_first_not_of(' ') == std::string::npos || cell == absent) {
            numbers.push_back(missing);
            texts.emplace_back();
            continue;
        }
        double value = 0;
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        numeric = numeric && error == std::errc() && end == cell.data() + cell.size();
        numbers.push_back(value);
        texts.emplace_back(cell);
        distinct.insert(cell);
    }
    const bool is_identifier = name.empty() || (!numeric && distinct.size() == cells.size());
    if (numeric && !is_identifier) return numeric_column(name, std::move(numbers));
    return level_column(name, texts, is_identifier ? Kind::identifier : Kind::category);
}

inline Table read_small_table(const std::filesystem::path& path, const std::string& absent = "") {
    const std::string text = read_file(path);
    data::CsvReader reader(text, ',', path.string());
    std::vector<std::string> header;
    reader.read(header);
    std::vector<std::vector<std::string>> columns(header.size());
    std::vector<std::string> cells;
    Table table;
    while (reader.read(cells)) {
        for (std::size_t i = 0; i < header.size(); ++i) columns[i].push_back(cells[i]);
        ++table.rows;
    }
    table.origin = path.filename().string();
    for (std::size_t i = 0; i < header.size(); ++i) {
        table.columns.push_back(column_of_cells(header[i], columns[i], absent));
    }
    return table;
}

inline Table golden_table(const std::string& name) {
    if (name == "telco") return read_small_table(std::filesystem::path(CELLWISE_TEST_DATA) / "telco_churn.csv");
    if (name == "hdma") return read_small_table(customers_folder() / "Hdma.csv", "NA");
    return read_small_table(customers_folder() / "Computers.csv");
}

inline std::vector<std::int32_t> golden_labels(const std::string& name) {
    const auto table = golden_table(name);
    return column_of(table, name == "telco" ? "Churn" : "deny")->codes.values();
}

}  // namespace cellwise::tables
