#include <fmt/format.h>

#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"

namespace cellwise::lab {
namespace {

constexpr std::int64_t reviews_used = 5000;
constexpr std::int64_t epochs = 5;
// A cell that does not learn on the shortest sequences has nothing to lose on the longest.
constexpr double learnt = 0.6;

std::vector<std::int64_t> lengths(const Sizes& sizes) {
    return sizes.quick ? std::vector<std::int64_t>{20, 60, 180} : std::vector<std::int64_t>{50, 200, 800};
}

TrainingSpec spec_of(const Laboratory& lab, Cell cell, std::int64_t length, std::uint64_t seed) {
    auto spec = lab.tutorial(cell, seed);
    const auto count = lab.sizes().reviews(reviews_used);
    spec.reviews = {count, count, true, length};
    spec.training.epochs = epochs;
    return spec;
}

/// Test accuracy at each length, for every seed.
std::vector<std::vector<double>> accuracies(Laboratory& lab, Cell cell, std::span<const std::uint64_t> seeds) {
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
    }
    return by_length;
}

Measurement compare_with(Cell rival, Laboratory& lab, std::span<const std::uint64_t> seeds) {
    const auto lstm = accuracies(lab, Cell::lstm, seeds);
    const auto other = accuracies(lab, rival, seeds);
    Measurement measurement;
    const auto all = lengths(lab.sizes());
    for (std::size_t i = 0; i < all.size(); ++i) {
        measurement.details.push_back({fmt::format("LSTM, {} words: test accuracy", all[i]), lstm[i]});
        measurement.details.push_back(
            {fmt::format("{}, {} words: test accuracy", cell_title(rival), all[i]), other[i]});
    }
    const auto lstm_change = minus(lstm.back(), lstm.front()), other_change = minus(other.back(), other.front());
    measurement.details.push_back({"LSTM: change from shortest to longest", lstm_change});
    measurement.details.push_back({fmt::format("{}: change", cell_title(rival)), other_change});
    measurement.values = minus(lstm_change, other_change);
    for (const auto& [name, shortest] : {std::pair{Cell::lstm, lstm.front()}, std::pair{rival, other.front()}}) {
        if (statistics::mean(shortest) < learnt) {
            measurement.unfit =
                fmt::format("the {} has not learnt even the shortest sequences (mean accuracy {:.3f}, below {})",
                            cell_title(name), statistics::mean(shortest), learnt);
        }
    }
    return measurement;
}

Claim versus(Cell rival, const std::string& name) {
    Claim claim;
    claim.name = "lstm-stablest-on-long-sequences-vs-" + name;
    claim.statement =
        fmt::format("On long sequences the LSTM is more stable than the {}.", rival == Cell::gru ? "GRU" : "SimpleRNN");
    claim.estimand =
        fmt::format("change of test accuracy from the shortest to the longest sequences, the LSTM's minus the {}'s",
                    cell_title(rival));
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.seeds = 6;
    claim.set_up = [](const Sizes& sizes) {
        const auto all = lengths(sizes);
        return fmt::format(
            "{}; Adam, batch 64, {} epochs on the {} longest reviews of each split, cut to their last {}, {} or {} "
            "words. A cell below {} at the shortest length counts as not having learnt: then undecided.",
            model_text("LSTM, GRU or SimpleRNN", sizes), epochs, sizes.reviews(reviews_used), all[0], all[1], all[2],
            learnt);
    };
    claim.measure = [rival](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return compare_with(rival, lab, seeds);
    };
    return claim;
}

}  // namespace

std::vector<Claim> lstm_on_long_sequences() { return {versus(Cell::simple_rnn, "rnn"), versus(Cell::gru, "gru")}; }

}  // namespace cellwise::lab
