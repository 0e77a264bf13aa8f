#include "data/reviews/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <utility>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "data/reviews/corpus_builder.h"
#include "data/reviews/download.h"
#include "data/reviews/imdb_npz.h"
#include "data/reviews/load_data.h"
#include "data/reviews/locate.h"
#include "data/reviews/own_texts.h"
#include "data/reviews/prepared_cache.h"
#include "data/reviews/synthetic.h"

namespace cellwise::data {
namespace {

void validate(const DataOptions& options) {
    require_vocabulary_size(options.vocabulary_size);
    options.texts.validate();
    if (options.limit < 0) throw UsageError(fmt::format("--limit {} is negative; 0 means all reviews", options.limit));
}

/// The data of an explicit path; nothing for the word that asks for the built-in reviews.
std::optional<Location> named_data(const std::string& path) {
    if (path == "synthetic") return std::nullopt;
    return locate(path);
}

/// Nothing if the synthetic corpus is wanted or has to do.
std::optional<Location> find_data(const DataOptions& options) {
    if (options.path) return named_data(*options.path);
    if (const char* variable = std::getenv("CELLWISE_DATA"); variable != nullptr && *variable != '\0') {
        return named_data(variable);
    }
    if (auto location = find_in_usual_places()) return location;
    std::string reason = "--offline forbids a download";
    if (!options.offline) {
        try {
            download_imdb();
            return locate(download_folder());
        } catch (const Error& error) {
            reason = error.what();
        }
    }
    log::warning(
        fmt::format("the IMDB reviews were not found and not downloaded: {}\nThe built-in SYNTHETIC reviews are used "
                    "instead: their results say nothing about real ones. Give the data with --data.",
                    reason));
    return std::nullopt;
}

void report_missing_word_index(const Location& location) {
    if (!location.word_index.empty()) return;
    if (location.form == Form::npz) {
        log::notice(
            "there is no imdb_word_index.json beside the npz: ids cannot be turned into words, nor words into ids");
    } else {
        log::notice(
            "there is no imdb_word_index.json beside the reviews: words are ranked by their count in the train "
            "split, then by the word; equally frequent words have other ids than Keras's");
    }
}

/// Data of which no copy is kept: making it is quick.
PreparedData unkept(Prepared data) {
    PreparedData result{std::move(data), "", "", false};
    result.content_sha256 = content_sha256(result.data.train, result.data.test);
    return result;
}

/// What --test-data names.
std::optional<Location> own_test(const DataOptions& options) {
    if (!options.test_path) return std::nullopt;
    auto location = locate(*options.test_path);
    if (is_own(location.form)) return location;
    throw UsageError(fmt::format("--test-data '{}' is no table (.csv, .tsv, .jsonl) and no folder of two labels",
                                 *options.test_path));
}

/// Reviews with the words' ids by which a model reads them, not by those of the data.
PreparedData by_model_words(PreparedData prepared, const std::function<Prepared(Prepared)>& renumber,
                            const DataOptions& options) {
    if (options.words_by_rank.empty() || options.words_by_rank == prepared.data.words_by_rank) return prepared;
    log::notice("the words of these reviews are numbered as the model's are, which has other ones");
    return unkept(renumber(std::move(prepared.data)));
}

PreparedData prepare(const Location& location, const DataOptions& options) {
    if (is_own(location.form)) {
        return unkept(prepare_own_texts({location, own_test(options), options.text_column, options.label_column,
                                         options.words_by_rank, options.texts}));
    }
    std::vector<std::filesystem::path> files{location.path};
    if (!location.word_index.empty()) files.push_back(location.word_index);
    report_missing_word_index(location);
    const auto origin = fmt::format("'{}'", location.path.string());
    if (location.form == Form::npz) {
        return by_model_words(
            load_prepared("npz", files, [&] { return prepare_npz(location.path, location.word_index); }),
            [&](Prepared data) { return numbered_by(std::move(data), options.words_by_rank, origin); }, options);
    }
    const auto encoding = options.texts.bytes();
    // 2: reviews that are not of the encoding are refused.
    const auto recipe = encoding == Encoding::utf8 ? "raw 2" : fmt::format("raw 2 {}", encoding_name(encoding));
    // The texts are read again: words that the data's own index lacks may be among the model's.
    return by_model_words(
        load_prepared(recipe, files, [&] { return prepare_raw(location.path, location.word_index, encoding); }),
        [&](const Prepared&) { return prepare_raw_by_words(location.path, options.words_by_rank, encoding); }, options);
}

PreparedData prepare_synthetic(const DataOptions& options) {
    return by_model_words(
        unkept(synthetic_corpus(SyntheticOptions{})),
        [&](Prepared data) { return numbered_by(std::move(data), options.words_by_rank, "the synthetic corpus"); },
        options);
}

void report(const Dataset& dataset, std::size_t all_train, std::size_t all_test) {
    const bool is_cut = dataset.train.size() != all_train || dataset.test.size() != all_test;
    const std::string name =
        dataset.source.is_synthetic()
            ? "SYNTHETIC reviews (built in)"
            : fmt::format("{} ({})", std::filesystem::path(dataset.source.path).filename().string(),
                          dataset.source.path);
    log::notice(fmt::format("data: {}: {} train, {} test reviews{}", name, dataset.train.size(), dataset.test.size(),
                            is_cut ? fmt::format(" (the first of {} and {})", all_train, all_test) : ""));
}

Dataset dataset_of(PreparedData prepared, const std::optional<Location>& location, const DataOptions& options) {
    Dataset dataset;
    dataset.source.kind = location ? std::string(kind_of(location->form)) : "synthetic";
    dataset.source.path = location ? location->path.string() : "";
    dataset.source.sha256 = std::move(prepared.content_sha256);
    dataset.source.prepared_copy = prepared.copy.string();
    dataset.source.from_cache = prepared.from_cache;
    dataset.train = std::move(prepared.data.train);
    dataset.test = std::move(prepared.data.test);
    dataset.vocabulary = Vocabulary(std::move(prepared.data.words_by_rank));
    dataset.labels = std::move(prepared.data.labels);
    const std::size_t all_train = dataset.train.size();
    const std::size_t all_test = dataset.test.size();
    for (Reviews* reviews : {&dataset.train, &dataset.test}) {
        keep_first(*reviews, options.limit);
        cut_vocabulary(*reviews, options.vocabulary_size);
    }
    report(dataset, all_train, all_test);
    return dataset;
}

}  // namespace

void Reviews::add(std::span<const std::int32_t> review_ids, std::uint8_t label) {
    ids.insert(ids.end(), review_ids.begin(), review_ids.end());
    offsets.push_back(ids.size());
    labels.push_back(label);
}

PaddedReviews pad(const Reviews& reviews, std::size_t length) {
    require_memory(4.0 * static_cast<double>(reviews.size()) * static_cast<double>(length),
                   fmt::format("padding {} reviews to {} words", reviews.size(), length),
                   "make --length or --limit smaller");
    PaddedReviews padded;
    padded.length = length;
    padded.labels = reviews.labels;
    padded.ids.assign(reviews.size() * length, padding_id);
    for (std::size_t i = 0; i < reviews.size(); ++i) {
        const auto review = reviews.review(i);
        const auto kept = review.last(std::min(length, review.size()));
        std::copy(kept.begin(), kept.end(),
                  padded.ids.begin() + static_cast<std::ptrdiff_t>((i + 1) * length - kept.size()));
    }
    return padded;
}

Dataset load_dataset(const DataOptions& options) {
    validate(options);
    const auto location = find_data(options);
    if (options.test_path && !(location && is_own(location->form))) {
        throw UsageError("--test-data goes with one's own texts in --data: a table or a folder of two labels");
    }
    return dataset_of(location ? prepare(*location, options) : prepare_synthetic(options), location, options);
}

Dataset load_test_texts(const DataOptions& options) {
    validate(options);
    const auto location = own_test(options);
    return dataset_of(
        unkept(prepare_test_texts(
            {{}, location, options.text_column, options.label_column, options.words_by_rank, options.texts})),
        location, options);
}

}  // namespace cellwise::data
