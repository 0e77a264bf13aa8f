// Changes the bytes of a zip and makes the checksums of its stored members right again, so that the readers of the
// members see the change. The zip may stand behind other bytes.
#include <zlib.h>

#include <cstdint>
#include <cstring>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most_size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most_size,
                                               unsigned seed);

namespace {

constexpr std::size_t local_bytes = 30, central_bytes = 46;

std::uint64_t number(const std::uint8_t* bytes, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
    return value;
}

void set_crc(std::uint8_t* bytes, std::uint64_t crc) {
    for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(crc >> (8 * i));
}

/// Sets the checksum of the member at `at` in its own header and in the list at the zip's end.
void repair(std::uint8_t* data, std::size_t size, std::size_t at, std::size_t begin) {
    std::uint8_t* header = data + at;
    const auto method = number(header + 8, 2);
    const auto packed = number(header + 18, 4);
    const auto content = at + local_bytes + number(header + 26, 2) + number(header + 28, 2);
    if (method != 0 || content > size || packed > size - content) return;
    const auto crc = ::crc32(0, data + content, static_cast<unsigned>(packed));
    set_crc(header + 14, crc);
    for (std::size_t i = at; i + central_bytes <= size; ++i) {
        if (std::memcmp(data + i, "PK\1\2", 4) == 0 && number(data + i + 42, 4) == at - begin)
            set_crc(data + i + 16, crc);
    }
}

}  // namespace

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most_size, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, most_size);
    if (seed % 8 == 0) return size;  // wrong checksums have their turn too
    std::size_t begin = size;
    for (std::size_t at = 0; at + local_bytes <= size; ++at) {
        if (std::memcmp(data + at, "PK\3\4", 4) != 0) continue;
        if (begin == size) begin = at;
        repair(data, size, at, begin);
    }
    return size;
}
