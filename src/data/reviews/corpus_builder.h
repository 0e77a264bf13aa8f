#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/reviews/load_data.h"
#include "data/reviews/raw_reviews.h"

namespace cellwise::data {

/// Turns raw texts into ranks. Words are split by data/tokenizer.h, in a thread of its own, while the
/// caller reads on; each text is thrown away as soon as its words are known.
class CorpusBuilder {
public:
    CorpusBuilder();
    CorpusBuilder(const CorpusBuilder&) = delete;
    CorpusBuilder& operator=(const CorpusBuilder&) = delete;
    ~CorpusBuilder();

    void add(RawReview review);

    /// The order of each split's reviews in the result.
    enum class Order {
        as_added,
        load_data,  ///< sorted by name within positive and then negative, then load_data's shuffle
    };

    /// Ends the building, once. The ranks come from `words_by_rank`; if that is empty, from the words
    /// of the train split, the most frequent first, equally frequent ones by their bytes (Keras's own
    /// order among those cannot be known from the text). Words without a rank are dropped. With
    /// Order::load_data, throws DataError if a review's name stands twice in its folder.
    [[nodiscard]] Prepared finish(std::vector<std::string> words_by_rank, Order order);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Builds from the archive or the unpacked folder by the words of a word index, which may be empty. Errors:
/// read_archive, read_folder, read_word_index.
[[nodiscard]] Prepared prepare_raw(const std::filesystem::path& archive_or_folder,
                                   const std::filesystem::path& word_index, Encoding encoding = Encoding::utf8);

/// The same by these words; none: those of the train split.
[[nodiscard]] Prepared prepare_raw_by_words(const std::filesystem::path& archive_or_folder,
                                            std::vector<std::string> words_by_rank, Encoding encoding);

}  // namespace cellwise::data
