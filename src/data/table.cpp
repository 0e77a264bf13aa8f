#include "data/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/random.h"
#include "data/corpus_builder.h"
#include "data/csv.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t most_bytes = std::uintmax_t{4} << 30;

std::optional<bool> parse_label(std::string_view text) {
    std::string word;
    for (const char letter : text) {
        if (letter != ' ') word += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    for (const std::string_view positive : {"1", "pos", "positive", "true"}) {
        if (word == positive) return true;
    }
    for (const std::string_view negative : {"0", "neg", "negative", "false"}) {
        if (word == negative) return false;
    }
    return std::nullopt;
}

/// Where a table's rows are read from, for messages.
struct Place {
    const fs::path& path;
    std::size_t line;
    [[nodiscard]] DataError error(std::string_view what) const {
        return DataError(fmt::format("'{}', line {}: {}", path.string(), line, what));
    }
};

bool label_of(std::string_view text, const Place& place) {
    if (const auto label = parse_label(text)) return *label;
    throw place.error(
        fmt::format("the label '{}' is none of 0, 1, neg, pos, negative, positive, false, true", text.substr(0, 40)));
}

std::size_t find_column(const std::vector<std::string>& columns, const std::string& name, const Place& place,
                        std::string_view flag) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found != columns.end()) return static_cast<std::size_t>(found - columns.begin());
    throw place.error(fmt::format("there is no column '{}'; the columns are: {}. Name one with {}.", name,
                                  fmt::join(columns, ", "), flag));
}

std::vector<LabelledText> read_csv(const fs::path& path, char delimiter, const std::string& text_column,
                                   const std::string& label_column) {
    const std::string content = read_file(path, most_bytes);
    CsvReader reader(content, delimiter, fmt::format("'{}'", path.string()));
    std::vector<std::string> columns;
    if (!reader.read(columns)) throw DataError(fmt::format("'{}' is empty; a header line is needed", path.string()));
    const Place header{path, reader.line()};
    const std::size_t text = find_column(columns, text_column, header, "--text-column");
    const std::size_t label = find_column(columns, label_column, header, "--label-column");
    std::vector<LabelledText> rows;
    std::vector<std::string> cells;
    while (reader.read(cells)) {
        const Place place{path, reader.line()};
        if (cells.size() != columns.size()) {
            throw place.error(fmt::format("{} cells, the header has {}", cells.size(), columns.size()));
        }
        const bool is_positive = label_of(cells[label], place);
        rows.push_back({std::move(cells[text]), is_positive});
    }
    return rows;
}

const nlohmann::json& member(const nlohmann::json& object, const std::string& name, const Place& place,
                             std::string_view flag) {
    const auto found = object.find(name);
    if (found != object.end()) return *found;
    throw place.error(fmt::format("the object has no \"{}\"; name another key with {}", name, flag));
}

LabelledText parse_json_line(std::string_view line, const std::string& text_column, const std::string& label_column,
                             const Place& place) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object()) throw place.error("no JSON object; one object a line is needed");
    const auto& text = member(object, text_column, place, "--text-column");
    if (!text.is_string()) throw place.error(fmt::format("\"{}\" is no text", text_column));
    const auto& label = member(object, label_column, place, "--label-column");
    const std::string label_text = label.is_string()      ? label.get<std::string>()
                                   : label.is_primitive() ? label.dump()
                                                          : std::string(label.type_name());
    return {text.get<std::string>(), label_of(label_text, place)};
}

std::vector<LabelledText> read_jsonl(const fs::path& path, const std::string& text_column,
                                     const std::string& label_column) {
    const std::string content = read_file(path, most_bytes);
    std::vector<LabelledText> rows;
    std::size_t line_number = 0;
    for (std::size_t begin = 0; begin < content.size();) {
        const std::size_t end = std::min(content.find('\n', begin), content.size());
        const auto line = std::string_view(content).substr(begin, end - begin);
        begin = end + 1;
        ++line_number;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        rows.push_back(parse_json_line(line, text_column, label_column, {path, line_number}));
    }
    return rows;
}

}  // namespace

std::vector<LabelledText> read_table(const fs::path& path, const std::string& text_column,
                                     const std::string& label_column) {
    const auto extension = path.extension();
    if (extension == ".jsonl" || extension == ".ndjson") return read_jsonl(path, text_column, label_column);
    return read_csv(path, extension == ".tsv" ? '\t' : ',', text_column, label_column);
}

Prepared prepare_table(const fs::path& path, const std::string& text_column, const std::string& label_column) {
    auto rows = read_table(path, text_column, label_column);
    if (rows.size() < 2) {
        throw DataError(fmt::format("'{}' has {} labelled texts; at least 2 are needed, one to train and one to test",
                                    path.string(), rows.size()));
    }
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random(0, "train and test split").shuffle(std::span(order));
    const std::size_t train_rows = rows.size() * 4 / 5;
    CorpusBuilder builder;
    for (std::size_t i = 0; i < order.size(); ++i) {
        auto& row = rows[order[i]];
        builder.add({i >= train_rows, row.is_positive, "", std::move(row.text)});
    }
    return builder.finish({}, CorpusBuilder::Order::as_added);
}

}  // namespace cellwise::data
