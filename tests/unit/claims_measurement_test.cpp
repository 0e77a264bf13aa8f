// Measurements of planted trainings against values worked out by hand. The trainings are run small once; then their
// files get the outcomes that a case wants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/atomic_file.h"
#include "lab/claims/early_words.h"
#include "lab/claims/explosion.h"
#include "lab/claims/long_sequences.h"
#include "lab/claims/regularised_training.h"
#include "scratch_folder.h"
#include "unit/small_laboratory.h"

namespace cellwise::lab {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Seeds = std::vector<std::uint64_t>;
using Measure = std::function<Measurement(Laboratory&)>;
/// Changes an outcome's JSON; `training` is TrainingSpec::key().
using Plant = std::function<void(const std::string& training, nlohmann::json& outcome)>;

const std::vector<double>& detail(const Measurement& measurement, const std::string& name) {
    for (const auto& detail : measurement.details) {
        if (detail.name == name) return detail.values;
    }
    throw std::out_of_range(name);
}

bool names(const std::string& training, const std::string& part) { return training.find(part) != std::string::npos; }

/// What `measure` makes of its trainings when each ended as planted.
Measurement measure_planted(const Measure& measure, const Plant& plant) {
    const test::ScratchFolder folder;
    auto options = small_options(folder / "results");
    {
        Laboratory lab(options);
        (void)measure(lab);
    }
    std::size_t planted = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "results")) {
        if (entry.path().extension() != ".json") continue;
        auto document = nlohmann::json::parse(read_file(entry.path()));
        plant(document.at("training").get<std::string>(), document.at("outcome"));
        write_file_atomically(entry.path(), document.dump());
        ++planted;
    }
    EXPECT_GT(planted, 0U);
    Laboratory lab(options);
    return measure(lab);
}

std::string seed_text(std::uint64_t seed) { return "| seed " + std::to_string(seed) + " scale"; }

/// Accuracies of the ordinary kernel, of twice it, and of twice it clipped, for seeds 100 and 101.
Plant explosion(std::vector<double> ordinary, std::vector<double> multiplied, std::vector<double> clipped) {
    return [=](const std::string& training, nlohmann::json& outcome) {
        const std::size_t i = names(training, seed_text(100)) ? 0 : 1;
        const auto& values = names(training, "scale 1 ") ? ordinary : names(training, "clip 1 ") ? clipped : multiplied;
        outcome["test_accuracy"] = values.at(i);
    };
}

TEST(Explosion, CostsWhatTheMultipliedKernelLacks) {
    const Seeds seeds{100, 101};
    const auto cost = measure_planted([&](Laboratory& lab) { return explosion_cost(2, lab, seeds); },
                                      explosion({0.95, 0.97}, {0.55, 0.62}, {}));
    EXPECT_THAT(cost.values, ElementsAre(DoubleNear(0.40, 1e-12), DoubleNear(0.35, 1e-12)));
    EXPECT_THAT(cost.unfit, IsEmpty());
    const auto unlearnt = measure_planted([&](Laboratory& lab) { return explosion_cost(2, lab, seeds); },
                                          explosion({0.90, 0.80}, {0.55, 0.62}, {}));
    EXPECT_THAT(unlearnt.unfit, HasSubstr("has not learnt (mean accuracy 0.850"));
}

TEST(Explosion, IsRepairedByWhatLiesAboveTheMiddle) {
    const Seeds seeds{100, 101};
    const Measure repair = [&](Laboratory& lab) { return clipping_repair(2, lab, seeds); };
    const auto repaired = measure_planted(repair, explosion({0.95, 0.97}, {0.55, 0.57}, {0.90, 0.80}));
    // The middles are 0.75 and 0.77.
    EXPECT_THAT(repaired.values, ElementsAre(DoubleNear(0.15, 1e-12), DoubleNear(0.03, 1e-12)));
    EXPECT_THAT(repaired.unfit, IsEmpty());
    const auto unbroken = measure_planted(repair, explosion({0.95, 0.97}, {0.95, 0.97}, {0.95, 0.97}));
    EXPECT_THAT(unbroken.unfit, HasSubstr("nothing shown to repair"));
}

TEST(Explosion, StartsFromOneGradientWithAndWithoutClipping) {
    auto options = small_options();
    options.sizes.hidden_size = options.sizes.embedding_size = 16;
    Laboratory lab(options);
    const Seeds seeds{100, 101};
    const auto repair = clipping_repair(2, lab, seeds);
    const auto& ordinary = detail(repair, "ordinary: first gradient's norm");
    const auto& multiplied = detail(repair, "multiplied: first gradient's norm");
    EXPECT_EQ(detail(repair, "multiplied, clipped: first gradient's norm"), multiplied);
    for (std::size_t i = 0; i < seeds.size(); ++i) EXPECT_GT(multiplied[i], 10 * ordinary[i]);
}

/// Accuracies with the cue 0, 3, 15, 26 and 29 words from the end.
Plant fading_of(std::vector<double> lstm, std::vector<double> rnn) {
    return [=](const std::string& training, nlohmann::json& outcome) {
        outcome["probe_accuracies"] = names(training, "| lstm ") ? lstm : rnn;
    };
}

TEST(EarlyWords, FadeByTheLateAccuracyMinusTheEarlyOne) {
    const Seeds seeds{3};
    const auto plant = fading_of({0.9, 0.8, 0.1, 0.6, 0.5}, {0.9, 0.9, 0.2, 0.5, 0.5});
    const auto lstm = measure_planted([&](Laboratory& lab) { return fading(Cell::lstm, lab, seeds); }, plant);
    EXPECT_THAT(lstm.values, ElementsAre(DoubleNear(0.85 - 0.55, 1e-12)));
    const auto against =
        measure_planted([&](Laboratory& lab) { return fading_against_rnn(Cell::lstm, lab, seeds); }, plant);
    EXPECT_THAT(against.values, ElementsAre(DoubleNear(0.40 - 0.30, 1e-12)));
}

TEST(LongSequences, CompareTheChangesFromShortestToLongest) {
    const auto measured = measure_planted([](Laboratory& lab) { return lstm_change_minus(Cell::gru, lab, Seeds{0}); },
                                          [](const std::string& training, nlohmann::json& outcome) {
                                              const bool is_lstm = names(training, "| lstm ");
                                              outcome["test_accuracy"] =
                                                  names(training, "true 20 |")    ? (is_lstm ? 0.80 : 0.82)
                                                  : names(training, "true 180 |") ? (is_lstm ? 0.90 : 0.88)
                                                                                  : 0.10;
                                          });
    EXPECT_THAT(measured.values, ElementsAre(DoubleNear(0.10 - 0.06, 1e-12)));
    EXPECT_THAT(measured.unfit, IsEmpty());
}

TEST(RegularisedTraining, TakesWhatIsWithoutMinusWhatIsWith) {
    const Seeds seeds{0};
    const Plant plant = [](const std::string& training, nlohmann::json& outcome) {
        const bool is_plain = names(training, " l2 0 ");
        outcome["train_accuracy"] = is_plain ? 0.99 : 0.95;
        outcome["test_accuracy"] = is_plain ? 0.85 : 0.86;
        outcome["first_epoch_loss"] = is_plain ? 0.60 : 0.57;
    };
    const auto gap =
        measure_planted([&](Laboratory& lab) { return gap_narrowed_by({.l2 = true}, "L2", lab, seeds); }, plant);
    EXPECT_THAT(gap.values, ElementsAre(DoubleNear(0.14 - 0.09, 1e-12)));
    const auto loss = measure_planted(
        [&](Laboratory& lab) {
            return lowered_by({.l2 = true}, "L2", &TrainingOutcome::first_epoch_loss, "loss", lab, seeds);
        },
        plant);
    EXPECT_THAT(loss.values, ElementsAre(DoubleNear(0.03, 1e-12)));
}

TEST(RegularisedTraining, ShrinksTheKernels) {
    Laboratory lab(small_options());
    const Seeds seeds{0, 1};
    const auto plain = regularised_trainings(lab, {}, seeds), with = regularised_trainings(lab, {.l2 = true}, seeds);
    for (std::size_t i = 0; i < seeds.size(); ++i) EXPECT_LT(with[i].kernel_norm, plain[i].kernel_norm);
}

}  // namespace
}  // namespace cellwise::lab
