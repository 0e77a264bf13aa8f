#include "data/files/json_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "data/files/column_names.h"
#include "data/files/row_error.h"

namespace cellwise::data {
namespace {

using Json = nlohmann::ordered_json;

// A parsed object may take forty times its bytes, if it is all brackets.
constexpr std::size_t most_object_bytes = std::size_t{16} << 20;
constexpr std::string_view blanks = " \t\r\n";

std::string_view first_line_of(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find('\n'));
}

/// The text with null for each NaN and Infinity outside of strings: Python writes them, JSON has none.
std::string with_null_for_nan(std::string_view text) {
    std::string result;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t taken = 0;
        if (!in_string) {
            for (const std::string_view token : {"-Infinity", "Infinity", "NaN"}) {
                if (taken == 0 && text.substr(i).starts_with(token)) taken = token.size();
            }
        }
        if (taken > 0) {
            result += "null";
            i += taken;
            continue;
        }
        if (in_string && text[i] == '\\' && i + 1 < text.size())
            result += text[i++];
        else if (text[i] == '"')
            in_string = !in_string;
        result += text[i++];
    }
    return result;
}

Json parse(std::string_view text) {
    auto json = Json::parse(text, nullptr, false);
    return json.is_discarded() ? Json::parse(with_null_for_nan(text), nullptr, false) : json;
}

/// The end of the object that begins at `at`; npos if it has none.
std::size_t end_of_object(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = at; i < text.size(); ++i) {
        if (in_string) {
            if (text[i] == '\\')
                ++i;
            else if (text[i] == '"')
                in_string = false;
        } else if (text[i] == '"') {
            in_string = true;
        } else if (text[i] == '{' || text[i] == '[') {
            ++depth;
        } else if ((text[i] == '}' || text[i] == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return std::string_view::npos;
}

/// Calls use(line's text, its number) for every line that is not blank.
template <class Use>
void for_each_filled_line(std::string_view text, Use&& use) {
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const auto line = text.substr(begin, end - begin);
        begin = end + 1;
        ++number;
        if (line.find_first_not_of(blanks) != std::string_view::npos) use(line, number);
    }
}

/// Calls use(object's text, the line on which it begins) for objects with commas or nothing between them.
template <class Use>
void for_each_object(std::string_view text, const std::string& origin, Use&& use) {
    std::size_t at = text.find_first_not_of(blanks), line = 1, counted = 0;
    const bool is_array = text[at] == '[';
    if (is_array) ++at;
    const auto line_at = [&](std::size_t place) {
        line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(counted),
                                                    text.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
        counted = place;
        return line;
    };
    while (true) {
        at = text.find_first_not_of(" \t\r\n,", at);
        if (at == std::string_view::npos || (is_array && text[at] == ']')) return;
        if (text[at] != '{') throw row_error(origin, line_at(at), "no JSON object; only objects are read");
        const auto end = end_of_object(text, at);
        if (end == std::string_view::npos) throw row_error(origin, line_at(at), "a JSON object without an end");
        use(text.substr(at, end - at), line_at(at));
        at = end;
    }
}

class RowReader {
public:
    RowReader(const std::vector<WantedColumn>& columns, const std::string& origin, bool keep_cells)
        : columns_(columns), origin_(origin), keep_cells_(keep_cells) {}

    void read(std::string_view text, std::size_t line) {
        if (text.size() > most_object_bytes) {
            throw row_error(origin_, line, fmt::format("longer than the {} bytes of one text", most_object_bytes));
        }
        const auto object = parse(text);
        if (!object.is_object()) throw row_error(origin_, line, "no JSON object; one object a line is needed");
        TextRow row{{}, line, {}};
        for (const auto& column : columns_) row.values.push_back(value_of(object, column, line));
        if (keep_cells_) keep(object, row);
        table_.rows.push_back(std::move(row));
    }

    [[nodiscard]] TextTable finish() {
        for (auto& row : table_.rows) row.cells.resize(keep_cells_ ? table_.columns.size() : 0);
        for (const auto& column : columns_)
            table_.places.push_back(place_of_column(table_.columns, column.name).value_or(0));
        return std::move(table_);
    }

private:
    std::string value_of(const Json& object, const WantedColumn& column, std::size_t line) {
        std::vector<std::string> names;
        for (const auto& [name, value] : object.items()) names.push_back(name);
        const auto place = place_of_column(names, column.name);
        if (!place) {
            throw row_error(origin_, line,
                            fmt::format("the object has no \"{}\"; it has: {}. Name one with {}.", column.name,
                                        shown_names(names), column.flag));
        }
        const auto& value = object[names[*place]];
        if (value.is_null()) return "";
        if (value.is_string()) return with_plain_line_ends(value.get<std::string>());
        if (value.is_object() || value.is_array()) {
            throw row_error(origin_, line,
                            fmt::format("\"{}\" is no text but {}; an object for each text is needed (of pandas: "
                                        "to_json(orient='records', lines=True))",
                                        column.name, value.is_object() ? "an object" : "a list"));
        }
        if (column.is_text) throw row_error(origin_, line, fmt::format("\"{}\" is no text", column.name));
        return value.dump();
    }

    void keep(const Json& object, TextRow& row) {
        for (const auto& [name, value] : object.items()) {
            const auto found = std::find(table_.columns.begin(), table_.columns.end(), name);
            const auto place = static_cast<std::size_t>(found - table_.columns.begin());
            if (found == table_.columns.end()) table_.columns.push_back(name);
            if (row.cells.size() <= place) row.cells.resize(place + 1);
            row.cells[place] = value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
        }
    }

    const std::vector<WantedColumn>& columns_;
    const std::string& origin_;
    bool keep_cells_;
    TextTable table_;
};

}  // namespace

bool looks_like_json_rows(std::string_view text) {
    const auto line = first_line_of(text);
    if (line.starts_with('{')) {
        const bool is_alone = line.substr(1).find_first_not_of(blanks) == std::string_view::npos;
        return is_alone || (line.size() <= most_object_bytes && parse(line).is_object());
    }
    if (!line.starts_with('[')) return false;
    const auto within = text.substr(text.find('[') + 1);
    const auto first = within.find_first_not_of(blanks);
    return first != std::string_view::npos && within[first] == '{';
}

TextTable read_json_rows(std::string_view text, const std::vector<WantedColumn>& columns, const std::string& origin,
                         bool keep_cells) {
    RowReader reader(columns, origin, keep_cells);
    const auto line = first_line_of(text);
    const bool over_lines =
        line.starts_with('[') ||
        (line.starts_with('{') && line.substr(1).find_first_not_of(blanks) == std::string_view::npos);
    const auto use = [&](std::string_view object, std::size_t number) { reader.read(object, number); };
    if (over_lines) {
        for_each_object(text, origin, use);
    } else {
        for_each_filled_line(text, use);
    }
    return reader.finish();
}

}  // namespace cellwise::data
