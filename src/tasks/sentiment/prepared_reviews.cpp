#include "tasks/sentiment/prepared_reviews.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "data/reviews/load_data.h"
#include "data/reviews/validation_split.h"
#include "tasks/sentiment/memory_need.h"

namespace cellwise::sentiment {
namespace {

/// --limit and --validation-split may leave one label of one's own texts.
void require_both_labels(const PreparedData& data) {
    const auto& labels = data.train.labels;
    const bool is_imdb = data.source.kind == "imdb" || data.source.is_synthetic();
    if (is_imdb || std::ranges::adjacent_find(labels, std::not_equal_to<>{}) != labels.end()) return;
    throw DataError(
        fmt::format("'{}': all {} texts left to train on have the label {}: make --limit larger, or "
                    "--validation-split smaller",
                    data.source.path, labels.size(), labels.front()));
}

}  // namespace

PreparedData prepare_data(const Configuration& configuration) {
    auto options = configuration.data;
    data::require_vocabulary_size(options.vocabulary_size);
    options.vocabulary_size = data::largest_vocabulary;
    auto dataset = data::load_dataset(options);
    if (dataset.train.size() == 0 || dataset.test.size() == 0) {
        throw UsageError("the data set has an empty split: there must be reviews to train on and to test with");
    }
    auto whole_test = dataset.test;
    for (auto* reviews : {&dataset.train, &dataset.test}) {
        data::cut_vocabulary(*reviews, configuration.data.vocabulary_size);
    }
    require_memory_for(configuration, sizes_of(dataset.train, dataset.test));
    const auto length = static_cast<std::size_t>(configuration.length);
    PreparedData prepared{
        std::move(dataset.source),       std::move(dataset.vocabulary), data::pad(dataset.train, length),
        data::pad(dataset.test, length), std::move(whole_test),         std::nullopt};
    if (configuration.validation_split > 0) {
        prepared.validation = data::take_validation(prepared.train, configuration.validation_split);
    }
    prepared.labels = std::move(dataset.labels);
    require_both_labels(prepared);
    return prepared;
}

void keep_label_names(Configuration& configuration, const data::LabelNames& labels) {
    auto& texts = configuration.data.texts;
    if (texts.positive_from || labels.positive == "positive" || labels.negative == "negative") return;
    texts.positive_label = labels.positive;
    texts.negative_label = labels.negative;
}

nlohmann::ordered_json data_json(const PreparedData& data) {
    return {{"kind", data.source.kind},           {"path", data.source.path},
            {"sha256", data.source.sha256},       {"synthetic", data.source.is_synthetic()},
            {"train_reviews", data.train.size()}, {"validation_reviews", data.validation ? data.validation->size() : 0},
            {"test_reviews", data.test.size()}};
}

std::vector<std::uint32_t> word_counts(const data::Reviews& reviews) {
    std::vector<std::uint32_t> counts;
    counts.reserve(reviews.size());
    for (std::size_t i = 0; i < reviews.size(); ++i) {
        counts.push_back(static_cast<std::uint32_t>(std::max<std::size_t>(1, reviews.review(i).size()) - 1));
    }
    return counts;
}

}  // namespace cellwise::sentiment
