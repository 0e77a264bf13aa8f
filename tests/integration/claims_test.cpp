#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "integration/checks.h"
#include "integration/program.h"

namespace cellwise {
namespace {

using nlohmann::json;
using test::content_of;
using test::run_program;
using test::ScratchFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

void expect_refusal(const std::vector<std::string>& arguments, const std::string& message) {
    test::expect_refusal(arguments, 2, message);
}

TEST(ClaimsCommand, AQuickLookJudgesNothing) {
    const auto result =
        run_program({"claims", "lstm-beats-rnn", "gru-close-to-lstm-parameters", "weight-decay-idle-at-inference",
                     "--quick", "--data", "synthetic", "--seeds", "2", "--limit", "300", "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto claims = json::parse(result.output).at("claims");
    ASSERT_EQ(claims.size(), 3u);
    for (const auto& claim : claims) {
        EXPECT_TRUE(claim.at("verdict").is_null());
        EXPECT_TRUE(claim.at("simultaneous_verdict").is_null());
        EXPECT_LE(claim.at("low"), claim.at("estimate"));
        EXPECT_LE(claim.at("estimate"), claim.at("high"));
        EXPECT_TRUE(claim.at("quick"));
        double sum = 0;
        for (const auto& value : claim.at("values")) sum += value.get<double>();
        EXPECT_NEAR(claim.at("estimate"), sum / claim.at("runs").get<double>(), 1e-12);
    }
    EXPECT_EQ(claims[0].at("name"), "lstm-beats-rnn");
    EXPECT_EQ(claims[0].at("data"), "synthetic");
    EXPECT_EQ(claims[0].at("runs"), 2);
    EXPECT_EQ(claims[2].at("estimate"), 0);
    EXPECT_THAT(result.errors, AllOf(HasSubstr("NOT tested on IMDB"), HasSubstr("judges nothing"), HasSubstr("true if"),
                                     Not(HasSubstr("supported (")), Not(HasSubstr("contradicted"))));
}

TEST(ClaimsCommand, SearchesArePutToFunctionsOfKnownMinimum) {
    const auto result = run_program({"claims", "bayesian-search-tpe", "--seeds", "4", "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto claims = json::parse(result.output).at("claims");
    ASSERT_EQ(claims.size(), 3U);
    for (const auto& claim : claims) {
        EXPECT_TRUE(claim.at("verdict").is_string());
        const auto& random = claim.at("details").at(0).at("values");
        const auto& bayesian = claim.at("details").at(1).at("values");
        for (std::size_t i = 0; i < 4; ++i) {
            EXPECT_NEAR(claim.at("values").at(i).get<double>(),
                        random.at(i).get<double>() - bayesian.at(i).get<double>(), 1e-12);
            EXPECT_NE(random.at(i), bayesian.at(i));
        }
    }
    EXPECT_THAT(claims[0].at("name"), "bayesian-search-tpe-beats-random-at-25");
    EXPECT_THAT(claims[2].at("name"), "bayesian-search-tpe-beats-random-at-100");
}

TEST(ClaimsCommand, TuningIsPutToTheTutorialsSettings) {
    ScratchFolder folder;
    const std::vector<std::string> quick{
        "claims",    "tuning-beats-defaults",       "--quick", "--data", "synthetic", "--limit", "300", "--seeds", "2",
        "--results", (folder / "results").string(), "--json",  "-"};
    const auto result = run_program(quick);
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto claim = json::parse(result.output).at("claims").at(0);
    EXPECT_EQ(claim.at("runs"), 2);
    const auto& details = claim.at("details");
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_NEAR(claim.at("values").at(i).get<double>(),
                    details.at(0).at("values").at(i).get<double>() - details.at(1).at("values").at(i).get<double>(),
                    1e-12);
    }
    // The study is kept, and gone on with.
    auto again = quick;
    again[8] = "3";
    const auto more = run_program(again);
    ASSERT_EQ(more.exit_code, 0) << more.errors;
    const auto with_three = json::parse(more.output).at("claims").at(0);
    EXPECT_EQ(with_three.at("values").at(0), claim.at("values").at(0));
    EXPECT_EQ(with_three.at("values").at(1), claim.at("values").at(1));
}

TEST(ClaimsCommand, AFullMeasurementJudges) {
    const auto result = run_program({"claims", "gru-close-to-lstm-parameters", "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto claim = json::parse(result.output).at("claims").at(0);
    EXPECT_EQ(claim.at("verdict"), "supported");
    // Embedding(10000, 128) and Dense(1) beside 3 (GRU) or 4 (LSTM) gates of 64 units, the GRU with two biases.
    const double gru = 3 * (64 * 128 + 64 * 64 + 2 * 64), lstm = 4 * (64 * 128 + 64 * 64 + 64);
    EXPECT_NEAR(claim.at("estimate").get<double>(), gru / lstm, 1e-9);
}

TEST(ClaimsCommand, AloneShowsWhatWasMeasured) {
    const auto shown = run_program({"claims"});
    ASSERT_EQ(shown.exit_code, 0) << shown.errors;
    EXPECT_THAT(shown.output, AllOf(HasSubstr("Measured on 2026-"), HasSubstr("lstm-beats-rnn"),
                                    HasSubstr("claims --all"), HasSubstr("+0.0640 accuracy")));
    std::istringstream lines(shown.output);
    for (std::string line; std::getline(lines, line);) {
        const auto letters = std::count_if(line.begin(), line.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
        EXPECT_LE(letters, 80) << line;
    }
    const auto document = json::parse(run_program({"claims", "--json", "-"}).output);
    EXPECT_EQ(document.at("measured").at("date").get<std::string>().size(), 10u);
    // Every claim of this version stands in the table, and no other.
    std::set<std::string> measured, listed;
    for (const auto& claim : document.at("claims")) measured.insert(claim.at("name"));
    std::istringstream list(run_program({"claims", "--list"}).output);
    std::string line;
    std::getline(list, line);
    while (std::getline(list, line)) {
        const auto name = line.substr(0, line.find(' '));
        if (name.find('-') != std::string::npos && name.find_first_not_of('-') != std::string::npos)
            listed.insert(name);
    }
    EXPECT_EQ(measured, listed);
}

TEST(ClaimsCommand, TakesUpWhereARunWithTheSameFolderLeft) {
    const ScratchFolder folder;
    const std::vector<std::string> arguments{"claims",
                                             "lstm-beats-rnn",
                                             "--quick",
                                             "--data",
                                             "synthetic",
                                             "--limit",
                                             "100",
                                             "--seeds",
                                             "3,5",
                                             "--results",
                                             (folder / "results").string(),
                                             "--markdown",
                                             (folder / "claims.md").string()};
    const auto first = run_program(arguments);
    ASSERT_EQ(first.exit_code, 0) << first.errors;
    EXPECT_THAT(first.errors, HasSubstr("training 2 of 2: RNN"));
    const auto second = run_program(arguments);
    EXPECT_EQ(second.output, first.output);
    EXPECT_THAT(second.errors, AllOf(HasSubstr("taken from"), Not(HasSubstr("training 1"))));
    EXPECT_THAT(content_of(folder / "claims.md"), AllOf(HasSubstr("| [lstm-beats-rnn](#lstm-beats-rnn) |"),
                                                        HasSubstr("- Seeds: 3, 5"), HasSubstr("NOT tested on IMDB")));
    // One more seed needs its own trainings alone.
    auto more = arguments;
    more[8] = "3,5,6";
    EXPECT_THAT(run_program(more).errors, HasSubstr("training 1 of 1: RNN seed 6"));
}

TEST(ClaimsCommand, ListsAndExplainsWithoutMeasuring) {
    const auto list = run_program({"claims", "--list"});
    EXPECT_EQ(list.exit_code, 0);
    EXPECT_THAT(list.output, AllOf(HasSubstr("lstm-beats-rnn"), HasSubstr("l2-leaves-no-zeros")));
    const auto explained = run_program({"claims", "gru-close-to-lstm-accuracy", "--explain"});
    EXPECT_EQ(explained.exit_code, 0);
    EXPECT_THAT(explained.output, AllOf(HasSubstr("between -0.02 and 0.02"), HasSubstr("Embedding(10000, 128)")));
    EXPECT_EQ(explained.output.find("lstm-beats-rnn"), std::string::npos);
}

/// The figures of a claim's model, one a fold.
std::vector<double> folds_of(const json& claim, const std::string& name) {
    for (const auto& detail : claim.at("details")) {
        if (detail.at("name") == name) return detail.at("values");
    }
    ADD_FAILURE() << "no " << name << " in " << claim.at("details");
    return {};
}

TEST(ClaimsCommand, FitsCustomersAsCompareDoes) {
    const ScratchFolder folder;
    const auto table = (folder / "customers.csv").string();
    ASSERT_EQ(run_program({"customers", "synthetic", "--rows", "600", "--output", table}).exit_code, 0);
    const auto claimed = run_program({"claims", "customers-lightgbm-beats", "--table", table, "--target", "target",
                                      "--quick", "--seeds", "1", "--json", "-"});
    ASSERT_EQ(claimed.exit_code, 0) << claimed.errors;
    const auto claim = json::parse(claimed.output).at("claims").at(0);
    EXPECT_EQ(claim.at("name"), "customers-lightgbm-beats-logistic-own-table");
    EXPECT_TRUE(claim.at("verdict").is_null());
    EXPECT_EQ(claim.at("data"), "customers.csv");
    EXPECT_EQ(claim.at("interval"), "corrected resampled t");
    const auto compared =
        run_program({"customers", "compare", table, "--target", "target", "--models", "logistic,lightgbm", "--folds",
                     "3", "--repeats", "1", "--seed", "0", "--json", "-"});
    ASSERT_EQ(compared.exit_code, 0) << compared.errors;
    const auto document = json::parse(compared.output);
    for (const auto& [name, title] :
         {std::pair("logistic", "logistic regression: ROC AUC"), std::pair("lightgbm", "LightGBM: ROC AUC")}) {
        const auto folds = folds_of(claim, title);
        ASSERT_EQ(folds.size(), 3u);
        for (const auto& row : document.at("cross_validation")) {
            if (row.at("name") != name || row.at("metric") != "roc_auc") continue;
            EXPECT_NEAR(row.at("mean").get<double>(), (folds[0] + folds[1] + folds[2]) / 3, 1e-12) << name;
        }
    }
    for (const auto& row : document.at("differences")) {
        if (row.at("metric") != "roc_auc") continue;
        EXPECT_NEAR(row.at("mean").get<double>(), -claim.at("estimate").get<double>(), 1e-12);
        EXPECT_NEAR(row.at("low").get<double>(), -claim.at("high").get<double>(), 1e-12);
        EXPECT_NEAR(row.at("high").get<double>(), -claim.at("low").get<double>(), 1e-12);
    }
}

TEST(ClaimsCommand, SaysWhereTheTableThatIsMeantWasNotFound) {
    const ScratchFolder folder;
    const std::vector<std::string> arguments{"claims",
                                             "customers-smote-improves-auc-telco",
                                             "--quick",
                                             "--data",
                                             "synthetic",
                                             "--limit",
                                             "300",
                                             "--seeds",
                                             "1",
                                             "--results",
                                             (folder / "results").string()};
    const auto result = run_program(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, AllOf(HasSubstr("NOT tested on Telco: on the built-in SYNTHETIC customers"),
                                     HasSubstr("judges nothing"), Not(HasSubstr("IMDB"))));
    const auto again = run_program(arguments);
    EXPECT_EQ(again.output, result.output);
    EXPECT_THAT(again.errors, HasSubstr("taken from"));
}

TEST(ClaimsCommand, RefusesWhatMakesNoSense) {
    expect_refusal({"claims", "customers", "--table", "x.csv"}, "--table and --target go together");
    expect_refusal({"claims", "customers-smote-improve-auc-telco"}, "did you mean customers-smote-improves-auc-telco");

    expect_refusal({"claims", "lstm-beat-rnn"}, "did you mean lstm-beats-rnn");
    expect_refusal({"claims", "--all", "--seeds", "0"}, "--seeds");
    expect_refusal({"claims", "--all", "--seeds", "1,1"}, "names a seed twice");
    expect_refusal({"claims", "--seed", "-1"}, "--seed");
    expect_refusal({"claims", "--limit", "-5"}, "--limit");
    expect_refusal({"claims", "--threads", "many"}, "--threads");
    expect_refusal({"claims", "--hidden-size", "7"}, "--hidden-size");
    expect_refusal({"claims", "--seeds", "3"}, "say --all");
}

}  // namespace
}  // namespace cellwise
