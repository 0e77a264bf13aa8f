#include "data/tables/table_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/parallel_for.h"
#include "core/processor.h"
#include "core/utf8.h"
#include "data/files/dialect.h"
#include "data/files/encoding.h"
#include "data/files/mapped_file.h"
#include "data/files/packed_file.h"
#include "data/tables/column_kind.h"
#include "data/tables/delimited_rows.h"
#include "data/tables/header_names.h"
#include "data/tables/jsonl_rows.h"

namespace cellwise::tables {
namespace {

constexpr std::int64_t sampled_rows = 200;

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

    /// Reads all rows and puts the columns of uses_ together, some chunks at a time, so that the pieces take little.
    /// Throws RowFault for the first bad row.
    void read_pass() {
        std::vector<ColumnJoiner> joiners;
        while (!join_chunks(joiners)) source_.join_chunks();
        if (table_.rows == 0) throw DataError(fmt::format("{}: a header and no rows below it", cells_.origin));
        table_.columns.resize(names_.size());
        again_.assign(names_.size(), false);
        for (std::size_t i = 0; i < names_.size(); ++i) again_[i] = joiners[i].failed();
        parallel_for(names_.size(), options_.threads, [&](std::size_t i) {
            if (uses_[i] == CellUse::skip || joiners[i].failed()) return;
            WholeColumn whole = joiners[i].finish();
            whole.name = names_[i].name;
            whole.is_nameless = names_[i].is_nameless;
            table_.columns[i] = decide_kind(std::move(whole), given_[i], cells_);
        });
    }

    /// False if a chunk does not begin where the one before it ended.
    bool join_chunks(std::vector<ColumnJoiner>& joiners) {
        joiners = std::vector<ColumnJoiner>(names_.size());
        auto uses = uses_;  // a column that failed is not read further
        std::int64_t rows = 0;
        std::vector<RowChunk> chunks;
        for (std::size_t first = 0; first < source_.chunks(); first += chunks.size()) {
            std::optional<RowChunk> before;
            if (!chunks.empty()) before = std::move(chunks.back());
            chunks = std::vector<RowChunk>(std::min(chunks_at_once(), source_.chunks() - first));
            parallel_for(chunks.size(), options_.threads,
                         [&](std::size_t i) { chunks[i] = source_.read(first + i, uses); });
            for (std::size_t i = 0; i < chunks.size(); ++i) {
                const auto* last = i > 0 ? &chunks[i - 1] : before ? &*before : nullptr;
                if (last != nullptr && !source_.follows(*last, chunks[i])) return false;
                if (chunks[i].fault) throw RowFault(*chunks[i].fault);
                rows += chunks[i].rows;
            }
            const auto expected = expected_rows(rows, first + chunks.size());
            parallel_for(names_.size(), options_.threads, [&](std::size_t i) {
                if (uses[i] == CellUse::skip) return;
                for (auto& chunk : chunks) joiners[i].add(std::move(chunk.pieces[i]), expected);
                if (joiners[i].failed()) uses[i] = CellUse::skip;
            });
        }
        table_.rows = rows;
        return true;
    }

    [[nodiscard]] std::size_t chunks_at_once() const {
        return static_cast<std::size_t>(threads_or_all(options_.threads));
    }

    /// How many rows the table may have, by those of the first chunks: a little too many rather than too few.
    [[nodiscard]] std::size_t expected_rows(std::int64_t rows, std::size_t chunks) const {
        const auto known = static_cast<std::size_t>(rows);
        if (chunks == source_.chunks()) return known;
        const auto others = known / chunks * (source_.chunks() - chunks);
        return known + others + others / 64;
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

/// The text in UTF-8: the bytes themselves if they are that, or else `decoded`, which is filled.
std::string_view text_of(std::string_view bytes, const ReadOptions& options, const std::string& origin,
                         std::string& decoded) {
    const auto encoding =
        options.encoding.empty() ? data::Encoding::utf8 : data::encoding_named(options.encoding, "--encoding");
    const bool is_utf16 = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
    if (encoding != data::Encoding::utf8 || is_utf16) {
        decoded = data::decode(std::string(bytes), encoding, origin);
        return decoded;
    }
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    if (const auto nul = bytes.find('\0'); nul != std::string_view::npos) {
        (void)data::decode(std::string(bytes), encoding, origin);  // throws, and says what the bytes look like
    }
    return bytes;
}

/// The beginning of a text, as far as it is enough to tell its dialect: whole rows, as standard quotes divide them.
std::string_view head_of(std::string_view text) {
    constexpr std::size_t enough = std::size_t{1} << 17;
    if (text.size() <= 2 * enough) return text;
    bool in_quotes = false;
    std::size_t end = 0;
    for (std::size_t i = 0; i < 2 * enough && (i < enough || end == 0); ++i) {
        if (text[i] == '"') in_quotes = !in_quotes;
        if (text[i] == '\n' && !in_quotes) end = i + 1;
    }
    return text.substr(0, end == 0 ? enough : end);
}

data::Dialect dialect_of(std::string_view text, const ReadOptions& options, const std::string& origin) {
    data::DialectHints hints;
    if (options.delimiter != 0) hints.delimiter = options.delimiter;
    hints.quoting = options.quoting;
    if (std::filesystem::path(origin).extension() == ".tsv") hints.likely_delimiter = '\t';
    const auto head = head_of(text);
    if (first_invalid_utf8(head)) {  // which is told with its line later
        return {hints.delimiter.value_or(hints.likely_delimiter), hints.quoting.value_or(data::Quoting::standard),
                data::LineEnds::lf, true, false};
    }
    return data::dialect_of(data::with_known_line_ends(std::string(head)), hints, origin);
}

Table parse_delimited(std::string_view text, const std::string& origin, const ReadOptions& options,
                      std::function<void(std::string_view)> release) {
    const auto dialect = dialect_of(text, options, origin);
    DelimitedRows rows(text,
                       {dialect.delimiter, dialect.quoting, dialect.declares_delimiter, options.header,
                        options.missing_values, options.threads},
                       std::move(release));
    Table table = read_rows(rows, options, origin, dialect.delimiter);
    if (options.header && !dialect.has_header) {
        table.notes.emplace_back(
            "the first row looks like the rows below it: if it names no columns, pass --no-header");
    }
    return table;
}

Table parse(std::string_view bytes, TableForm form, const std::string& origin, const ReadOptions& options,
            std::function<void(std::string_view)> release) {
    std::string decoded;
    const std::string_view text = text_of(bytes, options, origin, decoded);
    if (!decoded.empty()) release = {};
    try {
        if (form == TableForm::delimited) return parse_delimited(text, origin, options, std::move(release));
        JsonlRows rows(text, options.missing_values);
        return read_rows(rows, options, origin, ',');
    } catch (const RowFault& fault) {
        if (fault.is_encoding) (void)data::decode(std::string(text), data::Encoding::utf8, origin);  // throws
        const auto line = std::ranges::count(text.substr(0, fault.place), '\n') + 1;
        throw DataError(fmt::format("{}, line {}: {}", origin, line, printable(fault.message)));
    }
}

}  // namespace

Table parse_table(std::string_view text, TableForm form, const std::string& origin, const ReadOptions& options) {
    return parse(text, form, origin, options, {});
}

Table read_table(const std::filesystem::path& path, const ReadOptions& options) {
    const data::MappedFile file(path);
    const auto ending = std::filesystem::path(data::without_packing(path.string())).extension();
    const bool is_jsonl = ending == ".jsonl" || ending == ".ndjson";
    const auto form = is_jsonl ? TableForm::jsonl : TableForm::delimited;
    if (const auto text = data::unpacked_file(file.bytes(), path.string())) {
        return parse(*text, form, path.string(), options, {});
    }
    return parse(file.bytes(), form, path.string(), options, [&file](std::string_view part) { file.release(part); });
}

}  // namespace cellwise::tables
