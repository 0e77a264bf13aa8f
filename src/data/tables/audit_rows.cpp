#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "core/mixed_bits.h"
#include "core/parallel_for.h"
#include "data/tables/audit.h"
#include "data/tables/cell_bits.h"

namespace cellwise::tables {
namespace {

constexpr std::size_t hashed_rows = 1 << 16;

/// Two hashes of a row's features: a table of 2^32 rows has an accidental pair with a probability of 2^-65.
struct RowHash {
    std::uint64_t first = 0, second = 0;
    std::int32_t label = -1;
    auto operator<=>(const RowHash&) const = default;
    [[nodiscard]] bool same_features(const RowHash& other) const {
        return first == other.first && second == other.second;
    }
};

bool is_feature(const Table& table, std::size_t column, const Target* target) {
    return table.columns[column].kind != Kind::identifier && (target == nullptr || target->column != column);
}

std::vector<RowHash> hash_rows(const Table& table, const Target* target, int threads) {
    std::vector<RowHash> hashes(static_cast<std::size_t>(table.rows));
    const std::size_t blocks = (hashes.size() + hashed_rows - 1) / hashed_rows;
    parallel_for(blocks, threads, [&](std::size_t block) {
        const std::size_t from = block * hashed_rows, to = std::min(from + hashed_rows, hashes.size());
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            if (!is_feature(table, i, target)) continue;
            with_cell_bits(table.columns[i], [&](auto bits_of) {
                for (std::size_t row = from; row < to; ++row) {
                    const auto bits = mixed_bits(bits_of(row));
                    auto& hash = hashes[row];
                    hash.first = std::rotl(hash.first ^ bits, 23) * 0x9E37'79B9'7F4A'7C15;
                    hash.second = (hash.second + bits) * 0xD6E8'FEB8'6659'FD93;
                }
            });
        }
        if (target == nullptr) return;
        for (std::size_t row = from; row < to; ++row) {
            hashes[row].label = target->classes.empty() ? 0 : target->classes[row];
            if (target->classes.empty()) {  // a numeric target: equal numbers are one label
                hashes[row].label =
                    static_cast<std::int32_t>(mixed_bits(std::bit_cast<std::uint64_t>(target->values[row])) >> 33);
            }
        }
    });
    return hashes;
}

}  // namespace

void audit_rows(const Table& table, const Target* target, int threads, std::vector<Finding>& findings) {
    bool has_feature = false;
    for (std::size_t i = 0; i < table.columns.size(); ++i) has_feature = has_feature || is_feature(table, i, target);
    if (!has_feature) return;
    auto hashes = hash_rows(table, target, threads);
    std::ranges::sort(hashes);
    std::int64_t duplicates = 0, contradicting = 0;
    for (std::size_t from = 0; from < hashes.size();) {
        std::size_t to = from + 1;
        bool differs = false;
        for (; to < hashes.size() && hashes[to].same_features(hashes[from]); ++to) {
            duplicates += hashes[to].label == hashes[to - 1].label;
            differs = differs || hashes[to].label != hashes[to - 1].label;
        }
        if (differs) contradicting += static_cast<std::int64_t>(to - from);
        from = to;
    }
    const auto share = [&](std::int64_t rows) { return static_cast<double>(rows) / static_cast<double>(table.rows); };
    if (duplicates > 0) findings.push_back({FindingKind::duplicates, {}, duplicates, share(duplicates), ""});
    if (target != nullptr && target->kind == TargetKind::classification && contradicting > 0) {
        findings.push_back({FindingKind::contradictions, {}, contradicting, share(contradicting), target->name});
    }
}

}  // namespace cellwise::tables
