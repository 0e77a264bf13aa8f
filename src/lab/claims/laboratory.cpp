#include "lab/claims/laboratory.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <system_error>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/parallel_for.h"
#include "core/paths.h"
#include "core/strict_json.h"
#include "lab/claims/training_job.h"

namespace cellwise::lab {
namespace {

constexpr std::uintmax_t most_outcome_bytes = 1 << 20;

std::filesystem::path temporary_folder() {
    auto name = (cellwise::temporary_folder() / "cellwise-claims-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw EnvironmentError(fmt::format("{}: cannot make a temporary folder", name));
    }
    return name;
}

// The longest `count` reviews, in the order they stand in.
data::Reviews longest_of(const data::Reviews& all, std::int64_t count) {
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t one, std::size_t other) {
        return all.review(one).size() > all.review(other).size();
    });
    if (count > 0 && static_cast<std::size_t>(count) < order.size()) order.resize(static_cast<std::size_t>(count));
    std::sort(order.begin(), order.end());
    data::Reviews chosen;
    for (const auto index : order) chosen.add(all.review(index), all.labels[index]);
    return chosen;
}

}  // namespace

std::int64_t Sizes::reviews(std::int64_t count) const {
    if (most_reviews == 0) return count;
    return count == 0 ? most_reviews : std::min(count, most_reviews);
}

Laboratory::Laboratory(Options options) : options_(std::move(options)), threads_(usable_threads(options_.threads)) {
    if (options_.folder.empty()) {
        options_.folder = temporary_folder();
        owns_folder_ = true;
    }
    options_.data.vocabulary_size = options_.sizes.vocabulary_size;
    make_folder(options_.folder / "trainings");
}

Laboratory::~Laboratory() {
    if (!owns_folder_) return;
    std::error_code ignored;  // a left-over temporary folder is no reason to fail
    std::filesystem::remove_all(options_.folder, ignored);
}

const data::Dataset& Laboratory::dataset() {
    if (!dataset_) {
        dataset_ = data::load_dataset(options_.data);
        if (dataset_->train.size() == 0 || dataset_->test.size() == 0) {
            throw UsageError("the data set has an empty split: there must be reviews to train on and to test with");
        }
    }
    return *dataset_;
}

TrainingSpec Laboratory::tutorial(Cell cell, std::uint64_t seed) const {
    const auto& sizes = options_.sizes;
    TrainingSpec spec;
    spec.model.cell = cell;
    spec.model.vocabulary_size = sizes.vocabulary_size;
    spec.model.embedding_size = sizes.embedding_size;
    spec.model.hidden_size = sizes.hidden_size;
    spec.model.engine = options_.engine;
    spec.seed = seed;
    spec.reviews = {sizes.reviews(0), sizes.reviews(0), false, sizes.length};
    return spec;
}

const data::PaddedReviews& Laboratory::padded(const ReviewChoice& choice, bool test) {
    const auto& set = dataset();
    const auto count = test ? choice.test : choice.train;
    const auto key = fmt::format("{} {} {} {}", test, count, choice.longest, choice.length);
    const auto found = padded_.find(key);
    if (found != padded_.end()) return found->second;
    auto reviews = test ? set.test : set.train;
    if (choice.longest) {
        reviews = longest_of(reviews, count);
    } else {
        data::keep_first(reviews, count);
    }
    return padded_.emplace(key, data::pad(reviews, static_cast<std::size_t>(choice.length))).first->second;
}

std::filesystem::path Laboratory::outcome_file(const TrainingSpec& spec) {
    const auto data_hash = spec.synthetic ? std::string() : dataset().source.sha256;
    return options_.folder / "trainings" / (sha256(spec.key() + "\n" + data_hash).substr(0, 24) + ".json");
}

std::optional<TrainingOutcome> Laboratory::known(const TrainingSpec& spec) {
    const auto key = spec.key();
    if (const auto found = outcomes_.find(key); found != outcomes_.end()) return found->second;
    const auto file = outcome_file(spec);
    if (!is_there(file)) return {};
    const auto json = parse_strict_json(read_file(file, most_outcome_bytes), file.string());
    if (!json.is_object() || json.value("training", "") != key || !json.contains("outcome")) {
        throw DataError(fmt::format("{}: not the outcome of the training its name stands for; remove it to train again",
                                    file.string()));
    }
    auto outcome = parse_outcome(json["outcome"], file.string());
    if (!outcome.model_file.empty() && !is_there(file.parent_path() / outcome.model_file)) return {};
    outcomes_[key] = outcome;
    return outcome;
}

TrainingOutcome Laboratory::train_one(const TrainingSpec& spec) {
    const auto file = outcome_file(spec);
    auto model_file = file;
    model_file.replace_extension(".safetensors");
    TrainingOutcome outcome;
    if (spec.synthetic) {
        const auto data = make_synthetic(*spec.synthetic, spec.seed, spec.reviews.length, spec.model.vocabulary_size);
        outcome = run_training(spec, data.train, data.test, data.probes, model_file);
    } else {
        outcome = run_training(spec, padded(spec.reviews, false), padded(spec.reviews, true), {}, model_file);
    }
    const nlohmann::ordered_json document{{"training", spec.key()}, {"outcome", outcome_json(outcome)}};
    write_file_atomically(file, json_text(document, 2) + "\n");
    return outcome;
}

std::vector<TrainingOutcome> Laboratory::train(const std::vector<TrainingSpec>& specs) {
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        if (known(specs[i])) continue;
        const bool asked = std::any_of(missing.begin(), missing.end(),
                                       [&](std::size_t other) { return specs[other].key() == specs[i].key(); });
        if (!asked) missing.push_back(i);
        if (specs[i].synthetic) continue;
        // Here, as the trainings side by side only read.
        (void)padded(specs[i].reviews, false);
        (void)padded(specs[i].reviews, true);
    }
    std::size_t done = 0;
    side_by_side(missing.size(), [&](std::size_t i) {
        const auto& spec = specs[missing[i]];
        const auto outcome = train_one(spec);
        const std::lock_guard lock(mutex_);
        outcomes_[spec.key()] = outcome;
        ++done;
        log::notice(fmt::format("training {} of {}: {} seed {}: test accuracy {:.4f}{} ({:.1f} s)", done,
                                missing.size(), cell_title(spec.model.cell), spec.seed, outcome.test_accuracy,
                                outcome.diverged ? ", diverged" : "", outcome.seconds));
    });
    std::vector<TrainingOutcome> outcomes;
    for (const auto& spec : specs) outcomes.push_back(outcomes_.at(spec.key()));
    return outcomes;
}

std::vector<TrainingOutcome> Laboratory::train_each(std::span<const std::uint64_t> seeds,
                                                    const std::function<TrainingSpec(std::uint64_t)>& spec_of) {
    std::vector<TrainingSpec> specs;
    for (const auto seed : seeds) specs.push_back(spec_of(seed));
    return train(specs);
}

void Laboratory::side_by_side(std::size_t count, const std::function<void(std::size_t)>& work) const {
    parallel_for(count, static_cast<int>(threads_), [&](std::size_t i) {
        compute_alone();  // holds for the calling thread
        work(i);
    });
    (void)usable_threads(options_.threads);
}

}  // namespace cellwise::lab
