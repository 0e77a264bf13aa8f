#include "data/reviews/synthetic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "data/reviews/corpus_builder.h"

namespace cellwise::data {
namespace {

constexpr std::int64_t most_reviews = 1'000'000;
constexpr std::int64_t most_words = 10'000;

constexpr std::array<std::string_view, 16> positive_words{
    "wonderful", "excellent", "superb",    "delightful", "brilliant", "charming",  "moving",   "perfect",
    "gripping",  "beautiful", "memorable", "masterful",  "touching",  "hilarious", "splendid", "captivating"};

constexpr std::array<std::string_view, 16> negative_words{
    "terrible", "awful",  "boring",  "dreadful",    "clumsy", "tedious", "wooden",    "lifeless",
    "stupid",   "horrid", "painful", "forgettable", "lazy",   "dull",    "pointless", "unwatchable"};

constexpr std::array<std::string_view, 168> neutral_words{
    "the",     "a",         "and",       "of",        "to",      "is",     "in",      "it",      "this",    "that",
    "was",     "as",        "with",      "for",       "but",     "on",     "are",     "his",     "have",    "be",
    "one",     "he",        "at",        "all",       "by",      "an",     "who",     "they",    "from",    "so",
    "there",   "or",        "just",      "about",     "out",     "if",     "has",     "what",    "some",    "can",
    "more",    "when",      "very",      "up",        "time",    "she",    "even",    "my",      "would",   "which",
    "only",    "story",     "really",    "see",       "their",   "had",    "were",    "me",      "we",      "than",
    "much",    "get",       "been",      "people",    "into",    "will",   "other",   "also",    "because", "how",
    "most",    "her",       "made",      "way",       "first",   "its",    "make",    "any",     "then",    "after",
    "could",   "them",      "character", "watch",     "movie",   "film",   "scene",   "actor",   "actress", "director",
    "camera",  "music",     "plot",      "dialogue",  "screen",  "house",  "street",  "city",    "village", "train",
    "morning", "evening",   "winter",    "summer",    "letter",  "window", "garden",  "kitchen", "mother",  "father",
    "brother", "sister",    "friend",    "neighbour", "teacher", "doctor", "soldier", "student", "writer",  "painter",
    "singer",  "detective", "stranger",  "child",     "hour",    "year",   "week",    "night",   "day",     "road",
    "river",   "mountain",  "island",    "forest",    "bridge",  "car",    "ship",    "table",   "door",    "book",
    "picture", "song",      "dance",     "war",       "school",  "office", "hotel",   "theatre", "library", "station",
    "market",  "church",    "hospital",  "begins",    "walks",   "speaks", "looks",   "finds",   "leaves",  "returns",
    "meets",   "remembers", "travels",   "waits",     "works",   "writes", "listens", "answers"};

void require(bool holds, std::string_view message) {
    if (!holds) throw UsageError(std::string(message));
}

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& words, Random& random) {
    return words[random.below(N)];
}

/// Smaller indices are drawn more often, as in a real text.
std::string_view pick_neutral(Random& random) {
    const double share = random.uniform();
    return neutral_words[static_cast<std::size_t>(share * share * static_cast<double>(neutral_words.size()))];
}

std::int64_t draw_between(std::int64_t least, std::int64_t most, Random& random) {
    return least + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most - least + 1)));
}

/// Distinct distances from the end, in which the cues stand.
std::vector<std::size_t> draw_distances(const SyntheticOptions& options, Random& random) {
    std::vector<std::size_t> distances;
    while (distances.size() < static_cast<std::size_t>(options.cue_words)) {
        const auto distance =
            static_cast<std::size_t>(draw_between(options.min_cue_distance, options.max_cue_distance, random));
        if (std::find(distances.begin(), distances.end(), distance) == distances.end()) distances.push_back(distance);
    }
    return distances;
}

LabelledText make_review(const SyntheticOptions& options, Random& random) {
    const bool is_positive = random.below(2) == 1;
    std::vector<std::string_view> words(
        static_cast<std::size_t>(draw_between(options.min_length, options.max_length, random)));
    for (auto& word : words) word = pick_neutral(random);
    for (const std::size_t distance : draw_distances(options, random)) {
        words[words.size() - 1 - distance] = is_positive ? pick(positive_words, random) : pick(negative_words, random);
    }
    std::string text;
    for (const auto word : words) {
        if (!text.empty()) text += ' ';
        text += word;
    }
    const bool is_wrong = random.uniform() < options.label_noise;
    return {std::move(text), is_positive != is_wrong};
}

std::vector<LabelledText> make_reviews(const SyntheticOptions& options, std::int64_t count, std::string_view purpose) {
    Random random(options.seed, purpose);
    std::vector<LabelledText> reviews;
    reviews.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) reviews.push_back(make_review(options, random));
    return reviews;
}

}  // namespace

void SyntheticOptions::validate() const {
    require(train_reviews >= 1 && train_reviews <= most_reviews && test_reviews >= 1 && test_reviews <= most_reviews,
            fmt::format("the synthetic corpus can have 1 to {} reviews in each split", most_reviews));
    require(min_length >= 1 && min_length <= max_length && max_length <= most_words,
            fmt::format("synthetic reviews need 1 <= --min-length ({}) <= --max-length ({}) <= {} words", min_length,
                        max_length, most_words));
    require(min_cue_distance >= 0 && min_cue_distance <= max_cue_distance && max_cue_distance < min_length,
            fmt::format("synthetic reviews need 0 <= --min-cue-distance ({}) <= --max-cue-distance ({}) < --min-length "
                        "({})",
                        min_cue_distance, max_cue_distance, min_length));
    require(cue_words >= 1 && cue_words <= max_cue_distance - min_cue_distance + 1,
            fmt::format("--cue-words {} is not in 1 to {}, the places between the two cue distances", cue_words,
                        max_cue_distance - min_cue_distance + 1));
    require(label_noise >= 0 && label_noise <= 1, fmt::format("--label-noise {} is not in 0 to 1", label_noise));
}

SyntheticTexts synthetic_texts(const SyntheticOptions& options) {
    options.validate();
    return {make_reviews(options, options.train_reviews, "synthetic train reviews"),
            make_reviews(options, options.test_reviews, "synthetic test reviews")};
}

Prepared synthetic_corpus(const SyntheticOptions& options) {
    auto texts = synthetic_texts(options);
    CorpusBuilder builder;
    for (auto& review : texts.train) builder.add({false, review.is_positive, "", std::move(review.text)});
    for (auto& review : texts.test) builder.add({true, review.is_positive, "", std::move(review.text)});
    return builder.finish({}, CorpusBuilder::Order::as_added);
}

}  // namespace cellwise::data
