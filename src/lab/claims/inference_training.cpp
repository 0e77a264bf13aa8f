#include "lab/claims/inference_training.h"

#include <fmt/format.h>

#include "lab/claims/paired_values.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t inference_reviews = 2000;

}  // namespace

TrainingSpec inference_training(const Laboratory& lab, std::uint64_t seed) {
    auto spec = lab.tutorial(Cell::lstm, seed);
    spec.reviews.train = spec.reviews.test = lab.sizes().reviews(inference_reviews);
    return spec;
}

std::string inference_training_text(const Sizes& sizes) {
    return fmt::format("{}; {} words, Adam, batch 64, 3 epochs on {}.", model_text("LSTM", sizes), sizes.length,
                       reviews_text(sizes, inference_reviews, inference_reviews));
}

}  // namespace cellwise::lab
