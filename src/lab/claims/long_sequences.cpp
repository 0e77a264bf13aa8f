#include "lab/claims/long_sequences.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "lab/claims/paired_values.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t long_sequences_reviews = 5000;
constexpr std::int64_t long_sequences_epochs = 5;
// A cell that does not learn on the shortest sequences has nothing to lose on the longest.
constexpr double long_sequences_learnt = 0.6;

std::vector<std::int64_t> lengths(const Sizes& sizes) {
    return sizes.quick ? std::vector<std::int64_t>{20, 60, 180} : std::vector<std::int64_t>{50, 100, 200, 400, 800};
}

TrainingSpec spec_of(const Laboratory& lab, Cell cell, std::int64_t length, std::uint64_t seed) {
    auto spec = lab.tutorial(cell, seed);
    const auto count = lab.sizes().reviews(long_sequences_reviews);
    spec.reviews = {count, count, true, length};
    spec.training.epochs = long_sequences_epochs;
    return spec;
}

/// Test accuracy at each length, for every seed; adds them to the details.
std::vector<std::vector<double>> accuracies(Laboratory& lab, Cell cell, std::span<const std::uint64_t> seeds,
                                            std::vector<Detail>& details) {
    std::vector<TrainingSpec> specs;
    const auto all = lengths(lab.sizes());
    for (const auto length : all) {
        for (const auto seed : seeds) specs.push_back(spec_of(lab, cell, length, seed));
    }
    const auto flat = values_of(lab.train(specs), &TrainingOutcome::test_accuracy);
    std::vector<std::vector<double>> by_length;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto first = flat.begin() + static_cast<std::ptrdiff_t>(i * seeds.size());
        by_length.emplace_back(first, first + static_cast<std::ptrdiff_t>(seeds.size()));
        details.push_back({fmt::format("{}, {} words: test accuracy", cell_title(cell), all[i]), by_length.back()});
    }
    return by_length;
}

}  // namespace

Measurement lstm_change_minus(Cell rival, Laboratory& lab, std::span<const std::uint64_t> seeds) {
    Measurement measurement;
    const auto change = [&](Cell cell) {
        const auto by_length = accuracies(lab, cell, seeds, measurement.details);
        const double shortest = statistics::mean(by_length.front());
        if (shortest < long_sequences_learnt) {
            measurement.unfit =
                fmt::format("the {} has not learnt even the shortest sequences (mean accuracy {:.3f}, below {})",
                            cell_title(cell), shortest, long_sequences_learnt);
        }
        return minus(by_length.back(), by_length.front());
    };
    const auto lstm = change(Cell::lstm), other = change(rival);
    measurement.details.push_back({"LSTM: change from shortest to longest", lstm});
    measurement.details.push_back({fmt::format("{}: change", cell_title(rival)), other});
    measurement.values = minus(lstm, other);
    return measurement;
}

std::string long_sequences_estimand(Cell rival) {
    return fmt::format("change of test accuracy from the shortest to the longest sequences, the LSTM's minus the {}'s",
                       cell_title(rival));
}

std::string long_sequences_text(const Sizes& sizes) {
    return fmt::format(
        "{}; Adam, batch 64, {} epochs on the {} longest reviews of each split, cut to their last {} "
        "words. A cell "
        "below {} at the shortest length counts as not having learnt: then undecided.",
        model_text("LSTM, GRU or SimpleRNN", sizes), long_sequences_epochs, sizes.reviews(long_sequences_reviews),
        fmt::join(lengths(sizes), ", "), long_sequences_learnt);
}

}  // namespace cellwise::lab
