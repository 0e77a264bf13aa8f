#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace cellwise::tables {

/// Distinct texts, numbered in the order in which they come. Keeps copies of them.
class LevelDictionary {
public:
    struct Level {
        std::string_view text;
        std::size_t place = 0;  ///< of its first cell: the byte of the file
        std::int64_t count = 0;
    };

    /// The text's code, from 0; `place` is kept if the text is new. `times` is added to its count.
    std::int32_t code(std::string_view text, std::size_t place, std::int64_t times = 1);

    [[nodiscard]] const std::vector<Level>& levels() const { return levels_; }

    /// The memory in which texts lie.
    using Texts = std::vector<std::unique_ptr<char[]>>;
    struct Sorted {
        std::vector<Level> levels;         ///< in the order of their bytes
        std::vector<std::int32_t> places;  ///< of each code the place of its level
        Texts texts;
    };
    /// Hands all of it over; there is nothing in the dictionary then.
    [[nodiscard]] Sorted sorted() &&;

private:
    [[nodiscard]] std::string_view kept(std::string_view text);
    void grow();

    std::vector<Level> levels_;
    struct Slot {
        std::uint32_t hash = 0;
        std::int32_t code = -1;  ///< -1: free
    };
    std::vector<Slot> slots_;  ///< a power of two of them
    Texts blocks_;
    std::size_t block_size_ = 0, used_ = 0;
};

}  // namespace cellwise::tables
