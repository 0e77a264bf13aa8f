#include "report/page/run_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/error.h"
#include "report/page/html.h"
#include "statistics/classification.h"

namespace cellwise::report {
namespace {

using records::evaluate;
using records::read_predictions;
using records::thinned;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Six reviews; the model is wrong in the second and the last, and most sure of the last.
ReportRun run(Cell cell, std::uint64_t seed, double shift = 0) {
    ReportRun result;
    result.folder = "runs/" + std::string(cell_name(cell)) + "-" + std::to_string(seed);
    result.record = {cell, seed, 1292417, {}, 4.0 / 6, 0.4, "fused", false, 2, false};
    result.record.epochs.push_back({1, {0.6 + shift, 0.7}, {0.5 + shift, 0.75}, {}, 0, 10.5, 1.5, 0});
    result.record.epochs.push_back({2, {0.5 + shift, 0.8}, {0.4 + shift, 4.0 / 6}, {}, 0, 10, 2, 0});
    result.settings = {{"cells", std::string(cell_name(cell))}, {"seed", std::to_string(seed)}, {"clip_norm", "0"}};
    result.environment = {{"machine", {{"processor", "A <fast> one"}}}};
    result.configuration = "clip_norm = 0\n";
    result.data_kind = "imdb";
    result.data_sha256 = std::string(64, 'a');
    result.test_reviews = 6;
    result.length = 3;
    result.vocabulary_size = 10;
    result.predictions =
        records::TestPredictions{{0.9, 0.7, 0.1 + shift, 0.8, 0.3, 0.05}, {1, 0, 0, 1, 0, 1}, {4, 5, 6, 7, 8, 9}};
    return result;
}

ReportInput input_of(std::vector<ReportRun> runs) {
    ReportInput input;
    input.made = "2026-01-31";
    input.version = "0.1";
    input.runs = std::move(runs);
    input.words_of = [](const ReportRun&, std::size_t review) {
        return std::vector<ReviewWord>{
            {"first", 4}, {"<script>alert(1)</script>", 5}, {"rare", 10}, {"no" + std::to_string(review), 6}};
    };
    return input;
}

/// HasSubstr would print the whole page.
bool holds(const std::string& page, std::string_view text) { return page.find(text) != std::string::npos; }

TEST(RunReport, OfOneRunByHand) {
    const auto report = make_report(input_of({run(Cell::gru, 0)}));
    EXPECT_EQ(report.title, "GRU on IMDB reviews");
    ASSERT_EQ(report.groups.size(), 1U);
    const auto& group = report.groups[0];
    EXPECT_EQ(group.name, "GRU");
    const auto wilson = statistics::wilson_interval(4, 6);
    EXPECT_EQ(group.accuracy_interval->low, wilson.low);
    EXPECT_EQ(group.epochs.size(), 2U);
    ASSERT_TRUE(group.predictions);
    const auto& figures = *group.predictions;
    EXPECT_EQ(figures.reviews, 6U);
    EXPECT_EQ(figures.positives, 3U);
    EXPECT_EQ(figures.true_positives.mean, 2);
    EXPECT_EQ(figures.false_positives.mean, 1);
    EXPECT_EQ(figures.true_negatives.mean, 2);
    EXPECT_EQ(figures.false_negatives.mean, 1);
    // Pairs in order: 0.9 and 0.8 beat all three negatives, 0.05 none: 6 of 9.
    EXPECT_NEAR(figures.area->mean, 6.0 / 9, 1e-15);
    ASSERT_EQ(figures.errors.size(), 2U);
    EXPECT_EQ(figures.errors[0].review, 5U);
    EXPECT_TRUE(figures.errors[0].is_positive);
    EXPECT_EQ(figures.errors[1].review, 1U);
    EXPECT_EQ(group.error_texts[0].unread, 1U) << "four words, of which the model reads three";
    EXPECT_FALSE(figures.mean_roc);
}

TEST(RunReport, GroupsSeedsAndComparesCells) {
    const auto report = make_report(input_of({run(Cell::gru, 1, 0.1), run(Cell::lstm, 0), run(Cell::gru, 0),
                                              run(Cell::lstm, 1, 0.2), run(Cell::simple_rnn, 0)}));
    EXPECT_EQ(report.title, "RNN, LSTM and GRU on IMDB reviews");
    ASSERT_EQ(report.groups.size(), 3U);
    EXPECT_EQ(report.groups[0].cell, Cell::simple_rnn);
    EXPECT_THAT(report.groups[2].runs, ElementsAre(0U, 2U));
    EXPECT_NEAR(report.groups[2].epochs[0].validation_loss.mean, 0.55, 1e-15);
    EXPECT_NEAR(*report.groups[2].epochs[0].validation_loss.standard_deviation, 0.1 / std::sqrt(2), 1e-15);
    ASSERT_TRUE(report.groups[2].predictions->mean_roc);
    ASSERT_EQ(report.differences.size(), 1U);
    EXPECT_EQ(report.differences[0].first, Cell::gru);
}

TEST(RunReport, KeepsOtherSettingsApart) {
    auto clipped = run(Cell::gru, 0);
    clipped.folder = "runs/clipped";
    clipped.settings["clip_norm"] = "1";
    const auto report = make_report(input_of({run(Cell::gru, 0), run(Cell::gru, 1), clipped}));
    ASSERT_EQ(report.groups.size(), 2U);
    EXPECT_EQ(report.groups[0].name, "GRU, clip_norm 0");
    EXPECT_EQ(report.groups[1].name, "GRU, clip_norm 1");
    EXPECT_FALSE(report.shared_settings.contains("clip_norm"));
    EXPECT_THAT(report.differences, IsEmpty());
    EXPECT_THROW(static_cast<void>(make_report(input_of({run(Cell::gru, 0), run(Cell::gru, 0)}))), UsageError);
}

TEST(RunReport, SaysWhatIsAbsent) {
    auto without = run(Cell::gru, 0);
    without.predictions.reset();
    without.no_predictions = "the reviews were not found";
    auto input = input_of({without});
    const auto html = report_html(input, make_report(input));
    EXPECT_TRUE(holds(html, "No predictions of GRU: runs/gru-0: the reviews were not found"));
    EXPECT_FALSE(holds(html, "<canvas id=\"roc\""));
    EXPECT_TRUE(holds(html, "<canvas id=\"loss\""));
    EXPECT_EQ(report_json(input, make_report(input))["groups"][0]["predictions"], nullptr);

    auto one_label = run(Cell::gru, 0);
    one_label.predictions->labels = {1, 1, 1, 1, 1, 1};
    input = input_of({one_label});
    EXPECT_TRUE(holds(report_html(input, make_report(input)), "All test reviews have the same label"));

    input = input_of({run(Cell::gru, 0)});
    input.words_of = {};
    input.no_words = "there are no words";
    EXPECT_TRUE(holds(report_html(input, make_report(input)), "Without their text: there are no words"));
}

TEST(RunReport, NothingFromOutsideBecomesMarkup) {
    auto hostile = run(Cell::lstm, 0);
    hostile.folder = "runs/<img src=x onerror=alert(2)>\"'&";
    hostile.configuration = "data = '</pre><script>alert(3)</script>'\n";
    hostile.settings["data"] = "</td><script>alert(4)</script>";
    auto input = input_of({hostile});
    input.pictures.push_back(
        {"<b>title</b>", "<img src=x>", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(5)</script></svg>"});
    const auto html = report_html(input, make_report(input));
    for (const char* attack : {"<script>alert", "<img src=x", "</pre><script", "</td><script", "<b>title"}) {
        EXPECT_FALSE(holds(html, attack));
    }
    EXPECT_TRUE(holds(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    EXPECT_TRUE(holds(html, "A &lt;fast&gt; one"));
    EXPECT_TRUE(holds(html, "\\u003cscript>alert(1)"));  // in the numbers
    EXPECT_TRUE(holds(html, "<span class=\"unread\">first</span>"));
    EXPECT_TRUE(holds(html, "<span class=\"unknown\">rare</span>"));
}

TEST(RunReport, PageLoadsNothing) {
    const auto input = input_of({run(Cell::gru, 0)});
    const auto html = report_html(input, make_report(input));
    EXPECT_TRUE(holds(html, "default-src 'none'"));
    EXPECT_TRUE(holds(html, report_marker()));
    EXPECT_TRUE(holds(html, "The above copyright notice and this permission notice shall be included"));
    for (const char* loading :
         {"src=\"http", "src='http", "href=\"http", "url(http", "@import", "<link", "sourceMappingURL"}) {
        EXPECT_FALSE(holds(html, loading));
    }
}

TEST(Curves, ThinnedKeepsTheEnds) {
    const records::Curve curve{{0, 0.001, 0.002, 0.5, 1}, {0, 0, 0, 0.5, 1}, {}};
    const auto kept = thinned(curve, 0.01);
    EXPECT_THAT(kept.x, ElementsAre(0, 0.5, 1));
    EXPECT_THAT(kept.y, ElementsAre(0, 0.5, 1));
    EXPECT_THAT(thinned({{0, 0.001}, {0, 0.001}, {}}, 0.5).x, ElementsAre(0, 0.001));
}

TEST(Curves, MeanInterpolatesAndTakesTheTopOfSteps) {
    const records::Curve step{{0, 0, 1}, {0, 0.6, 1}, {}}, straight{{0, 1}, {0, 1}, {}};
    const std::array<const records::Curve*, 2> both{&step, &straight};
    const auto mean = mean_curve(both, std::array{0.0, 0.5, 1.0});
    EXPECT_THAT(mean.y, ElementsAre(testing::DoubleEq(0.3), testing::DoubleEq(0.65), testing::DoubleEq(1)));
    EXPECT_NEAR(mean.deviation[1], 0.3 / std::sqrt(2), 1e-15);  // 0.8 and 0.5
}

TEST(Curves, PrecisionBeginsWithTheFirstReviewFound) {
    const auto figures = evaluate({{0.9, 0.8, 0.7, 0.1}, {0, 1, 1, 0}, {5, 5, 5, 5}});
    EXPECT_THAT(figures.precision_recall.x, ElementsAre(0, 0.5, 1, 1));
    EXPECT_THAT(figures.precision_recall.y,
                ElementsAre(1, 0.5, testing::DoubleEq(2.0 / 3), 0.5));  // 0 of 1 found is left out
}

TEST(TestPredictions, ComeBackAsTheyWere) {
    const records::TestPredictions predictions{{0.1, 1.0 / 3, 0.50000000025}, {1, 0, 1}, {0, 230, 4000000000U}};
    const auto csv = predictions_csv(predictions);
    EXPECT_THAT(csv, testing::StartsWith("review,label,words,probability\n0,1,0,0.1\n1,0,230,0.333333"));
    const auto back = read_predictions(csv, "file");
    EXPECT_EQ(back.probabilities, predictions.probabilities);
    EXPECT_EQ(back.labels, predictions.labels);
    EXPECT_EQ(back.words, predictions.words);
}

TEST(TestPredictions, RefuseWhatIsDamaged) {
    const std::string header = "review,label,words,probability\n";
    const auto complaint = [&](const std::string& text) -> std::string {
        try {
            (void)read_predictions(text, "p.csv");
        } catch (const DataError& error) {
            return error.what();
        }
        return "nothing";
    };
    EXPECT_THAT(complaint(""), HasSubstr("holds no predictions"));
    EXPECT_THAT(complaint(header), HasSubstr("holds no predictions"));
    EXPECT_THAT(complaint("a,b\n0,1,2,0.5\n"), HasSubstr("'p.csv', line 1"));
    EXPECT_THAT(complaint(header + "0,1,2,0.5"), HasSubstr("line 2: the file ends in the middle"));
    for (const char* line : {"0,2,2,0.5", "0,1,-2,0.5", "0,1,2,1.5", "0,1,2,nan", "0,1,2,0.5,7", "0,1,2", "x"}) {
        EXPECT_THAT(complaint(header + line + "\n"), HasSubstr("line 2: a review's number")) << line;
    }
    EXPECT_THAT(complaint(header + "0,1,2,0.5\n2,1,2,0.5\n"), HasSubstr("line 3: review 1 is expected"));
}

TEST(Html, Base64OfRfc4648) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Html, JsonInAScriptCannotEndIt) {
    EXPECT_EQ(script_json({{"a", "</script><!--\xff"}}), "{\"a\":\"\\u003c/script>\\u003c!--\\\\xff\"}");
}

}  // namespace
}  // namespace cellwise::report
