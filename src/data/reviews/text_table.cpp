#include "data/reviews/text_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "core/atomic_file.h"
#include "core/csv_cell.h"
#include "core/error.h"
#include "core/log.h"
#include "data/files/column_names.h"
#include "data/files/json_rows.h"
#include "data/files/row_error.h"
#include "data/files/text_rows.h"
#include "data/reviews/tokenizer.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t most_table_bytes = std::uintmax_t{4} << 30;

std::map<std::string, std::size_t> label_counts(const std::vector<TextRow>& rows) {
    std::map<std::string, std::size_t> counts;
    for (const auto& row : rows) ++counts[std::string(without_blanks_around(row.values[1]))];
    return counts;
}

std::string first_lines(const std::vector<std::size_t>& lines) {
    const auto shown = std::span(lines).first(std::min<std::size_t>(5, lines.size()));
    return fmt::format("line {}{}", fmt::join(shown, ", "), shown.size() < lines.size() ? ", …" : "");
}

}  // namespace

LabelledTexts read_table(const fs::path& path, const std::string& text_column, const std::string& label_column,
                         const TextSettings& settings) {
    const auto origin = fmt::format("'{}'", path.string());
    const std::string content = text_of_rows(read_file(path, most_table_bytes), settings, origin);
    const std::vector<WantedColumn> columns{{text_column, "--text-column"}, {label_column, "--label-column", false}};
    const auto likely = row_form_of(path);
    const auto form = looks_like_json_rows(content) ? RowForm::jsonl : likely == RowForm::lines ? RowForm::tsv : likely;
    auto table = read_text_rows(content, form, columns, origin, settings);
    LabelReader labels(settings);
    LabelledTexts texts;
    std::vector<std::size_t> without_words;
    for (auto& row : table.rows) {
        const bool has_words = word_count(row.values[0]) > 0;
        if (!has_words) without_words.push_back(row.line);
        if (!has_words && settings.drops_empty()) continue;
        const auto label = labels.read(row.values[1]);
        if (!label) throw row_error(origin, row.line, labels.refusal(row.values[1], label_counts(table.rows)));
        texts.rows.push_back({std::move(row.values[0]), *label});
    }
    texts.names = labels.names();
    if (without_words.empty()) return texts;
    const auto what = fmt::format("{}: {} of {} texts have no words ({})", origin, without_words.size(),
                                  table.rows.size(), first_lines(without_words));
    if (!settings.drops_empty()) {
        throw DataError(
            fmt::format("{}: remove these rows, fill them, or leave them out with --empty-texts drop", what));
    }
    log::notice(fmt::format("{}: left out", what));
    return texts;
}

std::string csv_of(std::span<const LabelledText> rows) {
    std::string csv = "text,label\n";
    for (const auto& row : rows) csv += fmt::format("{},{}\n", csv_cell(row.text), row.is_positive ? 1 : 0);
    return csv;
}

}  // namespace cellwise::data
