#include "cli/flags/predict_input.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/utf8.h"
#include "data/files/text_rows.h"

namespace cellwise::cli {
namespace {

constexpr std::uintmax_t most_texts_bytes = std::uintmax_t{4} << 30;

std::optional<data::RowForm> form_named(const std::string& name) {
    if (name == "lines") return data::RowForm::lines;
    if (name == "csv") return data::RowForm::csv;
    if (name == "tsv") return data::RowForm::tsv;
    if (name == "jsonl") return data::RowForm::jsonl;
    return std::nullopt;
}

std::string read_standard_input() {
    std::string content{std::istreambuf_iterator<char>(std::cin), {}};
    if (std::cin.bad()) throw DataError("standard input cannot be read to its end");
    return content;
}

std::vector<std::string> checked_arguments(const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
        if (first_invalid_utf8(text)) throw UsageError("a text given as argument is not UTF-8");
        if (text.empty()) throw UsageError("a text given as argument is empty");
    }
    return texts;
}

}  // namespace

void TextFlags::add_to(CLI::App& command) {
    command.add_option("text", texts, "reviews; without any they are read from standard input, one a line")
        ->type_name("TEXT");
    command
        .add_option("--file", file, "read the reviews from a file: one a line, or a .csv, .tsv or .jsonl table's texts")
        ->type_name("FILE");
    command
        .add_option("--input-format", input_format,
                    "the format of --file: lines, csv, tsv or jsonl; auto detects it by content, with the file's "
                    "ending as a hint")
        ->capture_default_str()
        ->check(CLI::IsMember({"auto", "lines", "csv", "tsv", "jsonl"}));
    command.add_option("--text-column", text_column, "the texts' column in a table; default: the run's, text");
    table.add_to(command, false);
}

TextInput TextFlags::read(const data::DataOptions& run, bool are_ids) const {
    if (!texts.empty() && !file.empty()) throw UsageError("give texts as arguments or with --file, not both");
    if (!texts.empty()) return {checked_arguments(texts), {}, {}};
    auto settings = run.texts;
    table.apply_to(settings);
    settings.validate();
    std::string content, origin = "standard input";
    if (!file.empty()) {
        if (is_folder(file)) throw DataError(fmt::format("'{}' is a folder, not a file", file));
        content = read_file(file, most_texts_bytes);
        origin = fmt::format("'{}'", file);
    } else {
        if (::isatty(STDIN_FILENO) == 1) log::notice("reading reviews from the terminal, one a line; Ctrl-D ends them");
        content = read_standard_input();
    }
    content = data::text_of_rows(std::move(content), settings, origin);
    const auto column = text_column.empty() ? run.text_column : text_column;
    auto form = form_named(input_format);
    const auto likely = data::row_form_of(file);
    if (!form && are_ids && likely == data::RowForm::lines) form = likely;
    if (!form) form = data::form_of_content(content, likely, column, settings, origin);
    auto read = data::read_text_rows(content, *form, {{column, "--text-column"}}, origin, settings, true);
    TextInput input{{}, std::move(read.columns), {}};
    for (auto& row : read.rows) {
        input.texts.push_back(std::move(row.values[0]));
        input.cells.push_back(std::move(row.cells));
    }
    return input;
}

}  // namespace cellwise::cli
