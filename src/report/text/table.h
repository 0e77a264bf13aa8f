#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cellwise::report {

/// A plain text table: a header, a rule, rows. Text columns lean left, number columns right.
class Table {
public:
    enum class Align { left, right };
    struct Column {
        std::string title;
        Align align = Align::right;
    };

    explicit Table(std::vector<Column> columns);

    /// One cell for each column, else InternalError.
    void add_row(std::vector<std::string> cells);

    /// The table, every line ended by a newline, no trailing spaces.
    [[nodiscard]] std::string text() const;

    /// The same as a Markdown table (GitHub's dialect); a bar inside a cell is escaped.
    [[nodiscard]] std::string markdown() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace cellwise::report
