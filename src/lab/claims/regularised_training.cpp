#include "lab/claims/regularised_training.h"

#include <fmt/format.h>

#include "lab/claims/paired_values.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t reviews_used = 5000;
constexpr std::int64_t epochs = 8;

}  // namespace

TrainingSpec regularised_training(const Laboratory& lab, std::uint64_t seed, bool l2, bool batch_norm) {
    auto spec = lab.tutorial(Cell::lstm, seed);
    const auto count = lab.sizes().reviews(reviews_used);
    spec.reviews.train = spec.reviews.test = count;
    spec.training.epochs = epochs;
    spec.training.l2 = l2 ? l2_penalty_used : 0;
    spec.model.batch_norm = batch_norm;
    spec.test_on_training = true;
    return spec;
}

std::string regularised_training_text(const Sizes& sizes) {
    return fmt::format("{}; {} words, Adam, batch 64, {} epochs on {}, enough to overfit.", model_text("LSTM", sizes),
                       sizes.length, epochs, reviews_text(sizes, reviews_used, reviews_used));
}

}  // namespace cellwise::lab
