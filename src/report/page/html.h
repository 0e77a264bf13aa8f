#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace cellwise::report {

/// RFC 4648's alphabet, padded.
[[nodiscard]] std::string base64(std::string_view bytes);

/// JSON as it may stand in a <script>: no '<', so nothing in it can end the element; bytes that are not
/// UTF-8 become U+FFFD.
[[nodiscard]] std::string script_json(const nlohmann::ordered_json& document);

/// A table that scrolls inside itself where the screen is narrower. Titles and cells are markup: text in
/// them must be escaped (escaped_xml). A row's first cell is its heading.
class HtmlTable {
public:
    struct Column {
        std::string title;
        bool is_text = false;  ///< leans left; numbers lean right
    };

    /// `name`: what a screen reader calls the scrolling region.
    HtmlTable(std::string name, std::vector<Column> columns) : name_(std::move(name)), columns_(std::move(columns)) {}

    /// One cell a column, else InternalError.
    void add_row(const std::vector<std::string>& cells);

    [[nodiscard]] std::string markup() const;

private:
    std::string name_;
    std::vector<Column> columns_;
    std::string rows_;
};

}  // namespace cellwise::report
