#include "core/model_title.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace cellwise {

std::string model_title(Cell cell, std::string_view stack) {
    std::vector<std::string_view> titles;
    while (!stack.empty()) {
        const auto layer = stack.substr(0, stack.find(','));
        stack.remove_prefix(std::min(stack.size(), layer.size() + 1));
        const auto title = cell_title(parse_cell(layer.substr(0, layer.find(':'))));
        if (std::ranges::find(titles, title) == titles.end()) titles.push_back(title);
    }
    if (titles.size() < 2) return std::string(cell_title(cell));
    return fmt::format("{}", fmt::join(titles, " + "));
}

std::string run_title(Cell cell, std::string_view stack, std::uint64_t seed) {
    return fmt::format("{} seed {}", model_title(cell, stack), seed);
}

}  // namespace cellwise
