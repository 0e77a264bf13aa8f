#include "lab/claims/regularised_training.h"

#include <fmt/format.h>

#include "lab/claims/paired_values.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t regularised_reviews = 5000;
constexpr std::int64_t regularised_epochs = 8;

std::string training_text(const Sizes& sizes) {
    return fmt::format("{}; {} words, Adam, batch 64, {} epochs on {}, enough to overfit.", model_text("LSTM", sizes),
                       sizes.length, regularised_epochs, reviews_text(sizes, regularised_reviews, regularised_reviews));
}

}  // namespace

std::vector<TrainingOutcome> regularised_trainings(Laboratory& lab, Regularisation regularisation,
                                                   std::span<const std::uint64_t> seeds) {
    return lab.train_each(seeds, [&](std::uint64_t seed) {
        auto spec = lab.tutorial(Cell::lstm, seed);
        spec.reviews.train = spec.reviews.test = lab.sizes().reviews(regularised_reviews);
        spec.training.epochs = regularised_epochs;
        spec.training.l2 = regularisation.l2 ? l2_penalty_used : 0;
        spec.model.batch_norm = regularisation.batch_norm;
        spec.test_on_training = true;
        return spec;
    });
}

Measurement lowered_by(Regularisation regularisation, const std::string& name, double TrainingOutcome::*field,
                       const std::string& figure, Laboratory& lab, std::span<const std::uint64_t> seeds) {
    const auto without = values_of(regularised_trainings(lab, {}, seeds), field);
    const auto with = values_of(regularised_trainings(lab, regularisation, seeds), field);
    return {minus(without, with),
            {{fmt::format("{} without", figure), without}, {fmt::format("{} with {}", figure, name), with}},
            {}};
}

Measurement gap_narrowed_by(Regularisation regularisation, const std::string& name, Laboratory& lab,
                            std::span<const std::uint64_t> seeds) {
    const auto without = regularised_trainings(lab, {}, seeds);
    const auto with = regularised_trainings(lab, regularisation, seeds);
    Measurement measurement;
    const auto add = [&](const char* figure, const std::vector<double>& plain, const std::vector<double>& other) {
        measurement.details.push_back({fmt::format("{} without", figure), plain});
        measurement.details.push_back({fmt::format("{} with {}", figure, name), other});
        return minus(plain, other);
    };
    const auto add_field = [&](const char* figure, double TrainingOutcome::*field) {
        (void)add(figure, values_of(without, field), values_of(with, field));
    };
    measurement.values = add("gap", accuracy_gaps(without), accuracy_gaps(with));
    add_field("training accuracy", &TrainingOutcome::train_accuracy);
    add_field("test accuracy", &TrainingOutcome::test_accuracy);
    add_field("test loss", &TrainingOutcome::test_loss);
    return measurement;
}

Measurement together_against(Regularisation alone, const std::string& name, Laboratory& lab,
                             std::span<const std::uint64_t> seeds) {
    const auto both = regularised_trainings(lab, {true, true}, seeds);
    const auto one = regularised_trainings(lab, alone, seeds);
    const auto neither = regularised_trainings(lab, {}, seeds);
    const auto both_accuracy = values_of(both, &TrainingOutcome::test_accuracy);
    const auto one_accuracy = values_of(one, &TrainingOutcome::test_accuracy);
    return {minus(both_accuracy, one_accuracy),
            {{"test accuracy with both", both_accuracy},
             {fmt::format("test accuracy with {} alone", name), one_accuracy},
             {"test accuracy with neither", values_of(neither, &TrainingOutcome::test_accuracy)},
             {"train-test gap with both", accuracy_gaps(both)},
             {fmt::format("train-test gap with {} alone", name), accuracy_gaps(one)}},
            {}};
}

std::string l2_text(const Sizes& sizes) {
    return fmt::format("{} With the penalty {}·‖W‖² on kernel, recurrent kernel and dense kernel, and without.",
                       training_text(sizes), l2_penalty_used);
}

std::string batch_norm_text(const Sizes& sizes) {
    return training_text(sizes) +
           " With batch normalisation (Keras's momentum 0.99 and ε 0.001) between the last hidden state and the dense "
           "layer, and without.";
}

std::string l2_with_batch_norm_text(const Sizes& sizes) {
    return fmt::format("{} With the penalty {}·‖W‖², with batch normalisation before the dense layer, with both.",
                       training_text(sizes), l2_penalty_used);
}

}  // namespace cellwise::lab
