#include <fmt/format.h>

#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t epochs_on_small_sets = 10;
constexpr std::int64_t test_reviews = 10000;
// "Similar" allows the GRU to be this much worse.
constexpr double similar_margin = 0.02;

std::vector<std::int64_t> small_sizes(const Sizes& sizes) {
    return sizes.quick ? std::vector<std::int64_t>{300, 1000} : std::vector<std::int64_t>{1000, 2000, 5000};
}

TrainingSpec small_spec(const Laboratory& lab, Cell cell, std::int64_t size, std::uint64_t seed) {
    auto spec = lab.tutorial(cell, seed);
    spec.reviews.train = lab.sizes().reviews(size);
    spec.reviews.test = lab.sizes().reviews(test_reviews);
    spec.training.epochs = epochs_on_small_sets;
    return spec;
}

TrainingSpec full_spec(const Laboratory& lab, Cell cell, std::uint64_t seed) {
    auto spec = lab.tutorial(cell, seed);
    spec.keep_model = true;
    return spec;
}

Measurement measure(Laboratory& lab, std::span<const std::uint64_t> seeds) {
    Measurement measurement;
    std::vector<std::vector<double>> differences;
    const auto compare = [&](const std::string& size, const auto& spec_of) {
        const auto of = [&](Cell cell) {
            return values_of(lab.train_each(seeds, [&](std::uint64_t seed) { return spec_of(cell, seed); }),
                             &TrainingOutcome::test_accuracy);
        };
        const auto gru = of(Cell::gru), lstm = of(Cell::lstm);
        measurement.details.push_back({fmt::format("{} reviews: GRU's test accuracy", size), gru});
        measurement.details.push_back({fmt::format("{} reviews: LSTM's test accuracy", size), lstm});
        measurement.details.push_back({fmt::format("{} reviews: GRU − LSTM", size), minus(gru, lstm)});
        return minus(gru, lstm);
    };
    for (const auto size : small_sizes(lab.sizes())) {
        differences.push_back(compare(
            fmt::format("{}", size), [&](Cell cell, std::uint64_t seed) { return small_spec(lab, cell, size, seed); }));
    }
    measurement.values = mean_of(differences);
    (void)compare("all", [&](Cell cell, std::uint64_t seed) { return full_spec(lab, cell, seed); });
    return measurement;
}

Claim small_data_claim() {
    Claim claim;
    claim.unit = "accuracy";
    claim.seeds = 8;
    claim.set_up = [](const Sizes& sizes) {
        const auto small = small_sizes(sizes);
        return fmt::format(
            "{}; {} words, Adam, batch 64; the first {} training reviews, 10 epochs each, tested on {} reviews. The "
            "tutorial's training on all reviews (3 epochs) stands beside them.",
            model_text("GRU or LSTM", sizes), sizes.length,
            sizes.quick ? fmt::format("{} or {}", small[0], small[1])
                        : fmt::format("{}, {} or {}", small[0], small[1], small[2]),
            sizes.reviews(test_reviews));
    };
    claim.measure = measure;
    return claim;
}

}  // namespace

std::vector<Claim> gru_on_small_data() {
    auto better = small_data_claim();
    better.name = "gru-better-on-small-data";
    better.statement = "On small training sets the GRU is better than the LSTM.";
    better.estimand = "test accuracy of the GRU minus that of the LSTM, mean over the small sizes";
    better.rule = Rule::above(0);
    auto similar = small_data_claim();
    similar.name = "gru-similar-or-better-on-small-data";
    similar.statement = "On small training sets the GRU is similar to the LSTM or better (at most 0.02 worse).";
    similar.estimand = better.estimand;
    similar.rule = Rule::above(-similar_margin);
    return {better, similar};
}

}  // namespace cellwise::lab
