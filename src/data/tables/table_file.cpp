#include "data/tables/table_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>

#include "core/error.h"
#include "core/parallel_for.h"
#include "core/utf8.h"
#include "data/files/mapped_file.h"
#include "data/tables/column_kind.h"
#include "data/tables/columns.h"
#include "data/tables/delimited_rows.h"
#include "data/tables/header_names.h"
#include "data/tables/jsonl_rows.h"

namespace cellwise::tables {
namespace {

constexpr std::int64_t sampled_rows = 200;

[[noreturn]] void refuse(const RowSource& source, const RowFault& fault, const std::string& origin) {
    throw DataError(fmt::format("{}, line {}: {}", origin, source.line_of(fault.place), printable(fault.message)));
}

class TableReader {
public:
    TableReader(RowSource& source, const ReadOptions& options, CellSource cells)
        : source_(source), options_(options), cells_(std::move(cells)) {}

    Table read() {
        table_.origin = cells_.origin;
        names_ = header_names(source_.names(), table_.notes);
        given_ = given_kinds();
        uses_ = first_uses();
        read_pass();
        // A column that seemed numeric by its first rows and is not is read again, as texts.
        if (std::ranges::find(again_, true) != again_.end()) {
            for (std::size_t i = 0; i < uses_.size(); ++i) uses_[i] = again_[i] ? CellUse::texts : CellUse::skip;
            read_pass();
        }
        return std::move(table_);
    }

private:
    std::vector<std::optional<Kind>> given_kinds() {
        std::vector<std::optional<Kind>> given(names_.size());
        for (const auto& [name, kind] : options_.kinds) {
            const auto found = std::ranges::find(names_, name, &HeaderName::name);
            if (found == names_.end()) {
                Table names;
                names.origin = cells_.origin;
                for (const auto& known : names_) names.columns.emplace_back().name = known.name;
                (void)require_column(names, name, fmt::format("--column {}={}", name, kind_name(kind)));
            }
            given[static_cast<std::size_t>(found - names_.begin())] = kind;
        }
        return given;
    }

    std::vector<CellUse> first_uses() {
        std::vector<CellUse> uses(names_.size(), CellUse::numbers);
        const RowChunk sample = source_.sample(sampled_rows, uses);
        for (std::size_t i = 0; i < uses.size(); ++i) {
            if (sample.pieces[i].failed() || (given_[i] && *given_[i] != Kind::numeric)) uses[i] = CellUse::texts;
        }
        return uses;
    }

    /// All chunks, the rows checked. Throws DataError for the first bad row.
    std::vector<RowChunk> read_chunks() {
        std::vector<RowChunk> chunks(source_.chunks());
        parallel_for(chunks.size(), options_.threads, [&](std::size_t i) { chunks[i] = source_.read(i, uses_); });
        for (std::size_t i = 0; i < chunks.size(); ++i) {
            if (i > 0 && !source_.follows(chunks[i - 1], chunks[i])) {
                chunks.clear();
                source_.join_chunks();
                return read_chunks();
            }
            if (chunks[i].fault) refuse(source_, *chunks[i].fault, cells_.origin);
        }
        return chunks;
    }

    void read_pass() {
        auto chunks = read_chunks();
        table_.rows = 0;
        for (const auto& chunk : chunks) table_.rows += chunk.rows;
        if (table_.rows == 0) throw DataError(fmt::format("{}: a header and no rows below it", cells_.origin));
        table_.columns.resize(names_.size());
        std::vector<char> failed(names_.size(), 0);
        parallel_for(names_.size(), options_.threads, [&](std::size_t i) {
            if (uses_[i] == CellUse::skip) return;
            failed[i] = std::ranges::any_of(chunks, [i](const RowChunk& chunk) { return chunk.pieces[i].failed(); });
            if (failed[i]) {
                for (auto& chunk : chunks) chunk.pieces[i] = ColumnPiece();
                return;
            }
            WholeColumn whole = join_pieces(chunks, i);
            whole.name = names_[i].name;
            whole.is_nameless = names_[i].is_nameless;
            table_.columns[i] = decide_kind(std::move(whole), given_[i], cells_);
        });
        again_.assign(failed.begin(), failed.end());
    }

    RowSource& source_;
    const ReadOptions& options_;
    CellSource cells_;
    std::vector<HeaderName> names_;
    std::vector<std::optional<Kind>> given_;
    std::vector<CellUse> uses_;
    std::vector<bool> again_;
    Table table_;
};

Table read_rows(RowSource& source, const ReadOptions& options, const std::string& origin, char delimiter) {
    if (source.names().empty()) throw DataError(fmt::format("{}: the file is empty", origin));
    CellSource cells{origin, [&source](std::size_t place) { return source.line_of(place); }, delimiter};
    return TableReader(source, options, std::move(cells)).read();
}

std::size_t line_of(std::string_view text, std::size_t place) {
    return static_cast<std::size_t>(std::ranges::count(text.substr(0, place), '\n')) + 1;
}

Table parse(std::string_view text, TableForm form, const std::string& origin, const ReadOptions& options,
            std::function<void(std::string_view)> release) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.substr(0, std::size_t{1} << 16).find('\0') != std::string_view::npos) {
        throw DataError(fmt::format("{}: the file holds NUL bytes and is no text", origin));
    }
    std::unique_ptr<RowSource> source;
    char delimiter = ',';
    try {
        if (form == TableForm::jsonl) {
            source = std::make_unique<JsonlRows>(text, options.missing_values);
        } else {
            delimiter = options.delimiter != 0 ? options.delimiter : ',';
            source = std::make_unique<DelimitedRows>(
                text, DelimitedRows::Form{delimiter, true, options.header, options.missing_values, options.threads},
                std::move(release));
        }
    } catch (const RowFault& fault) {
        throw DataError(fmt::format("{}, line {}: {}", origin, line_of(text, fault.place), printable(fault.message)));
    }
    return read_rows(*source, options, origin, delimiter);
}

}  // namespace

Table parse_table(std::string_view text, TableForm form, const std::string& origin, const ReadOptions& options) {
    return parse(text, form, origin, options, {});
}

Table read_table(const std::filesystem::path& path, const ReadOptions& options) {
    const data::MappedFile file(path);
    const auto ending = path.extension();
    const bool is_jsonl = ending == ".jsonl" || ending == ".ndjson";
    return parse(file.bytes(), is_jsonl ? TableForm::jsonl : TableForm::delimited, path.string(), options,
                 [&file](std::string_view part) { file.release(part); });
}

}  // namespace cellwise::tables
