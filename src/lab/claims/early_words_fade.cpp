#include <fmt/format.h>

#include <algorithm>

#include "lab/claims/paired_values.h"
#include "lab/claims/registry.h"

namespace cellwise::lab {
namespace {

// The corpus knows some 200 words; every id fits.
constexpr std::int64_t synthetic_vocabulary = 256;
// At some distance a cue must be read at least this well, or nothing was learnt that could fade.
constexpr double learnt = 0.6;

std::int64_t words(const Sizes& sizes) { return sizes.pick(100, 30); }

// Words after the cue: the first two places are late in the review, the last two early.
std::vector<std::int64_t> distances(const Sizes& sizes) {
    return sizes.quick ? std::vector<std::int64_t>{0, 3, 15, 26, 29} : std::vector<std::int64_t>{0, 10, 50, 90, 99};
}

TrainingSpec spec_of(const Laboratory& lab, Cell cell, std::uint64_t seed) {
    const auto& sizes = lab.sizes();
    auto spec = lab.tutorial(cell, seed);
    SyntheticChoice choice;
    choice.corpus.train_reviews = sizes.pick(4000, 800);
    choice.corpus.test_reviews = sizes.pick(1000, 300);
    choice.corpus.min_length = choice.corpus.max_length = words(sizes);
    choice.corpus.cue_words = 1;
    choice.corpus.min_cue_distance = 0;
    choice.corpus.max_cue_distance = words(sizes) - 1;
    choice.probe_distances = distances(sizes);
    spec.synthetic = choice;
    spec.reviews = {0, 0, false, words(sizes) + 1};  // the start token too
    spec.model.vocabulary_size = synthetic_vocabulary;
    spec.training.epochs = sizes.pick(10, 10);
    return spec;
}

/// A cell's accuracies at the probes' distances, and what is lost from late to early cues.
struct Fading {
    std::vector<std::vector<double>> by_distance;
    std::vector<double> late, early, loss;
};

Fading fading_of(Laboratory& lab, Cell cell, std::span<const std::uint64_t> seeds) {
    const auto outcomes = lab.train_each(seeds, [&](std::uint64_t seed) { return spec_of(lab, cell, seed); });
    Fading fading;
    fading.by_distance.resize(distances(lab.sizes()).size());
    for (const auto& outcome : outcomes) {
        for (std::size_t i = 0; i < fading.by_distance.size(); ++i) {
            fading.by_distance[i].push_back(outcome.probe_accuracies.at(i));
        }
    }
    const auto& all = fading.by_distance;
    fading.late = mean_of({all[0], all[1]});
    fading.early = mean_of({all[all.size() - 2], all.back()});
    fading.loss = minus(fading.late, fading.early);
    return fading;
}

void add_details(Measurement& measurement, Laboratory& lab, Cell cell, const Fading& fading) {
    const auto all = distances(lab.sizes());
    for (std::size_t i = 0; i < all.size(); ++i) {
        measurement.details.push_back(
            {fmt::format("{}: accuracy, cue {} words from the end", cell_title(cell), all[i]), fading.by_distance[i]});
    }
    measurement.details.push_back({fmt::format("{}: late − early", cell_title(cell)), fading.loss});
    double best = 0;
    for (const auto& accuracies : fading.by_distance) best = std::max(best, statistics::mean(accuracies));
    if (best < learnt) {
        measurement.unfit =
            fmt::format("the {} has learnt to read a cue at no distance (best mean accuracy {:.3f}, below {})",
                        cell_title(cell), best, learnt);
    }
}

Claim fading_claim() {
    Claim claim;
    claim.unit = "accuracy";
    claim.rule = Rule::above(0);
    claim.seeds = 8;
    claim.on_reviews = false;
    claim.set_up = [](const Sizes& sizes) {
        const auto all = distances(sizes);
        return fmt::format(
            "Synthetic reviews of {} words with one cue word anywhere, a new corpus of {} for each seed; Embedding({}, "
            "{}), {} units, Adam, batch 64, 10 epochs. Tested on {} reviews with the cue {} or {} (late) and {} or {} "
            "(early) words from the end. A cell whose best accuracy "
            "is below {} counts as not having learnt: then undecided.",
            words(sizes), sizes.pick(4000, 800), synthetic_vocabulary, sizes.embedding_size, sizes.hidden_size,
            sizes.pick(1000, 300), all[0], all[1], all[3], all[4], learnt);
    };
    return claim;
}

Claim fades(Cell cell, const std::string& name) {
    auto claim = fading_claim();
    claim.name = "early-words-fade-" + name;
    claim.statement = fmt::format("Early words fade from the memory of the {}.",
                                  cell == Cell::simple_rnn ? "SimpleRNN" : std::string(cell_title(cell)));
    claim.estimand = fmt::format("the {}'s accuracy with late cues minus that with early ones", cell_title(cell));
    claim.measure = [cell](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        Measurement measurement;
        const auto fading = fading_of(lab, cell, seeds);
        measurement.values = fading.loss;
        add_details(measurement, lab, cell, fading);
        return measurement;
    };
    return claim;
}

Claim fades_less(Cell cell, const std::string& name) {
    auto claim = fading_claim();
    claim.name = fmt::format("early-words-fade-less-in-{}-than-rnn", name);
    claim.statement =
        fmt::format("Early words fade less from the memory of the {} than from the SimpleRNN's.", cell_title(cell));
    claim.estimand =
        fmt::format("loss of accuracy from late to early cues, the RNN's minus the {}'s", cell_title(cell));
    claim.measure = [cell](Laboratory& lab, std::span<const std::uint64_t> seeds) {
        Measurement measurement;
        const auto rnn = fading_of(lab, Cell::simple_rnn, seeds), other = fading_of(lab, cell, seeds);
        measurement.values = minus(rnn.loss, other.loss);
        add_details(measurement, lab, Cell::simple_rnn, rnn);
        add_details(measurement, lab, cell, other);
        return measurement;
    };
    return claim;
}

}  // namespace

std::vector<Claim> early_words_fade() {
    return {fades(Cell::simple_rnn, "rnn"), fades(Cell::lstm, "lstm"), fades(Cell::gru, "gru"),
            fades_less(Cell::lstm, "lstm"), fades_less(Cell::gru, "gru")};
}

}  // namespace cellwise::lab
