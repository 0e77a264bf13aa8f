#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "data/reviews/dataset.h"
#include "lab/claims/gradient_share.h"
#include "lab/claims/inference_effects.h"
#include "lab/claims/laboratory.h"
#include "lab/claims/normalised_layer.h"
#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"
#include "lab/claims/run_claim.h"
#include "lab/claims/step_times.h"
#include "lab/claims/training_job.h"
#include "learning/model_file.h"
#include "learning/trainer.h"
#include "scratch_folder.h"
#include "unit/small_laboratory.h"

namespace cellwise::lab {
namespace {

using testing::ElementsAre;

TrainingSpec small_spec(const Laboratory& lab, Cell cell = Cell::lstm, std::uint64_t seed = 0) {
    auto spec = lab.tutorial(cell, seed);
    spec.training.epochs = 2;
    spec.test_on_training = true;
    return spec;
}

TEST(TrainingJob, GivesWhatTheTrainerGives) {
    Laboratory lab(small_options());
    auto spec = small_spec(lab);
    spec.training.l2 = 0.01;
    const auto outcome = lab.train({spec}).at(0);

    const auto& train = lab.padded(spec.reviews, false);
    const auto& test = lab.padded(spec.reviews, true);
    ASSERT_EQ(train.size(), 150u);
    learning::Trainer trainer(models::Classifier(spec.model, spec.seed), spec.training, spec.seed);
    const auto epochs = trainer.fit(train, test, {}, {});
    EXPECT_DOUBLE_EQ(outcome.test_accuracy, epochs.back().validation.accuracy);
    EXPECT_NEAR(outcome.test_loss, epochs.back().validation.loss, 1e-6);
    EXPECT_DOUBLE_EQ(outcome.train_accuracy, trainer.evaluate(train).accuracy);
    EXPECT_EQ(outcome.parameters, spec.model.parameter_count());
    double squares = 0;
    std::int64_t kernels = 0;
    for (const auto& [name, value] :
         std::map<std::string, torch::Tensor>{{"input", trainer.model()->recurrent[0]->weights(0).input},
                                              {"recurrent", trainer.model()->recurrent[0]->weights(0).recurrent},
                                              {"dense", trainer.model()->dense->weight}}) {
        squares += value.pow(2).sum().item<double>();
        kernels += value.numel();
    }
    EXPECT_NEAR(outcome.kernel_norm, std::sqrt(squares), 1e-4);
    EXPECT_EQ(outcome.kernel_values, kernels);
    EXPECT_EQ(outcome.kernel_zeros, 0);
    // Batches of 64, 64 and 22 reviews: the mean over batches is not the mean over reviews.
    EXPECT_NEAR(outcome.first_epoch_loss, epochs.front().train.loss, 0.05);
    EXPECT_FALSE(outcome.diverged);
}

TEST(TrainingJob, GivesUpWhenTheLossIsNoNumber) {
    Laboratory lab(small_options());
    auto spec = small_spec(lab, Cell::simple_rnn);
    spec.training.optimizer = learning::OptimizerKind::sgd;
    spec.training.learning_rate = 1e10;
    spec.training.l2 = 1e30;  // the first step throws the kernels out of float32's range
    const auto outcome = lab.train({spec}).at(0);
    EXPECT_TRUE(outcome.diverged);
    EXPECT_GE(outcome.test_accuracy, 0);
    EXPECT_LE(outcome.test_accuracy, 1);
}

TEST(TrainingJob, SumsTheRisesBetweenMeans) {
    // Means of two: 1, 0, 2, 1.5; the last value fills no window.
    EXPECT_DOUBLE_EQ(sum_of_rises({1, 1, 0, 0, 2, 2, 1, 2, 9}, 2), 2);
    EXPECT_DOUBLE_EQ(sum_of_rises({3, 2, 1}, 1), 0);
    EXPECT_DOUBLE_EQ(sum_of_rises({}, 10), 0);
}

TEST(TrainingJob, PutsTheCueOfAProbeAtItsDistance) {
    SyntheticChoice choice;
    choice.corpus.train_reviews = 400;
    choice.corpus.test_reviews = 200;
    choice.corpus.min_length = choice.corpus.max_length = 20;
    choice.corpus.cue_words = 1;
    choice.corpus.max_cue_distance = 19;
    choice.probe_distances = {0, 7, 19};
    const auto data = make_synthetic(choice, 3, 21, 256);
    ASSERT_EQ(data.probes.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& probe = data.probes[i];
        ASSERT_EQ(probe.size(), 200u);
        // Cue words say the label, so none stands in reviews of both; neutral words do.
        const auto ids_at = [&](std::size_t distance) {
            std::set<std::int32_t> of_label[2];
            for (std::size_t row = 0; row < probe.size(); ++row) {
                of_label[probe.labels[row]].insert(probe.row(row)[probe.length - 1 - distance]);
            }
            std::set<std::int32_t> shared;
            for (const auto id : of_label[0]) {
                if (of_label[1].contains(id)) shared.insert(id);
            }
            return shared.size();
        };
        for (const std::size_t distance : {0u, 7u, 19u}) {
            const bool is_cue = static_cast<std::int64_t>(distance) == choice.probe_distances[i];
            EXPECT_EQ(ids_at(distance) == 0, is_cue) << "probe " << i << ", distance " << distance;
        }
    }
}

TEST(TrainingJob, ScalesTheRecurrentKernelAndItsGradient) {
    Laboratory lab(small_options());
    auto calm = small_spec(lab, Cell::simple_rnn);
    calm.first_gradient = true;
    calm.training.epochs = 1;
    auto scaled = calm;
    scaled.recurrent_scale = 3;
    const auto outcomes = lab.train({calm, scaled});
    EXPECT_GT(outcomes[0].first_gradient_norm, 0);
    EXPECT_NE(outcomes[0].first_gradient_norm, outcomes[1].first_gradient_norm);
    EXPECT_GT(outcomes[1].kernel_norm, outcomes[0].kernel_norm);
}

TEST(Laboratory, TrainsTheSameThingOnceAndTheSameSideBySide) {
    const test::ScratchFolder folder;
    Laboratory lab(small_options(folder.path()));
    std::vector<TrainingSpec> specs;
    for (std::uint64_t seed = 0; seed < 3; ++seed) specs.push_back(small_spec(lab, Cell::gru, seed));
    const auto first = lab.train(specs);
    EXPECT_EQ(lab.train(specs)[1].seconds, first[1].seconds);

    Laboratory another(small_options(folder.path()));
    EXPECT_EQ(another.train(specs)[2].seconds, first[2].seconds) << "taken from the folder";

    auto alone_options = small_options();
    alone_options.threads = 1;
    Laboratory alone(alone_options);
    const auto again = alone.train(specs);
    for (std::size_t i = 0; i < specs.size(); ++i) {
        EXPECT_EQ(again[i].test_loss, first[i].test_loss);
        EXPECT_EQ(again[i].kernel_norm, first[i].kernel_norm);
    }
}

TEST(Laboratory, RefusesABrokenOutcomeByName) {
    const test::ScratchFolder folder;
    {
        Laboratory lab(small_options(folder.path()));
        (void)lab.train({small_spec(lab)});
    }
    std::filesystem::path file;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "trainings")) file = entry.path();
    for (const char* text : {"{", "[]", R"({"training": "another", "outcome": {}})"}) {
        std::ofstream(file) << text;
        Laboratory lab(small_options(folder.path()));
        try {
            (void)lab.train({small_spec(lab)});
            ADD_FAILURE() << text;
        } catch (const DataError& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr(file.filename().string()));
        }
    }
}

TEST(Laboratory, ChoosesTheLongestReviewsInOrder) {
    Laboratory lab(small_options());
    const auto& all = lab.dataset().train;
    const auto& chosen = lab.padded({40, 40, true, 200}, false);
    ASSERT_EQ(chosen.size(), 40u);
    std::vector<std::size_t> lengths;
    for (std::size_t i = 0; i < all.size(); ++i) lengths.push_back(all.review(i).size());
    std::sort(lengths.rbegin(), lengths.rend());
    for (std::size_t row = 0; row < 40; ++row) {
        const auto ids = chosen.row(row);
        const auto words =
            static_cast<std::size_t>(std::count_if(ids.begin(), ids.end(), [](auto id) { return id != 0; }));
        EXPECT_GE(words, lengths[39]);
    }
}

TEST(Experiment, KeepsAnOutcomeWhole) {
    TrainingOutcome outcome;
    outcome.parameters = 7;
    outcome.diverged = true;
    outcome.test_loss = NAN;
    outcome.test_accuracy = 0.1 + 0.2;
    outcome.probe_accuracies = {0.5, 1.0 / 3};
    outcome.model_file = "a.safetensors";
    const auto json = nlohmann::json::parse(outcome_json(outcome).dump());
    const auto back = parse_outcome(json, "here");
    EXPECT_EQ(back.parameters, 7);
    EXPECT_TRUE(back.diverged);
    EXPECT_TRUE(std::isnan(back.test_loss));
    EXPECT_EQ(back.test_accuracy, outcome.test_accuracy);
    EXPECT_EQ(back.probe_accuracies, outcome.probe_accuracies);
    EXPECT_EQ(back.model_file, "a.safetensors");
    EXPECT_THROW((void)parse_outcome(nlohmann::json::object(), "here"), DataError);
}

TEST(PairedValues, AreTakenPlaceByPlace) {
    EXPECT_THAT(minus({3, 5}, {1, 2}), ElementsAre(2, 3));
    EXPECT_THAT(over({3, 5}, {2, 10}), ElementsAre(1.5, 0.5));
    EXPECT_THAT(mean_of({{1, 2}, {3, 6}}), ElementsAre(2, 4));
    EXPECT_THROW((void)minus({1}, {1, 2}), InternalError);
}

TEST(InferenceEffects, DecayActsInTrainingAloneAndNormalisationAtInference) {
    Laboratory lab(small_options());
    const auto spec = small_spec(lab);
    const auto &train = lab.padded(spec.reviews, false), &test = lab.padded(spec.reviews, true);
    const auto decay = weight_decay_effect(spec, train, test);
    EXPECT_EQ(decay.inference, 0);
    EXPECT_GT(decay.decay_moved, 0);
    const auto norm = batch_norm_effect(spec, train, test);
    EXPECT_GT(norm.mean, 0);
    EXPECT_GE(norm.largest, norm.mean);
}

TEST(GradientShare, IsTheProductOfTheStepsDerivatives) {
    // With one unit, ∂h_t/∂h_(t−1) = u (1 − h_t²), so what is left after k steps is the product of k of them.
    TrainingSpec spec;
    spec.model.cell = Cell::simple_rnn;
    spec.model.vocabulary_size = 20;
    spec.model.embedding_size = 3;
    spec.model.hidden_size = 1;
    spec.seed = 4;
    data::PaddedReviews batch;
    batch.length = 9;
    batch.ids = {4, 7, 11, 2, 19, 5, 5, 8, 13};
    batch.labels = {1};

    models::Classifier model(spec.model, spec.seed);
    model->to(torch::kFloat64);
    const auto weights = model->recurrent[0]->weights(0);
    const double u = weights.recurrent.item<double>();
    double h = 0;
    std::vector<double> derivatives;
    for (const auto id : batch.ids) {
        const auto input = torch::dot(weights.input[0], model->embedding->weight[id]).item<double>();
        h = std::tanh(input + u * h + weights.bias.item<double>());
        derivatives.push_back(u * (1 - h * h));
    }
    double share = 1;
    for (std::size_t k = 1; k <= 5; ++k) {
        share *= std::abs(derivatives[batch.length - k]);
        EXPECT_NEAR(gradient_share(spec, {}, batch, k).hidden_state, std::log10(share), 1e-9) << k;
    }
    EXPECT_TRUE(std::isnan(gradient_share(spec, {}, batch, 1).cell_state));

    const test::ScratchFolder folder;
    {
        const torch::NoGradGuard no_grad;
        weights.recurrent.mul_(0.5);
    }
    model->to(torch::kFloat32);
    learning::save_model(model, folder.path() / "model.safetensors");
    EXPECT_LT(gradient_share(spec, folder.path() / "model.safetensors", batch, 5).hidden_state, std::log10(share) - 1);
}

TEST(NormalisedLayer, DependsOnSeedAndPosition) {
    Laboratory lab(small_options());
    const auto spec = small_spec(lab);
    const auto &train = lab.padded(spec.reviews, false), &test = lab.padded(spec.reviews, true);
    const auto loss_with = [&](NormPosition position, std::uint64_t seed) {
        return train_normalised_layer({position, 300, 6, 5, 2, 64, seed}, train, test).first_epoch_loss;
    };
    const double before = loss_with(NormPosition::before_activation, 0);
    EXPECT_EQ(before, loss_with(NormPosition::before_activation, 0));
    EXPECT_NE(before, loss_with(NormPosition::after_activation, 0));
    EXPECT_NE(before, loss_with(NormPosition::before_activation, 1));
    // Untouched by normalisation and hardly trained: about log 2.
    EXPECT_NEAR(loss_with(NormPosition::none, 0), 0.693, 0.02);
}

TEST(ParameterCount, FollowsKerasFormulas) {
    models::ClassifierOptions options;
    options.cell = Cell::lstm;
    EXPECT_EQ(count_parameters(options).recurrent, 4 * (64 * (128 + 64) + 64));
    EXPECT_EQ(count_parameters(options).all, 10000 * 128 + 4 * (64 * (128 + 64) + 64) + 65);
    options.cell = Cell::gru;
    EXPECT_EQ(count_parameters(options).recurrent, 3 * (64 * (128 + 64) + 2 * 64));
}

TEST(RunClaim, TakesAnEqualMeasurementFromTheFolder) {
    const test::ScratchFolder folder;
    int measured = 0;
    Claim claim;
    claim.name = "numbers";
    claim.estimand = "a number";
    claim.rule = Rule::above(0);
    claim.on_reviews = false;
    claim.set_up = [](const Sizes&) { return std::string("counted"); };
    claim.measure = [&](Laboratory&, std::span<const std::uint64_t> seeds) -> Measurement {
        ++measured;
        std::vector<double> values;
        for (const auto seed : seeds) values.push_back(1 + 0.001 * static_cast<double>(seed));
        return {values, {{"detail", {1, INFINITY}}}, {}};
    };
    Laboratory lab(small_options(folder.path()));
    EXPECT_EQ(run_claim(claim, lab, {0, 1}).judgement.verdict, Verdict::supported);
    const auto again = run_claim(claim, lab, {0, 1});
    EXPECT_TRUE(again.from_file);
    EXPECT_EQ(again.measurement.details.at(0).name, "detail");
    EXPECT_EQ(again.measurement.details.at(0).values.at(0), 1);
    EXPECT_FALSE(std::isfinite(again.measurement.details.at(0).values.at(1)));
    EXPECT_EQ(measured, 1);
    EXPECT_FALSE(run_claim(claim, lab, {0, 1, 2}).from_file) << "other seeds are another measurement";
    std::ofstream(folder.path() / "numbers.json") << "{}";
    EXPECT_THROW((void)run_claim(claim, lab, {0, 1}), DataError);
}

TEST(RunClaim, AnUnfitExperimentDecidesNothing) {
    Claim claim;
    claim.name = "unfit";
    claim.rule = Rule::above(0);
    claim.on_reviews = false;
    claim.set_up = [](const Sizes&) { return std::string(); };
    claim.measure = [](Laboratory&, std::span<const std::uint64_t>) -> Measurement {
        return {{1, 1.1, 1.2}, {}, "nothing was learnt"};
    };
    Laboratory lab(small_options());
    std::vector<ClaimResult> results{run_claim(claim, lab, {0, 1, 2})};
    judge_together(results);
    EXPECT_EQ(results[0].judgement.verdict, Verdict::undecided);
    EXPECT_EQ(results[0].simultaneous, Verdict::undecided);
}

}  // namespace
}  // namespace cellwise::lab
