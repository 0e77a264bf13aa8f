#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <set>

#include "core/error.h"
#include "search/bounded_minimum.h"
#include "search/expected_improvement.h"
#include "search/gaussian_process.h"
#include "search/halton.h"
#include "search/parzen.h"
#include "search/sampler.h"
#include "search/straightened.h"
#include "search/test_functions.h"
#include "search/tpe_sampler.h"

namespace cellwise::search {
namespace {

Space space_of(std::vector<std::string> texts) { return Space::parse(texts); }

// The figures of the next three tests were computed with mpmath 1.3 at 40 digits.
TEST(ExpectedImprovement, AgreesWithItsDefinition) {
    // 2·(φ(½) + ½·Φ(½))
    EXPECT_NEAR(expected_improvement(1, 2, 0), 1.3955931148026121, 1e-15);
}

TEST(ExpectedImprovement, ItsLogarithmIsExactFarBelowTheBest) {
    struct Case {
        double z, value, slope;
    };
    // log(φ + zΦ) and Φ/(φ + zΦ); the last two lie beyond what the direct formula can tell.
    for (const auto& [z, value, slope] :
         {Case{0.5, -0.35982768374506382, 0.99092271800410996}, Case{-3, -7.8696860596030285, 3.5323375176251605},
          Case{-20, -206.9178385094251, 20.099262811101282}, Case{-26, -345.43954672231803, 26.076585186632697},
          Case{-100, -5010.1295788002498, 100.01999400419587}}) {
        const auto found = log_expected_improvement(z, 1, 0);
        EXPECT_NEAR(found.value, value, 1e-6) << z;
        EXPECT_NEAR(found.by_mean, slope, 1e-6 * slope) << z;
    }
}

TEST(ExpectedImprovement, ItsDerivativesAreThoseOfDifferences) {
    constexpr double h = 1e-6, mean = -0.3, deviation = 0.7, best = 0.4;
    const auto at = [&](double m, double s) { return log_expected_improvement(m, s, best).value; };
    const auto found = log_expected_improvement(mean, deviation, best);
    EXPECT_NEAR(found.by_mean, (at(mean + h, deviation) - at(mean - h, deviation)) / (2 * h), 1e-8);
    EXPECT_NEAR(found.by_deviation, (at(mean, deviation + h) - at(mean, deviation - h)) / (2 * h), 1e-8);
}

TEST(ParzenEstimator, OneKernelByHand) {
    const auto space = space_of({"x=0..1"});
    const std::vector<Point> points{{0.5}};
    const ParzenEstimator estimator(space, {0}, points, std::array{1.0}, 1, {1, 0.2, 1});
    // log(½ + ½·N(0.3; 0.5, 0.2)/(Φ(2.5) − Φ(−2.5)))
    EXPECT_NEAR(estimator.log_density({0.3}), 0.10664036335727174, 1e-14);
}

TEST(ParzenEstimator, ChoicesShareOutAsTheHeaderSays) {
    const auto space = space_of({"a=x,y,z"});
    const std::vector<Point> points{{0}, {0}, {2}};
    const ParzenEstimator estimator(space, {0}, points, std::array{1.0, 1.0, 1.0}, 1, {1, 0.2, 1});
    // n = 3, k = 3: its own name 5/7, each other 1/7; densities are relative to the uniform 1/3.
    EXPECT_NEAR(std::exp(estimator.log_density({0})), 3 * (5.0 / 7 + 5.0 / 7 + 1.0 / 7 + 1.0 / 3) / 4, 1e-14);
    EXPECT_NEAR(std::exp(estimator.log_density({1})), 3 * (3.0 / 7 + 1.0 / 3) / 4, 1e-14);
}

TEST(ParzenEstimator, IsADensityAndDrawsFromIt) {
    const auto space = space_of({"x=0..1"});
    const std::vector<Point> points{{0.02}, {0.6}, {0.7}};
    const ParzenEstimator estimator(space, {0}, points, std::array{1.0, 2.0, 0.5}, 0.3, {0.5, 0.01, 1});
    constexpr int cells = 2000, draws = 40'000;
    double whole = 0, below = 0;
    for (int i = 0; i < cells; ++i) {
        const double x = (i + 0.5) / cells;
        const double share = std::exp(estimator.log_density({x})) / cells;
        whole += share;
        if (x < 0.5) below += share;
    }
    EXPECT_NEAR(whole, 1, 1e-6);
    Random random(3, "test");
    int counted = 0;
    for (int i = 0; i < draws; ++i) {
        Point point{0};
        estimator.sample(point, random);
        counted += point[0] < 0.5 ? 1 : 0;
    }
    // Four standard errors.
    EXPECT_NEAR(static_cast<double>(counted) / draws, below, 4 * std::sqrt(below * (1 - below) / draws));
}

const std::vector<Point>& three_points() {
    static const std::vector<Point> points{{0.1}, {0.4}, {0.9}};
    return points;
}
constexpr std::array three_values{-1.0, 0.5, 0.7};

KernelParameters kernel_of(std::vector<double> lengths, double signal, double noise) {
    KernelParameters kernel{Eigen::VectorXd(static_cast<Eigen::Index>(lengths.size())), std::log(signal),
                            std::log(noise)};
    for (std::size_t i = 0; i < lengths.size(); ++i)
        kernel.log_lengths[static_cast<Eigen::Index>(i)] = std::log(lengths[i]);
    return kernel;
}

TEST(GaussianProcess, AgreesWithNumpy) {
    // K = 1.5·matern(|x − x'|/0.3) + (0.01 + 1.5e-10)·I; k @ solve(K, y), sqrt(1.5 − k @ solve(K, k)) at 0.6, and
    // −½·y @ solve(K, y) − ½·slogdet(K) − 1.5·log(2π) of numpy 2.4.6
    const auto space = space_of({"x=0..1"});
    const auto kernel = kernel_of({0.3}, 1.5, 0.01);
    const GaussianProcess process(space, three_points(), {three_values.begin(), three_values.end()}, kernel);
    const auto [mean, deviation] = process.predict({0.6});
    EXPECT_NEAR(mean, 0.7968187736608372, 1e-13);
    EXPECT_NEAR(deviation, 0.6875115473277857, 1e-13);
    EXPECT_NEAR(GaussianProcess::log_likelihood(space, three_points(), three_values, kernel), -4.069571111249287,
                1e-12);
}

TEST(GaussianProcess, ItsGradientsAreThoseOfDifferences) {
    const auto space = space_of({"x=0..1", "a=u,v", "y=0..2 if a=u", "n=int:1..9"});
    const std::vector<Point> points{
        {0.1, 0, 0.3, 2}, {0.5, 1, NAN, 5}, {0.7, 0, 1.7, 9}, {0.9, 1, NAN, 1}, {0.2, 0, 1, 4}};
    const std::vector<double> values{0.3, -1.2, 0.8, 0.1, -0.4};
    const auto kernel = kernel_of({0.4, 1.1, 0.7, 0.5}, 0.8, 0.05);
    constexpr double h = 1e-6;
    Eigen::VectorXd gradient;
    static_cast<void>(GaussianProcess::log_likelihood(space, points, values, kernel, &gradient));
    for (Eigen::Index i = 0; i < 6; ++i) {
        const auto moved = [&](double step) {
            auto other = kernel;
            (i < 4 ? other.log_lengths[i] : i == 4 ? other.log_signal : other.log_noise) += step;
            return GaussianProcess::log_likelihood(space, points, values, other);
        };
        EXPECT_NEAR(gradient[i], (moved(h) - moved(-h)) / (2 * h), 1e-7) << i;
    }
    const GaussianProcess process(space, points, values, kernel);
    Eigen::VectorXd by_mean, by_deviation;
    const Point at{0.35, 0, 1.1, 3};
    static_cast<void>(process.predict(at, by_mean, by_deviation));
    for (const std::size_t j : {std::size_t{0}, std::size_t{2}}) {
        const auto moved = [&](double step) {
            auto other = at;
            other[j] = space[j].from_unit(space[j].to_unit(at[j]) + step);
            return process.predict(other);
        };
        const auto above = moved(h), below = moved(-h);
        EXPECT_NEAR(by_mean[static_cast<Eigen::Index>(j)], (above.mean - below.mean) / (2 * h), 1e-7);
        EXPECT_NEAR(by_deviation[static_cast<Eigen::Index>(j)], (above.deviation - below.deviation) / (2 * h), 1e-7);
    }
}

TEST(BoundedMinimum, FindsAMinimumAtTheEdge) {
    // (x − 2)² + 10·(y − x)² in [0, 1]²: at (1, 1).
    const auto found = bounded_minimum(
        [](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
            gradient[0] = 2 * (x[0] - 2) - 20 * (x[1] - x[0]);
            gradient[1] = 20 * (x[1] - x[0]);
            return std::pow(x[0] - 2, 2) + 10 * std::pow(x[1] - x[0], 2);
        },
        Eigen::Vector2d(0.2, 0.9), Eigen::Vector2d::Zero(), Eigen::Vector2d::Ones(), 100);
    EXPECT_NEAR(found.x[0], 1, 1e-9);
    EXPECT_NEAR(found.x[1], 1, 1e-6);
    EXPECT_NEAR(found.value, 1, 1e-9);
}

TEST(Straightened, AgreesWithScipy) {
    // scipy.stats.yeojohnson([-1.5, 2], lmbda) of scipy 1.17.1
    EXPECT_NEAR(yeo_johnson(-1.5, 0.5), -1.96856472, 1e-8);
    EXPECT_NEAR(yeo_johnson(2, 0.5), 1.46410162, 1e-8);
    EXPECT_NEAR(yeo_johnson(-1.5, 2), -0.91629073, 1e-8);
    EXPECT_NEAR(yeo_johnson(2, 2), 4, 1e-12);
    EXPECT_NEAR(yeo_johnson(2, 0), 1.09861229, 1e-8);
}

TEST(Straightened, KeepsTheOrderAndStandardises) {
    const std::vector<double> values{-1e6, -3, -2.5, -2.4, -0.1, -100};
    const auto result = straightened(values);
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        sum += result[i];
        squares += result[i] * result[i];
        for (std::size_t j = 0; j < values.size(); ++j) EXPECT_EQ(values[i] < values[j], result[i] < result[j]);
    }
    EXPECT_NEAR(sum, 0, 1e-12);
    EXPECT_NEAR(squares, 6, 1e-12);
    EXPECT_THAT(straightened(std::array{2.0, 2.0}), ::testing::Each(0.0));
}

TEST(Halton, EachCoordinateFillsItsCellsOnce) {
    // The first 2⁵ points have one in each 32nd of the first axis, the first 3³ one in each 27th of the second.
    const Halton halton(2, 7);
    std::vector<int> halves(32), thirds(27);
    for (std::uint64_t i = 0; i < 32; ++i) ++halves[static_cast<std::size_t>(halton.point(i)[0] * 32)];
    for (std::uint64_t i = 0; i < 27; ++i) ++thirds[static_cast<std::size_t>(halton.point(i)[1] * 27)];
    EXPECT_THAT(halves, ::testing::Each(1));
    EXPECT_THAT(thirds, ::testing::Each(1));
    EXPECT_NE(Halton(2, 7).point(3), Halton(2, 8).point(3));
}

Trial trial_of(std::int64_t number, Point point, double objective) {
    return {number, std::move(point), TrialState::complete, objective, {}, 0, ""};
}

/// −(distance to 0.3)² with a handicap of the second name.
double hill(const Point& point) { return -std::pow(point[0] - 0.3, 2) - (point[1] == 1 ? 0.5 : 0); }

class EverySampler : public ::testing::TestWithParam<SamplerKind> {};

std::vector<Point> asked(SamplerKind kind, std::uint64_t seed, std::size_t trials, std::size_t round,
                         bool multivariate = true) {
    const auto space = space_of({"x=0..1", "a=u,v", "y=log:1..100 if a=v", "n=int:1..5"});
    SamplerOptions options;
    options.kind = kind;
    options.seed = seed;
    options.multivariate = multivariate;
    const auto sampler = make_sampler(space, options);
    std::vector<Point> points;
    while (points.size() < trials) {
        // Asking twice changes nothing.
        static_cast<void>(sampler->ask(round));
        const auto round_points = sampler->ask(round);
        const auto first = static_cast<std::int64_t>(points.size());
        for (std::size_t i = 0; i < round_points.size(); ++i) {
            for (std::size_t j = 0; j < space.size(); ++j) {
                EXPECT_EQ(is_active(round_points[i][j]), space.active(j, round_points[i]));
            }
            sampler->tell(trial_of(first + static_cast<std::int64_t>(i), round_points[i], hill(round_points[i])));
            points.push_back(round_points[i]);
        }
    }
    return points;
}

bool are_same(const std::vector<Point>& one, const std::vector<Point>& other) {
    const auto same = [](double a, double b) { return a == b || (!is_active(a) && !is_active(b)); };
    return std::equal(one.begin(), one.end(), other.begin(), other.end(), [&](const Point& a, const Point& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
    });
}

TEST_P(EverySampler, ProposesTheSameForTheSameSeed) {
    EXPECT_TRUE(are_same(asked(GetParam(), 5, 24, 4), asked(GetParam(), 5, 24, 4)));
    if (GetParam() != SamplerKind::grid) {
        EXPECT_FALSE(are_same(asked(GetParam(), 5, 24, 4), asked(GetParam(), 6, 24, 4)));
    }
}

INSTANTIATE_TEST_SUITE_P(All, EverySampler,
                         ::testing::Values(SamplerKind::tpe, SamplerKind::gp, SamplerKind::random, SamplerKind::grid),
                         [](const auto& sampler) { return std::string(sampler_name(sampler.param)); });

TEST(Samplers, ModelsComeCloserThanChance) {
    const auto mean_of_last = [](const std::vector<Point>& points) {
        double sum = 0;
        for (auto point = points.end() - 16; point != points.end(); ++point) sum += hill(*point) / 16;
        return sum;
    };
    double random = 0, tpe = 0, univariate = 0, gp = 0;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        random += mean_of_last(asked(SamplerKind::random, seed, 40, 4)) / 5;
        tpe += mean_of_last(asked(SamplerKind::tpe, seed, 40, 4)) / 5;
        univariate += mean_of_last(asked(SamplerKind::tpe, seed, 40, 4, false)) / 5;
        gp += mean_of_last(asked(SamplerKind::gp, seed, 40, 4)) / 5;
    }
    EXPECT_GT(tpe, random / 2);  // both are below 0: at most half as far from the top
    EXPECT_GT(univariate, random / 2);
    EXPECT_GT(gp, random / 2);
}

TEST(Samplers, AFiniteSpaceIsTriedWholeBeforeAnythingTwice) {
    const auto space = space_of({"a=u,v,w", "n=1,2,4"});
    for (const auto kind : {SamplerKind::random, SamplerKind::tpe, SamplerKind::gp}) {
        SamplerOptions options;
        options.kind = kind;
        options.startup_trials = 3;
        const auto sampler = make_sampler(space, options);
        std::set<Point> seen;
        for (std::int64_t number = 0; number < 9; ++number) {
            const auto point = sampler->ask(1).at(0);
            seen.insert(point);
            sampler->tell(trial_of(number, point, point[1]));
        }
        EXPECT_EQ(seen.size(), 9U) << sampler_name(kind);
    }
}

TEST(Samplers, GoOnWhereNothingSucceeds) {
    const auto space = space_of({"x=0..1"});
    for (const auto kind : {SamplerKind::random, SamplerKind::tpe, SamplerKind::gp}) {
        SamplerOptions options;
        options.kind = kind;
        const auto sampler = make_sampler(space, options);
        for (std::int64_t number = 0; number < 15; ++number) {
            sampler->tell({number, sampler->ask(1).at(0), TrialState::failed, std::nullopt, {}, 0, ""});
        }
        EXPECT_EQ(sampler->ask(4).size(), 4U);
    }
}

TEST(TpeSampler, TheBestFewGrowWithTheTrials) {
    EXPECT_EQ(TpeSampler::best_count(1), 1U);
    EXPECT_EQ(TpeSampler::best_count(11), 2U);
    EXPECT_EQ(TpeSampler::best_count(1000), 25U);
}

TEST(TestFunctions, HaveTheirMinimaWhereTheyAreKnown) {
    const std::map<std::string_view, std::vector<double>> places{
        {"branin", {std::numbers::pi, 2.275}},
        {"hartmann6", {0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573}},
        {"rosenbrock2", {1, 1}},
        {"rosenbrock4", {1, 1, 1, 1}},
        {"branin-noisy", {-std::numbers::pi, 12.275}},
        {"hartmann6-noisy", {0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573}}};
    ASSERT_EQ(test_functions().size(), places.size());
    for (const auto& function : test_functions()) {
        auto place = places.at(function.name);
        EXPECT_NEAR(function.value(place), function.minimum, 1e-6) << function.name;
        for (auto& value : place) value += 0.01;
        EXPECT_GT(function.value(place), function.minimum) << function.name;
    }
}

TEST(Samplers, NamesAndOptionsThatMakeNoSense) {
    EXPECT_THROW(static_cast<void>(parse_sampler("anneal")), UsageError);
    SamplerOptions options;
    options.startup_trials = 0;
    EXPECT_THROW(options.validate(), UsageError);
}

}  // namespace
}  // namespace cellwise::search
