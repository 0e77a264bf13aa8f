// Changes the bytes of a tar and makes the checksums of its headers right again, without which nothing behind them
// would be read.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most_size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most_size,
                                               unsigned seed);

namespace {

constexpr std::size_t block_bytes = 512;
constexpr std::size_t checksum_at = 148, checksum_bytes = 8, magic_at = 257;

void repair(std::uint8_t* header) {
    if (std::memcmp(header + magic_at, "ustar", 5) != 0) return;
    std::fill_n(header + checksum_at, checksum_bytes, std::uint8_t{' '});
    unsigned sum = 0;
    for (std::size_t i = 0; i < block_bytes; ++i) sum += header[i];
    char digits[checksum_bytes];
    std::snprintf(digits, sizeof digits, "%06o", sum);  // its zero stands at 6, the blank at 7
    std::memcpy(header + checksum_at, digits, checksum_bytes - 1);
}

}  // namespace

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most_size, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, most_size);
    if (seed % 8 == 0) return size;  // wrong checksums have their turn too
    for (std::size_t at = 0; at + block_bytes <= size; at += block_bytes) repair(data + at);
    return size;
}
