#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/files/text_settings.h"
#include "data/reviews/labels.h"
#include "data/reviews/vocabulary.h"

namespace cellwise::data {

/// The reviews of one split as word ids of differing lengths, back to back.
struct Reviews {
    std::vector<std::int32_t> ids;          ///< all reviews' ids, one review after another
    std::vector<std::uint64_t> offsets{0};  ///< [reviews + 1]: review i is ids[offsets[i] … offsets[i + 1])
    std::vector<std::uint8_t> labels;       ///< [reviews]: 1 positive, 0 negative

    [[nodiscard]] std::size_t size() const { return labels.size(); }
    [[nodiscard]] std::span<const std::int32_t> review(std::size_t index) const {
        return std::span(ids).subspan(offsets[index], offsets[index + 1] - offsets[index]);
    }
    /// Appends one review.
    void add(std::span<const std::int32_t> review_ids, std::uint8_t label);
};

/// Where a data set came from, for the line that every run prints and for run folders.
struct Source {
    std::string kind;                ///< "imdb", "synthetic", or one's own: "table" (CSV, JSONL), "label_folder"
    std::string path;                ///< the file or folder read; empty for the synthetic corpus
    std::string sha256;              ///< of the ids and labels before any limit or vocabulary size; identifies the data
    std::string prepared_copy = {};  ///< the file in the cache, read or just written; empty if none is kept
    bool from_cache = false;         ///< whether that file was read instead of the data itself
    [[nodiscard]] bool is_synthetic() const { return kind == "synthetic"; }
};

/// What `keras.datasets.imdb.load_data(num_words)` gives, with the vocabulary and the source.
struct Dataset {
    Reviews train;
    Reviews test;
    Vocabulary vocabulary;
    Source source;
    LabelNames labels = {};  ///< what the labels of one's own texts are called
};

/// What to load and how. Defaults are the tutorial's.
struct DataOptions {
    /// --data: a file or folder, or "synthetic" for the built-in reviews; else CELLWISE_DATA, else the
    /// places of docs/data.md.
    std::optional<std::string> path;
    bool offline = false;  ///< never download
    std::int64_t vocabulary_size = 10000;
    std::int64_t limit = 0;  ///< first reviews of each split after the shuffle; 0 = all
    std::string text_column = "text";
    std::string label_column = "label";
    /// --test-data: a table or label folder to test with; only beside one's own texts in `path`.
    std::optional<std::string> test_path;
    /// The words by rank that all reviews are read by (a trained model's); empty: the data's own, of one's own texts
    /// the train split's. Reviews that come as ids are renumbered.
    std::vector<std::string> words_by_rank;
    TextSettings texts = {};  ///< how one's own texts, and the reviews of an archive, are read
};

/// Finds, reads (or takes from the cache) and prepares the data set. Says on standard error which
/// data it used. Throws UsageError, DataError (file, place, what to do), EnvironmentError.
[[nodiscard]] Dataset load_dataset(const DataOptions& options);

/// Only the texts of options.test_path, all of them, read by options.words_by_rank, as the test split: what a trained
/// model is tested with. Throws likewise.
[[nodiscard]] Dataset load_test_texts(const DataOptions& options);

/// A split as one matrix of ids, padded and truncated AT THE FRONT with 0, as Keras's pad_sequences.
struct PaddedReviews {
    std::size_t length = 0;            ///< positions in a row
    std::vector<std::int32_t> ids;     ///< [reviews, length]
    std::vector<std::uint8_t> labels;  ///< [reviews]
    [[nodiscard]] std::size_t size() const { return labels.size(); }
    [[nodiscard]] std::span<const std::int32_t> row(std::size_t index) const {
        return std::span(ids).subspan(index * length, length);
    }
};

[[nodiscard]] PaddedReviews pad(const Reviews& reviews, std::size_t length);  ///< UsageError for too little memory

}  // namespace cellwise::data
