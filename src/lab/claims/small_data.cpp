#include "lab/claims/small_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "lab/claims/paired_values.h"
#include "lab/claims/tutorial_training.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t small_data_epochs = 10;
constexpr std::int64_t test_reviews = 10000;

std::vector<std::int64_t> small_sizes(const Sizes& sizes) {
    return sizes.quick ? std::vector<std::int64_t>{300, 1000} : std::vector<std::int64_t>{1000, 2000, 5000};
}

std::vector<double> accuracies(Laboratory& lab, Cell cell, std::int64_t size, std::span<const std::uint64_t> seeds) {
    return values_of(lab.train_each(seeds,
                                    [&](std::uint64_t seed) {
                                        auto spec = lab.tutorial(cell, seed);
                                        spec.reviews.train = lab.sizes().reviews(size);
                                        spec.reviews.test = lab.sizes().reviews(test_reviews);
                                        spec.training.epochs = small_data_epochs;
                                        return spec;
                                    }),
                     &TrainingOutcome::test_accuracy);
}

}  // namespace

Measurement gru_minus_lstm_on_small_data(Laboratory& lab, std::span<const std::uint64_t> seeds) {
    Measurement measurement;
    const auto difference = [&](const std::string& size, const std::vector<double>& gru,
                                const std::vector<double>& lstm) {
        measurement.details.push_back({fmt::format("{} reviews: GRU's test accuracy", size), gru});
        measurement.details.push_back({fmt::format("{} reviews: LSTM's test accuracy", size), lstm});
        measurement.details.push_back({fmt::format("{} reviews: GRU − LSTM", size), minus(gru, lstm)});
        return minus(gru, lstm);
    };
    std::vector<std::vector<double>> differences;
    for (const auto size : small_sizes(lab.sizes())) {
        differences.push_back(difference(fmt::format("{}", size), accuracies(lab, Cell::gru, size, seeds),
                                         accuracies(lab, Cell::lstm, size, seeds)));
    }
    measurement.values = mean_of(differences);
    (void)difference("all", tutorial_accuracies(lab, Cell::gru, seeds), tutorial_accuracies(lab, Cell::lstm, seeds));
    return measurement;
}

std::string small_data_text(const Sizes& sizes) {
    return fmt::format(
        "{}; {} words, Adam, batch 64; the first {} training reviews, {} epochs each, tested on {} reviews. "
        "The "
        "tutorial's training on all reviews (3 epochs) stands beside them.",
        model_text("GRU or LSTM", sizes), sizes.length, fmt::join(small_sizes(sizes), " or "), small_data_epochs,
        sizes.reviews(test_reviews));
}

}  // namespace cellwise::lab
