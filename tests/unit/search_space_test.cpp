#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "error_of.h"
#include "search/even_points.h"
#include "search/grid_sampler.h"
#include "search/space.h"

namespace cellwise::search {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Space space_of(std::vector<std::string> texts) { return Space::parse(texts); }

std::string refusal(std::vector<std::string> texts) {
    return test::error_of<UsageError>([&] { static_cast<void>(Space::parse(texts)); }, "no UsageError");
}

TEST(SearchSpace, ReadsEveryKindAndWritesItsShortestText) {
    const auto space =
        space_of({"hidden-size=32, 64,128", "learning-rate=log:1e-4..1e-2", "layers=int:1..3", "units=int:log:1..1000",
                  "dropout=0.0..0.50", "optimizer=adam,sgd", "momentum=0..0.99 if optimizer=sgd"});
    EXPECT_THAT(space.texts(), ElementsAre("hidden-size=32,64,128", "learning-rate=log:0.0001..0.01", "layers=int:1..3",
                                           "units=log:int:1..1000", "dropout=0..0.5", "optimizer=adam,sgd",
                                           "momentum=0..0.99 if optimizer=sgd"));
    EXPECT_TRUE(Space::parse(space.texts()) == space);
    EXPECT_TRUE(space[0].ordered);
    EXPECT_FALSE(space[5].ordered);
}

TEST(SearchSpace, RefusesWhatMakesNoSense) {
    EXPECT_THAT(refusal({}), HasSubstr("the space is empty"));
    EXPECT_THAT(refusal({"x=2..1"}), HasSubstr("upside down: 2 is above 1"));
    EXPECT_THAT(refusal({"x=log:0..1"}), HasSubstr("a logarithmic range begins above 0, not at 0"));
    EXPECT_THAT(refusal({"x=0..1", "x=a,b"}), HasSubstr("searched twice"));
    EXPECT_THAT(refusal({"x=1,1.0"}), HasSubstr("'1' stands twice"));
    EXPECT_THAT(refusal({"x=a,,b"}), HasSubstr("a value is empty"));
    EXPECT_THAT(refusal({"x=a"}), HasSubstr("one value only"));
    EXPECT_THAT(refusal({"x=1..1"}), HasSubstr("one value only"));
    EXPECT_THAT(refusal({"x=int:0.5..2"}), HasSubstr("whole ends"));
    EXPECT_THAT(refusal({"x=0..inf"}), HasSubstr("'inf' is not a finite number"));
    EXPECT_THAT(refusal({"x=log:1,2"}), HasSubstr("stand before a range"));
    EXPECT_THAT(refusal({"0..1"}), HasSubstr("give NAME="));
    EXPECT_THAT(refusal({"y=0..1 if optimiser=a", "x=a,b"}), HasSubstr("does not stand before it"));
    EXPECT_THAT(refusal({"optimizer=a,b", "y=0..1 if optimiser=a"}), HasSubstr("did you mean 'optimizer'?"));
    EXPECT_THAT(refusal({"x=a,b", "y=0..1 if x=c"}), HasSubstr("'c' is none of its choices"));
    EXPECT_THAT(refusal({"x=0..1", "y=0..1 if x=0.5"}), HasSubstr("a range of reals"));
}

TEST(SearchSpace, ReadsItsTextsFromToml) {
    const auto path = std::filesystem::temp_directory_path() / "cellwise_search_space.toml";
    std::ofstream(path) << "search = [\"dropout=0..0.5\",\n 3]\n";
    EXPECT_THAT(test::error_of<UsageError>([&] { static_cast<void>(Space::read_toml(path.string())); }),
                HasSubstr("line 2: a text is expected"));
    std::ofstream(path) << "search = [\"dropout=0..0.5\"]\n";
    EXPECT_THAT(Space::read_toml(path.string()).texts(), ElementsAre("dropout=0..0.5"));
    std::ofstream(path) << "search = [";
    EXPECT_THAT(test::data_error([&] { static_cast<void>(Space::read_toml(path.string())); }),
                HasSubstr("is not TOML: line 1"));
    std::filesystem::remove(path);
}

TEST(SearchSpace, SaysHowTwoDiffer) {
    EXPECT_THAT(differences(space_of({"a=0..1", "b=x,y"}), space_of({"a=0..2", "c=x,y"})),
                ElementsAre("a was 0..1, is 0..2", "b was x,y, is not searched now", "c was not searched, is x,y"));
    EXPECT_THAT(differences(space_of({"a=0..1", "b=x,y"}), space_of({"b=x,y", "a=0..1"})),
                ElementsAre("the same settings in another order"));
}

TEST(SearchSpace, LevelsShareTheUnitIntervalEvenly) {
    const auto space = space_of({"x=int:1..4", "y=log:int:1..3", "z=log:1..100"});
    EXPECT_DOUBLE_EQ(space[0].to_unit(1), 0.125);
    EXPECT_EQ(space[0].from_unit(0.2499), 1);
    EXPECT_EQ(space[0].from_unit(0.2501), 2);
    EXPECT_EQ(space[0].from_unit(1), 4);
    // Between ½ and 3½ on a logarithmic scale, 1 reaches up to 1½.
    EXPECT_NEAR(space[1].unit_width(1), std::log(3.0) / std::log(7.0), 1e-15);
    EXPECT_DOUBLE_EQ(space[2].to_unit(10), 0.5);
    EXPECT_DOUBLE_EQ(space[2].from_unit(0.5), 10);
}

const Space& mixed() {
    static const Space space =
        space_of({"a=x,y,z", "b=log:1e-5..1", "c=int:-3..12", "d=1,2,4,8", "e=0..1 if a=x,z", "f=int:log:1..9 if d=4"});
    return space;
}

RC_GTEST_PROP(SearchSpaceProperties, APointSurvivesTheWayThroughItsText, (std::uint64_t seed)) {
    Random random(seed, "test");
    const auto point = random_point(mixed(), random);
    const auto again = mixed().point(mixed().values(point));
    for (std::size_t i = 0; i < point.size(); ++i) {
        RC_ASSERT(is_active(point[i]) == is_active(again[i]));
        RC_ASSERT(is_active(point[i]) == mixed().active(i, point));
        if (!is_active(point[i])) continue;
        RC_ASSERT(point[i] == again[i]);
        // A value's place leads back to it; a real one up to rounding.
        const double back = mixed()[i].from_unit(mixed()[i].to_unit(point[i]));
        RC_ASSERT(std::abs(back - point[i]) <= 1e-12 * std::abs(point[i]));
    }
}

TEST(SearchSpace, RefusesValuesThatAreNotItsOwn) {
    const auto space = space_of({"a=x,y", "b=0..1 if a=x"});
    const auto refused = [&](Values values) {
        return test::data_error([&] { static_cast<void>(space.point(values)); });
    };
    EXPECT_THAT(refused({{"a", "x"}}), HasSubstr("b: its value is missing"));
    EXPECT_THAT(refused({{"a", "y"}, {"b", "0.5"}}), HasSubstr("not active"));
    EXPECT_THAT(refused({{"a", "x"}, {"b", "2"}}), HasSubstr("not in its range"));
    EXPECT_THAT(refused({{"a", "y"}, {"c", "2"}}), HasSubstr("c: it is no parameter"));
}

TEST(GridSampler, HasEveryCombinationOnce) {
    SamplerOptions options;
    options.kind = SamplerKind::grid;
    options.grid_points = 3;
    const auto space = space_of({"a=x,y", "b=log:1..100 if a=x", "c=int:1..2"});
    GridSampler grid(space, options);
    EXPECT_EQ(grid.combinations(), 3U * 2 + 2);
    std::vector<std::string> seen;
    for (const auto& point : grid.ask(100)) {
        std::string text;
        for (const auto& [name, value] : space.values(point)) text += name + value + " ";
        seen.push_back(text);
    }
    EXPECT_THAT(seen, ElementsAre("ax b1 c1 ", "ax b1 c2 ", "ax b10 c1 ", "ax b10 c2 ", "ax b100 c1 ", "ax b100 c2 ",
                                  "ay c1 ", "ay c2 "));
}

}  // namespace
}  // namespace cellwise::search
