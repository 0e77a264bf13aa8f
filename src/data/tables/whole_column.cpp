#include "data/tables/whole_column.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace cellwise::tables {
namespace {

/// The codes as a table of other codes has them; a missing one stays missing.
void append_renamed(const CompactValues<std::int32_t>& codes, const std::vector<std::int32_t>& names,
                    CompactValues<std::int32_t>& to) {
    std::array<std::int32_t, 4096> renamed;
    codes.visit([&](auto view) {
        for (std::size_t from = 0; from < view.size(); from += renamed.size()) {
            const std::size_t count = std::min(renamed.size(), view.size() - from);
            for (std::size_t i = 0; i < count; ++i) {
                const auto code = view[from + i];
                renamed[i] = code < 0 ? -1 : names[static_cast<std::size_t>(code)];
            }
            to.append(std::span(renamed).first(count));
        }
    });
}

}  // namespace

void ColumnJoiner::add(ColumnPiece&& given, std::size_t rows) {
    ColumnPiece piece = std::exchange(given, ColumnPiece());
    if (failed_) return;
    if (piece.failed()) {
        *this = {};
        failed_ = true;
        return;
    }
    assert(piece.use() != CellUse::skip);
    if (std::exchange(is_first_, false)) {
        whole_.has_texts = piece.use() == CellUse::texts;
        whole_.all_whole = !whole_.has_texts;
        whole_.has_texts ? whole_.codes.reserve(rows) : whole_.numbers.reserve(rows);
    }
    if (whole_.has_texts) {
        add_texts(piece);
    } else {
        whole_.all_whole = whole_.all_whole && piece.all_whole();
        whole_.numbers.append(piece.numbers);
    }
}

void ColumnJoiner::add_texts(ColumnPiece& piece) {
    if (dictionary_.levels().empty()) {
        dictionary_ = std::move(piece.dictionary);
        whole_.codes.append(piece.codes);
        return;
    }
    std::vector<std::int32_t> names;
    names.reserve(piece.dictionary.levels().size());
    for (const auto& level : piece.dictionary.levels()) {
        names.push_back(dictionary_.code(level.text, level.place, level.count));
    }
    append_renamed(piece.codes, names, whole_.codes);
}

void ColumnJoiner::sort_levels() {
    auto sorted = std::move(dictionary_).sorted();
    whole_.levels = std::move(sorted.levels);
    whole_.texts = std::move(sorted.texts);
    CompactValues<std::int32_t> renamed;
    renamed.reserve(whole_.codes.size());
    append_renamed(std::exchange(whole_.codes, {}), sorted.places, renamed);
    whole_.codes = std::move(renamed);
}

WholeColumn ColumnJoiner::finish() {
    assert(!failed_);
    sort_levels();
    return std::move(whole_);
}

}  // namespace cellwise::tables
