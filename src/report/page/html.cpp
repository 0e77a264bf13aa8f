#include "report/page/html.h"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/json_text.h"
#include "report/charts/svg.h"

namespace cellwise::report {

std::string base64(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) text += k <= count ? alphabet[group >> (18 - 6 * k) & 63U] : '=';
    }
    return text;
}

std::string script_json(const nlohmann::ordered_json& document) {
    const auto text = json_text(document);
    std::string safe;
    safe.reserve(text.size());
    for (const char letter : text) {
        if (letter == '<') {
            safe += "\\u003c";
        } else {
            safe += letter;
        }
    }
    return safe;
}

void HtmlTable::add_row(const std::vector<std::string>& cells) {
    if (cells.size() != columns_.size()) throw InternalError("a row of a table has another number of cells");
    rows_ += "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const char* align = columns_[i].is_text ? " class=\"text\"" : "";
        rows_ += i == 0 ? fmt::format("<th scope=\"row\"{}>{}</th>", align, cells[i])
                        : fmt::format("<td{}>{}</td>", align, cells[i]);
    }
    rows_ += "</tr>\n";
}

std::string HtmlTable::markup() const {
    std::string head;
    for (const auto& column : columns_) {
        head += fmt::format("<th scope=\"col\"{}>{}</th>", column.is_text ? " class=\"text\"" : "", column.title);
    }
    return fmt::format(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{}\" tabindex=\"0\"><table>\n<thead><tr>{}</tr></thead>\n"
        "<tbody>\n{}</tbody></table></div>\n",
        escaped_xml(name_), head, rows_);
}

}  // namespace cellwise::report
