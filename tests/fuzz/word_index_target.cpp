// imdb_word_index.json, and a run's vocabulary.json.
#include "data/reviews/word_index.h"

#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(word_index) {
    using namespace cellwise;
    const auto path = fuzz::scratch_file("word_index.json", bytes);
    fuzz::may_refuse([&] { fuzz::require(!data::read_word_index(path).empty(), "a word index without words"); });
    fuzz::may_refuse([&] {
        const auto vocabulary = data::read_vocabulary(path);
        for (const auto& word : vocabulary.words_by_rank()) {
            fuzz::require(vocabulary.rank(word) > 0, "a word of the vocabulary has no rank");
        }
    });
}
