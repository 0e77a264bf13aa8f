#include "data/tables/delimited_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/parallel_for.h"
#include "core/utf8.h"

namespace cellwise::tables {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{4} << 20;
constexpr std::size_t most_chunks = 128;

bool is_ascii(std::string_view text) {
    unsigned char bits = 0;
    for (const char letter : text) bits |= static_cast<unsigned char>(letter);
    return bits < 0x80;
}

}  // namespace

DelimitedRows::DelimitedRows(std::string_view text, Form form, std::function<void(std::string_view)> release)
    : text_(text), form_(std::move(form)), release_(std::move(release)) {
    read_header();
    find_chunks();
}

void DelimitedRows::read_header() {
    RowScanner scanner(text_, form_.delimiter, form_.quoting, 0);
    if (form_.declares_delimiter && scanner.begin_row()) {
        while (!scanner.row_ended()) (void)scanner.next_cell();
    }
    if (!scanner.begin_row()) {
        starts_ = {text_.size(), text_.size()};
        return;
    }
    const std::size_t first = scanner.position();
    while (!scanner.row_ended()) names_.emplace_back(scanner.next_cell());
    first_row_ = scanner.position();
    if (!form_.has_header) {
        for (std::size_t i = 0; i < names_.size(); ++i) names_[i] = fmt::format("column_{}", i + 1);
        first_row_ = first;
    }
}

std::size_t DelimitedRows::row_behind(std::size_t place, bool in_quotes) const {
    for (; place < text_.size(); ++place) {
        if (text_[place] == '"' && form_.quoting != data::Quoting::none) in_quotes = !in_quotes;
        if (text_[place] == '\n' && !in_quotes) return place + 1;
    }
    return text_.size();
}

void DelimitedRows::find_chunks() {
    const std::size_t size = text_.size() - first_row_;
    const std::size_t count = std::clamp<std::size_t>(size / chunk_bytes, 1, most_chunks);
    const auto bound = [&](std::size_t i) { return first_row_ + size / count * i; };
    std::vector<char> odd(count, 0);
    if (form_.quoting != data::Quoting::none && count > 1) {
        parallel_for(count - 1, form_.threads, [&](std::size_t i) {
            const auto part = text_.substr(bound(i), bound(i + 1) - bound(i));
            odd[i] = std::ranges::count(part, '"') % 2 != 0;
        });
    }
    starts_ = {first_row_};
    bool in_quotes = false;
    for (std::size_t i = 1; i < count; ++i) {
        in_quotes = in_quotes != (odd[i - 1] != 0);
        const std::size_t start = row_behind(bound(i), in_quotes);
        if (start > starts_.back() && start < text_.size()) starts_.push_back(start);
    }
    starts_.push_back(text_.size());
}

RowChunk DelimitedRows::read(std::size_t chunk, std::span<const CellUse> uses) const {
    auto rows = read(starts_[chunk], starts_[chunk + 1], std::numeric_limits<std::int64_t>::max(), uses);
    if (release_) release_(text_.substr(rows.from, rows.end - rows.from));
    return rows;
}

RowChunk DelimitedRows::sample(std::int64_t rows, std::span<const CellUse> uses) const {
    return read(first_row_, text_.size(), rows, uses);
}

bool DelimitedRows::follows(const RowChunk& before, const RowChunk& chunk) const { return before.end == chunk.from; }

std::size_t DelimitedRows::count_before(std::size_t place, char letter) const {
    std::size_t count = 0;
    for (std::size_t from = 0; from < place; from += chunk_bytes) {
        const auto part = text_.substr(from, std::min(chunk_bytes, place - from));
        count += static_cast<std::size_t>(std::ranges::count(part, letter));
        if (release_) release_(part);
    }
    return count;
}

std::size_t DelimitedRows::line_of(std::size_t place) const {
    const auto ends = count_before(place, '\n');
    return (ends > 0 ? ends : count_before(place, '\r')) + 1;
}

RowFault DelimitedRows::ragged(std::size_t place, std::size_t cells, bool at_end) const {
    if (at_end && cells < names_.size()) {
        return {place,
                fmt::format("the last row breaks off after {} of {} cells: the file is cut", cells, names_.size())};
    }
    return {place, fmt::format("the row has {} cells and the header {}; a cell with a delimiter in it stands in double "
                               "quotes",
                               cells, names_.size())};
}

void DelimitedRows::read_row(RowScanner& scanner, RowChunk& chunk) const {
    const std::size_t row = scanner.position();
    std::size_t cells = 0;
    while (!scanner.row_ended()) {
        const std::size_t place = scanner.position();
        const std::string_view cell = scanner.next_cell();
        if (cells < chunk.pieces.size()) chunk.pieces[cells].add(cell, place, form_.missing_values);
        ++cells;
    }
    if (cells != names_.size()) throw ragged(row, cells, scanner.ended_open());
    ++chunk.rows;
}

RowChunk DelimitedRows::read(std::size_t from, std::size_t to, std::int64_t most_rows,
                             std::span<const CellUse> uses) const {
    RowChunk chunk;
    chunk.from = from;
    for (const auto use : uses) chunk.pieces.emplace_back(use);
    RowScanner scanner(text_, form_.delimiter, form_.quoting, from);
    try {
        while (chunk.rows < most_rows && scanner.position() < to && scanner.begin_row() && scanner.position() < to) {
            read_row(scanner, chunk);
        }
        for (auto& piece : chunk.pieces) piece.finish();
    } catch (RowFault& fault) {
        chunk.fault = std::move(fault);
    }
    chunk.end = std::max(scanner.position(), from);
    const auto part = text_.substr(from, chunk.end - from);
    if (!is_ascii(part)) {
        const auto wrong = first_invalid_utf8(part);
        if (wrong && (!chunk.fault || from + *wrong < chunk.fault->place)) {
            chunk.fault = RowFault{from + *wrong, "not UTF-8", true};
        }
    }
    return chunk;
}

}  // namespace cellwise::tables
