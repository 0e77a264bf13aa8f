#include "data/tables/level_dictionary.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace cellwise::tables {
namespace {

constexpr std::size_t first_slots = 64;
constexpr std::size_t first_block = 1024, largest_block = 1 << 18;

/// Multiplies and folds eight bytes at a time (as wyhash and its kin do).
std::uint32_t hash_of(std::string_view text) {
    constexpr std::uint64_t factor = 0x9E3779B97F4A7C15;
    std::uint64_t hash = text.size() * factor;
    const char* at = text.data();
    std::size_t left = text.size();
    while (left > 0) {
        std::uint64_t word = 0;
        const std::size_t count = std::min(left, sizeof word);
        std::memcpy(&word, at, count);
        hash = (hash ^ word) * factor;
        hash ^= hash >> 29;
        at += count;
        left -= count;
    }
    hash *= factor;
    return static_cast<std::uint32_t>(hash >> 32);
}

/// The first eight bytes as a number that compares as they do.
std::uint64_t beginning_of(std::string_view text) {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < sizeof bytes; ++i) {
        bytes = bytes << 8U | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
    }
    return bytes;
}

/// The codes of the levels in the order of their bytes.
std::vector<std::int32_t> sorted_codes(const std::vector<LevelDictionary::Level>& levels) {
    struct Entry {
        std::uint64_t beginning;  // decides for most pairs, without a look at the texts
        std::int32_t code;
    };
    std::vector<Entry> entries;
    entries.reserve(levels.size());
    for (std::size_t i = 0; i < levels.size(); ++i) {
        entries.push_back({beginning_of(levels[i].text), static_cast<std::int32_t>(i)});
    }
    std::ranges::sort(entries, [&](const Entry& a, const Entry& b) {
        if (a.beginning != b.beginning) return a.beginning < b.beginning;
        return levels[static_cast<std::size_t>(a.code)].text < levels[static_cast<std::size_t>(b.code)].text;
    });
    std::vector<std::int32_t> codes;
    codes.reserve(entries.size());
    for (const auto& entry : entries) codes.push_back(entry.code);
    return codes;
}

}  // namespace

std::int32_t LevelDictionary::code(std::string_view text, std::size_t place, std::int64_t times) {
    if (slots_.empty()) slots_.assign(first_slots, {});
    const std::uint32_t hash = hash_of(text);
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    for (; slots_[slot].code >= 0; slot = (slot + 1) & mask) {
        if (slots_[slot].hash != hash) continue;
        auto& known = levels_[static_cast<std::size_t>(slots_[slot].code)];
        if (known.text == text) {
            known.count += times;
            return slots_[slot].code;
        }
    }
    if (levels_.size() >= INT32_MAX) throw InternalError("a column of more than 2^31 distinct texts");
    const auto code = static_cast<std::int32_t>(levels_.size());
    slots_[slot] = {hash, code};
    levels_.push_back({kept(text), place, times});
    if (levels_.size() * 2 > slots_.size()) grow();
    return code;
}

std::string_view LevelDictionary::kept(std::string_view text) {
    if (text.empty()) return {};
    if (used_ + text.size() > block_size_) {
        block_size_ = std::max(text.size(), std::clamp(block_size_ * 2, first_block, largest_block));
        blocks_.push_back(std::make_unique<char[]>(block_size_));
        used_ = 0;
    }
    char* const at = blocks_.back().get() + used_;
    std::memcpy(at, text.data(), text.size());
    used_ += text.size();
    return {at, text.size()};
}

void LevelDictionary::grow() {
    const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    const std::size_t mask = slots_.size() - 1;
    for (const auto& one : before) {
        if (one.code < 0) continue;
        std::size_t slot = one.hash & mask;
        while (slots_[slot].code >= 0) slot = (slot + 1) & mask;
        slots_[slot] = one;
    }
}

LevelDictionary::Sorted LevelDictionary::sorted() && {
    slots_ = {};  // first what is not needed for it
    const auto codes = sorted_codes(levels_);
    Sorted result;
    result.levels.reserve(codes.size());
    result.places.resize(codes.size());
    for (const auto code : codes) {
        result.places[static_cast<std::size_t>(code)] = static_cast<std::int32_t>(result.levels.size());
        result.levels.push_back(levels_[static_cast<std::size_t>(code)]);
    }
    result.texts = std::move(blocks_);
    *this = {};
    return result;
}

}  // namespace cellwise::tables
