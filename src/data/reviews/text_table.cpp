#include "data/reviews/text_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <utility>

#include "core/atomic_file.h"
#include "core/csv_cell.h"
#include "core/error.h"
#include "data/files/text_rows.h"
#include "data/reviews/tokenizer.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t most_bytes = std::uintmax_t{4} << 30;

/// The label behind a text of the file, else DataError.
bool label_of(std::string_view text, const std::string& origin, std::size_t line) {
    if (const auto label = label_of_word(text)) return *label;
    throw DataError(
        fmt::format("{}, line {}: the label '{}' is none of 0, 1, neg, pos, negative, positive, false, true", origin,
                    line, text.substr(0, 40)));
}

}  // namespace

std::optional<bool> label_of_word(std::string_view text) {
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

std::vector<LabelledText> read_table(const fs::path& path, const std::string& text_column,
                                     const std::string& label_column) {
    const auto origin = fmt::format("'{}'", path.string());
    const std::string content = read_file(path, most_bytes);
    const std::vector<WantedColumn> columns{{text_column, "--text-column"}, {label_column, "--label-column", false}};
    std::vector<LabelledText> texts;
    std::vector<std::size_t> without_words;
    for (auto& row : read_text_rows(content, row_form_of(path), columns, origin)) {
        if (word_count(row.values[0]) == 0) without_words.push_back(row.line);
        texts.push_back({std::move(row.values[0]), label_of(row.values[1], origin, row.line)});
    }
    if (!without_words.empty()) {
        const auto shown = std::span(without_words).first(std::min<std::size_t>(5, without_words.size()));
        throw DataError(fmt::format("{}: {} of {} texts have no words (line {}{}): remove these rows, or fill them",
                                    origin, without_words.size(), texts.size(), fmt::join(shown, ", "),
                                    shown.size() < without_words.size() ? ", …" : ""));
    }
    return texts;
}

std::string csv_of(std::span<const LabelledText> rows) {
    std::string csv = "text,label\n";
    for (const auto& row : rows) csv += fmt::format("{},{}\n", csv_cell(row.text), row.is_positive ? 1 : 0);
    return csv;
}

}  // namespace cellwise::data
