#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/display_width.h"
#include "core/error.h"
#include "report/text/table.h"
#include "search/even_points.h"
#include "search/regression_forest.h"
#include "search/report/study_report.h"

namespace cellwise::search {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// scipy.stats.ttest_rel(best, default) of scipy 1.17.1: p = 0.006054734461189969,
// confidence_interval() = (0.008584616558257816, 0.027415383441742214)
const ConfirmationRuns runs{{11, 12, 13, 14, 15}, {0.85, 0.86, 0.855, 0.87, 0.85}, {0.87, 0.88, 0.86, 0.89, 0.875}};

TEST(Confirmation, AgreesWithScipyAndShowsTheOptimism) {
    const auto json = confirmation_json(confirm(runs, 0.9));
    EXPECT_NEAR(json["default"].get<double>(), 0.857, 1e-15);
    EXPECT_NEAR(json["best"].get<double>(), 0.875, 1e-15);
    EXPECT_NEAR(json["difference"].get<double>(), 0.018, 1e-15);
    EXPECT_NEAR(json["low"].get<double>(), 0.008584616558257816, 1e-12);
    EXPECT_NEAR(json["high"].get<double>(), 0.027415383441742214, 1e-12);
    EXPECT_NEAR(json["p"].get<double>(), 0.006054734461189969, 1e-12);
    EXPECT_EQ(json["verdict"], "better");
    EXPECT_NEAR(json["optimism"].get<double>(), 0.025, 1e-15);
}

TEST(Confirmation, EveryVerdict) {
    const auto verdict = [](std::vector<double> defaults, std::vector<double> bests) {
        const std::vector<std::uint64_t> seeds(defaults.size());
        return confirmation_json(confirm({seeds, std::move(defaults), std::move(bests)}, 1))["verdict"]
            .get<std::string>();
    };
    EXPECT_EQ(verdict(runs.best_objectives, runs.default_objectives), "worse");
    EXPECT_EQ(verdict({0.5, 0.6, 0.7}, {0.6, 0.5, 0.72}), "not distinguishable");
    EXPECT_EQ(verdict({0.5}, {0.9}), "not distinguishable");
    EXPECT_THROW(static_cast<void>(confirm({{1, 2}, {0.5}, {0.5}}, 1)), InternalError);
    EXPECT_TRUE(confirmation_json(confirm({{1}, {0.5}, {0.9}}, 1))["low"].is_null());
}

TEST(RegressionTree, MarginalsByHand) {
    // 2·[x > ½] + [y > ½] over the unit square: variance 1 + ¼, of which x explains 1 and y ¼.
    const std::vector<std::vector<double>> points{{0.25, 0.25}, {0.25, 0.75}, {0.75, 0.25}, {0.75, 0.75}};
    const std::array values{0.0, 1.0, 2.0, 3.0};
    Random random(0, "test");
    const RegressionTree tree(points, values, {0, 1, 2, 3}, 2, random);
    EXPECT_EQ(tree.leaves().size(), 4U);
    EXPECT_DOUBLE_EQ(tree.mean(), 1.5);
    EXPECT_DOUBLE_EQ(tree.variance(), 1.25);
    EXPECT_DOUBLE_EQ(tree.marginal_variance(0), 1);
    EXPECT_DOUBLE_EQ(tree.marginal_variance(1), 0.25);
    EXPECT_EQ(tree.predict(std::array{0.9, 1.0}), 3);
}

TEST(RegressionTree, MarginalsAgreeWithAFineGrid) {
    Random random(4, "test");
    std::vector<std::vector<double>> points;
    std::vector<double> values;
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < 30; ++i) {
        // On sixteenths, so that the tree's splits lie on 32nds and the grid below sees every leaf exactly.
        points.push_back({std::floor(random.uniform() * 16) / 16, std::floor(random.uniform() * 16) / 16});
        values.push_back(std::sin(5 * points[i][0]) * points[i][1] + points[i][1]);
        rows.push_back(i);
    }
    const RegressionTree tree(points, values, rows, 2, random);
    constexpr int cells = 32;
    double mean = 0, squares = 0, marginal_squares = 0;
    for (int a = 0; a < cells; ++a) {
        double row = 0;
        for (int b = 0; b < cells; ++b) {
            const double value = tree.predict(std::array{(a + 0.5) / cells, (b + 0.5) / cells});
            row += value / cells;
            squares += value * value / (cells * cells);
        }
        mean += row / cells;
        marginal_squares += row * row / cells;
    }
    EXPECT_NEAR(tree.mean(), mean, 1e-12);
    EXPECT_NEAR(tree.variance(), squares - mean * mean, 1e-12);
    EXPECT_NEAR(tree.marginal_variance(0), marginal_squares - mean * mean, 1e-12);
}

StudyReport example(std::size_t trials, bool confirmed) {
    StudySettings settings;
    settings.space = Space::parse(std::vector<std::string>{
        "learning-rate=log:1e-4..1e-1", "optimizer=adam,sgd<b>", "momentum=0..0.99 if optimizer=sgd<b>",
        "hidden-size=32,64,128", "a-name-that-is-far-too-long-for-any-terminal=0..1"});
    Random random(1, "test");
    std::vector<Trial> done;
    for (std::size_t i = 0; i < trials; ++i) {
        Trial trial{
            static_cast<std::int64_t>(i), random_point(settings.space, random), TrialState::complete, {}, {}, 1.5, ""};
        const double objective = 0.9 - 0.02 * std::pow(std::log10(trial.point[0]) + 2.5, 2) - 0.001 * trial.point[4];
        if (i % 10 == 3) {
            trial.state = TrialState::failed;
            trial.message = "<script>alert(1)</script>";
        } else {
            trial.objective = objective;
        }
        done.push_back(trial);
    }
    std::optional<Confirmation> confirmation;
    if (confirmed) confirmation = confirm(runs, 0.9);
    return report_of("Study of <a> model", "accuracy", settings, done, confirmation);
}

TEST(Importance, FindsTheParameterThatMatters) {
    const auto report = example(60, false);
    ASSERT_EQ(report.importances.size(), 5U);
    EXPECT_EQ(report.importances[0].name, "learning-rate");
    EXPECT_GT(report.importances[0].share, 0.8);
    EXPECT_LT(report.importances[1].share, 0.1);
    for (const auto& [name, share, interval] : report.importances) EXPECT_LE(interval.low, interval.high) << name;
}

TEST(StudyJson, HasWhatChecksRead) {
    const auto json = study_json(example(25, true));
    ASSERT_EQ(json["trials"].size(), 25U);
    const auto& trial = json["trials"][3];
    EXPECT_EQ(trial["number"], 3);
    EXPECT_EQ(trial["state"], "failed");
    EXPECT_TRUE(trial["objective"].is_null());
    EXPECT_TRUE(trial["values"]["learning-rate"].is_number());
    EXPECT_TRUE(trial["values"]["optimizer"].is_string());
    EXPECT_TRUE(trial["values"]["hidden-size"].is_number_integer());
    double highest = 0;
    for (const auto& one : json["trials"])
        highest = std::max(highest, one["objective"].is_null() ? 0 : one["objective"].get<double>());
    EXPECT_EQ(json["best"]["objective"].get<double>(), highest);
    EXPECT_EQ(json["confirmed"]["verdict"], "better");
    EXPECT_TRUE(study_json(example(0, false))["best"].is_null());
    EXPECT_TRUE(study_json(example(0, false))["confirmed"].is_null());
}

TEST(StudyText, FitsATerminalOf80Columns) {
    for (const std::size_t trials : {0, 1, 40}) {
        std::istringstream lines(study_text(example(trials, trials > 1)));
        for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 80U) << line;
    }
    EXPECT_THAT(study_text(example(40, true)), HasSubstr("better"));
    EXPECT_THAT(study_text(example(0, false)), HasSubstr("No trial is complete"));
}

TEST(StudyHtml, IsOneFileThatLoadsAndRunsNothing) {
    const auto page = study_html(example(40, true), "Written today");
    for (const auto* id :
         {"s-result", "s-history", "s-importance", "s-slices", "s-contours", "s-parallel", "s-trials"}) {
        EXPECT_THAT(page, HasSubstr(id));
    }
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("http://")));
    EXPECT_THAT(page, HasSubstr("Study of &lt;a&gt; model"));
    EXPECT_THAT(study_html(example(0, false), ""), HasSubstr("No trial is complete"));
}

TEST(StudyPictures, NoNumberIsMissing) {
    const auto report = example(40, true);
    for (const auto& svg : {history_svg(report), importance_svg(report), slices_svg(report), contours_svg(report),
                            parallel_svg(report)}) {
        EXPECT_THAT(svg, HasSubstr("</svg>"));
        EXPECT_THAT(svg, Not(HasSubstr("nan")));
        EXPECT_THAT(svg, Not(HasSubstr("inf")));
    }
    EXPECT_EQ(contours_svg(example(1, false)), "");
}

}  // namespace
}  // namespace cellwise::search
