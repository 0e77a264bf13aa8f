#include "lab/claims/early_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lab/claims/paired_values.h"

namespace cellwise::lab {
namespace {

// The corpus knows some 200 words; every id fits.
constexpr std::int64_t early_words_vocabulary = 256;
// At some distance a cue must be read at least this well, or nothing was learnt that could fade.
constexpr double early_words_learnt = 0.6;

constexpr std::int64_t early_words_epochs = 10;

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
    spec.model.vocabulary_size = early_words_vocabulary;
    spec.training.epochs = early_words_epochs;
    return spec;
}

/// A cell's accuracies at the probes' distances, and what is lost from late to early cues.
struct Fading {
    std::vector<std::vector<double>> by_distance;
    std::vector<double> late, early, loss;
};

Fading fading_of(Cell cell, Laboratory& lab, std::span<const std::uint64_t> seeds) {
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

void add_details(Measurement& measurement, const Sizes& sizes, Cell cell, const Fading& fading) {
    const auto all = distances(sizes);
    for (std::size_t i = 0; i < all.size(); ++i) {
        measurement.details.push_back(
            {fmt::format("{}: accuracy, cue {} words from the end", cell_title(cell), all[i]), fading.by_distance[i]});
    }
    measurement.details.push_back({fmt::format("{}: late − early", cell_title(cell)), fading.loss});
    double best = 0;
    for (const auto& accuracies : fading.by_distance) best = std::max(best, statistics::mean(accuracies));
    if (best < early_words_learnt) {
        measurement.unfit =
            fmt::format("the {} has learnt to read a cue at no distance (best mean accuracy {:.3f}, below {})",
                        cell_title(cell), best, early_words_learnt);
    }
}

}  // namespace

Measurement fading(Cell cell, Laboratory& lab, std::span<const std::uint64_t> seeds) {
    Measurement measurement;
    const auto of_cell = fading_of(cell, lab, seeds);
    measurement.values = of_cell.loss;
    add_details(measurement, lab.sizes(), cell, of_cell);
    return measurement;
}

Measurement fading_against_rnn(Cell cell, Laboratory& lab, std::span<const std::uint64_t> seeds) {
    Measurement measurement;
    const auto rnn = fading_of(Cell::simple_rnn, lab, seeds), other = fading_of(cell, lab, seeds);
    measurement.values = minus(rnn.loss, other.loss);
    add_details(measurement, lab.sizes(), Cell::simple_rnn, rnn);
    add_details(measurement, lab.sizes(), cell, other);
    return measurement;
}

std::string fading_estimand(Cell cell) {
    return fmt::format("the {}'s accuracy with late cues minus that with early ones; less than {} counts as none",
                       cell_title(cell), no_fading);
}

std::string fading_against_rnn_estimand(Cell cell) {
    return fmt::format("loss of accuracy from late to early cues, the RNN's minus the {}'s", cell_title(cell));
}

std::string fading_text(const Sizes& sizes) {
    const auto all = distances(sizes);
    return fmt::format(
        "Synthetic reviews of {} words with one cue word anywhere, a new corpus of {} for each seed; Embedding({}, "
        "{}), {} units, Adam, batch 64, {} epochs. Tested on {} reviews for each place of the cue: {} or "
        "{} (late) and "
        "{} or {} (early) words from the end. A cell whose best accuracy is below {} counts as not having "
        "learnt: then "
        "undecided.",
        words(sizes), sizes.pick(4000, 800), early_words_vocabulary, sizes.embedding_size, sizes.hidden_size,
        early_words_epochs, sizes.pick(1000, 300), all[0], all[1], all[all.size() - 2], all.back(), early_words_learnt);
}

}  // namespace cellwise::lab
