#include "data/tables/whole_column.h"

#include <algorithm>
#include <cassert>

namespace cellwise::tables {
namespace {

struct LocalLevel {
    const LevelDictionary::Level* level;
    std::size_t chunk;
    std::int32_t code;
};

void join_numbers(std::vector<RowChunk>& chunks, std::size_t column, std::size_t rows, WholeColumn& whole) {
    whole.all_whole = true;
    whole.numbers.reserve(rows);
    for (auto& chunk : chunks) {
        auto& piece = chunk.pieces[column];
        whole.all_whole = whole.all_whole && piece.all_whole();
        whole.numbers.insert(whole.numbers.end(), piece.numbers.begin(), piece.numbers.end());
        piece = ColumnPiece();
    }
}

/// The levels of all chunks in the order of their texts, those of one text in the order of the chunks.
std::vector<LocalLevel> sorted_levels(const std::vector<RowChunk>& chunks, std::size_t column) {
    std::vector<LocalLevel> all;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        const auto& levels = chunks[i].pieces[column].dictionary.levels();
        for (std::size_t k = 0; k < levels.size(); ++k) all.push_back({&levels[k], i, static_cast<std::int32_t>(k)});
    }
    std::ranges::sort(all, [](const LocalLevel& a, const LocalLevel& b) {
        const int order = a.level->text.compare(b.level->text);
        return order != 0 ? order < 0 : a.chunk < b.chunk;
    });
    return all;
}

void join_texts(std::vector<RowChunk>& chunks, std::size_t column, std::size_t rows, WholeColumn& whole) {
    whole.has_texts = true;
    std::vector<std::vector<std::int32_t>> code_of(chunks.size());
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        code_of[i].resize(chunks[i].pieces[column].dictionary.levels().size());
    }
    {
        const auto locals = sorted_levels(chunks, column);
        std::size_t distinct = 0;
        for (std::size_t i = 0; i < locals.size(); ++i) {
            distinct += i == 0 || locals[i].level->text != locals[i - 1].level->text;
        }
        whole.levels.reserve(distinct);
        for (const auto& [level, chunk, code] : locals) {
            if (whole.levels.empty() || whole.levels.back().text != level->text) {
                whole.levels.push_back({std::string(level->text), 0, level->place});
            }
            whole.levels.back().count += level->count;
            code_of[chunk][static_cast<std::size_t>(code)] = static_cast<std::int32_t>(whole.levels.size() - 1);
        }
    }
    whole.codes.reserve(rows);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        for (const auto code : chunks[i].pieces[column].codes) {
            whole.codes.push_back(code < 0 ? -1 : code_of[i][static_cast<std::size_t>(code)]);
        }
        chunks[i].pieces[column] = ColumnPiece();
    }
}

}  // namespace

WholeColumn join_pieces(std::vector<RowChunk>& chunks, std::size_t column) {
    WholeColumn whole;
    std::int64_t rows = 0;
    for (const auto& chunk : chunks) rows += chunk.rows;
    const CellUse use = chunks.front().pieces[column].use();
    assert(use != CellUse::skip);
    if (use == CellUse::numbers) {
        join_numbers(chunks, column, static_cast<std::size_t>(rows), whole);
    } else {
        join_texts(chunks, column, static_cast<std::size_t>(rows), whole);
    }
    return whole;
}

}  // namespace cellwise::tables
