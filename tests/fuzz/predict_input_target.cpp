// What `predict --file` reads, and what it makes of it. The first byte chooses --input-format.
#include "cli/flags/predict_input.h"

#include <array>

#include "data/reviews/text_reviews.h"
#include "data/reviews/vocabulary.h"
#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(predict_input) {
    using namespace cellwise;
    constexpr std::array formats{"lines", "csv", "tsv", "jsonl", "auto"};
    constexpr std::int64_t vocabulary_size = 6;
    constexpr std::size_t length = 5;
    if (bytes.empty()) return;
    cli::TextFlags flags;
    flags.input_format = formats[static_cast<unsigned char>(bytes.front()) % formats.size()];
    flags.file = fuzz::scratch_file("reviews", bytes.substr(1)).string();
    fuzz::may_refuse([&] {
        const auto texts = flags.read().texts;
        const data::Vocabulary vocabulary({"the", "film", "good", "bad"});
        const auto reviews = data::encode_texts(texts, vocabulary, vocabulary_size, length);
        fuzz::require(reviews.padded.ids.size() == length * texts.size(), "a review got lost");
        for (const auto id : reviews.padded.ids) {
            fuzz::require(id >= 0 && id < vocabulary_size, "an id leaves the vocabulary");
        }
        static_cast<void>(data::encode_ids(texts, vocabulary_size, length));
    });
}
