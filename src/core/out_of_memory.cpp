#include "core/out_of_memory.h"

#include <fmt/format.h>

#include <charconv>

namespace cellwise {

std::optional<std::string> out_of_memory_message(std::string_view what) {
    if (what.find("CUDA out of memory") != std::string_view::npos) {
        return "the GPU is out of memory: make --batch-size, --hidden-size or --length smaller";
    }
    if (what.find("DefaultCPUAllocator: can't allocate memory") == std::string_view::npos) return std::nullopt;
    constexpr std::string_view before = "you tried to allocate ";
    double bytes = 0;
    if (const auto found = what.find(before); found != std::string_view::npos) {
        const auto number = what.substr(found + before.size());
        (void)std::from_chars(number.data(), number.data() + number.size(), bytes);
    }
    return fmt::format(
        "out of memory: {:.4g} GB ({:.0f} bytes) more were needed: make --batch-size, --hidden-size, "
        "--vocabulary-size or --length smaller",
        bytes / 1e9, bytes);
}

}  // namespace cellwise
