// The parameters of a space, a line each, as they stand behind --search.
#include <sstream>

#include "core/random.h"
#include "fuzz/target.h"
#include "search/even_points.h"
#include "search/space.h"

CELLWISE_FUZZ_TARGET(search_space) {
    using namespace cellwise;
    std::vector<std::string> texts;
    std::istringstream lines{std::string(bytes)};
    for (std::string line; std::getline(lines, line);) texts.push_back(line);
    fuzz::may_refuse([&] {
        const auto space = search::Space::parse(texts);
        fuzz::require(search::Space::parse(space.texts()) == space, "a space changed on the way out and back");
        Random random(0, "fuzz");
        const auto values = space.values(search::random_point(space, random));
        fuzz::require(space.values(space.point(values)) == values, "a point changed on the way out and back");
    });
}
