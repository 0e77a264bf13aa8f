// Words, vocabulary, load_data's shuffle, padding, own tables and the synthetic corpus.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "core/atomic_file.h"
#include "core/csv_cell.h"
#include "core/error.h"
#include "data/files/csv.h"
#include "data/reviews/corpus_builder.h"
#include "data/reviews/dataset.h"
#include "data/reviews/load_data.h"
#include "data/reviews/synthetic.h"
#include "data/reviews/text_reviews.h"
#include "data/reviews/text_table.h"
#include "data/reviews/tokenizer.h"
#include "data/reviews/vocabulary.h"
#include "scratch_folder.h"
#include "unit/error_of.h"

namespace cellwise::data {
namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for_each_word(text, [&](std::string_view word) { words.emplace_back(word); });
    return words;
}

TEST(Tokenizer, SplitsAsKerasDid) {
    EXPECT_THAT(words_of("I don't LIKE it...at all!<br />\tReally\nNOT"),
                ElementsAre("i", "don't", "like", "it", "at", "all", "br", "really", "not"));
    EXPECT_THAT(words_of("  \n\t !\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~ "), ElementsAre());
    // Only ASCII is lower-cased, only the listed characters split: not É, NEL (U+0085), ’ nor a carriage return.
    EXPECT_THAT(words_of("ÉTUDE most\u0085and doesn’t a\rb"), ElementsAre("É"
                                                                          "tude",
                                                                          "most\u0085and", "doesn’t", "a\rb"));
}

TEST(Vocabulary, EncodesAndDecodes) {
    const Vocabulary vocabulary({"the", "film", "bad"});
    EXPECT_EQ(vocabulary.rank("bad"), 3);
    EXPECT_EQ(vocabulary.rank("good"), 0);
    EXPECT_THAT(vocabulary.encode("The GOOD film: bad!", 100), ElementsAre(1, 4, 5, 6));
    EXPECT_THAT(vocabulary.encode("The GOOD film: bad!", 100, true), ElementsAre(1, 4, 2, 5, 6));
    EXPECT_THAT(vocabulary.encode("The GOOD film: bad!", 6), ElementsAre(1, 4, 5, 2));
    EXPECT_EQ(vocabulary.word_of_id(0), "<pad>");
    EXPECT_EQ(vocabulary.word_of_id(1), "<start>");
    for (const std::int32_t id : {2, 3, 7, -1}) EXPECT_EQ(vocabulary.word_of_id(id), "<unknown>");
    EXPECT_EQ(vocabulary.word_of_id(4), "the");
    EXPECT_EQ(vocabulary.word_of_id(6), "bad");
    EXPECT_THROW(Vocabulary({"a", "b", "a"}), DataError);
}

TEST(TextReviews, AreEncodedPaddedAndCounted) {
    const Vocabulary vocabulary({"the", "film", "bad"});
    const std::vector<std::string> texts{"The GOOD film: bad!", "", "bad bad the the film"};
    const auto reviews = encode_texts(texts, vocabulary, 6, 4);
    EXPECT_EQ(reviews.padded.length, 4U);
    EXPECT_THAT(reviews.padded.ids, ElementsAre(1, 4, 5, 2, 0, 0, 0, 1, 2, 4, 4, 5));
    EXPECT_EQ(reviews.counts[0].words, 4U);
    EXPECT_EQ(reviews.counts[0].unknown, 2U) << "good is no word, bad is beyond the size";
    EXPECT_EQ(reviews.counts[1].words, 0U);
    EXPECT_EQ(reviews.counts[1].unknown_share(), 0.0);
    EXPECT_EQ(reviews.counts[2].unknown_share(), 0.4);
    EXPECT_TRUE(encode_texts({}, vocabulary, 6, 4).padded.ids.empty());
}

TEST(TextReviews, IdsAreTakenAsTheyAre) {
    const std::vector<std::string> texts{"1 5,2", "", " 1\t2 3 4 5 "};
    const auto reviews = encode_ids(texts, 6, 4);
    EXPECT_THAT(reviews.padded.ids, ElementsAre(0, 1, 5, 2, 0, 0, 0, 0, 2, 3, 4, 5));
    EXPECT_EQ(reviews.counts[0].unknown, 1U);
    for (const char* bad : {"6", "-1", "1.5", "x", "99999999999999"}) {
        EXPECT_THROW((void)encode_ids(std::vector<std::string>{bad}, 6, 4), DataError) << bad;
    }
}

// numpy.random.RandomState(113).shuffle of arange(10) and then arange(7); RandomState(0) of arange(5).
TEST(LoadData, ShufflesAsNumpy) {
    const auto orders = load_data_orders(10, 7);
    EXPECT_THAT(orders.train, ElementsAre(9, 3, 6, 1, 0, 7, 4, 8, 2, 5));
    EXPECT_THAT(orders.test, ElementsAre(5, 1, 0, 3, 6, 4, 2));
    EXPECT_THAT(load_data_orders(5, 0, 0).train, ElementsAre(2, 0, 1, 3, 4));
    EXPECT_TRUE(load_data_orders(0, 0).train.empty());
    EXPECT_THAT(load_data_orders(1, 0).train, ElementsAre(0u));
}

TEST(LoadData, CutsVocabularyAndLimit) {
    Reviews reviews;
    reviews.add(std::vector<std::int32_t>{1, 99, 100, 101}, 1);
    reviews.add(std::vector<std::int32_t>{1, 5}, 0);
    cut_vocabulary(reviews, 100);
    EXPECT_THAT(reviews.ids, ElementsAre(1, 99, 2, 2, 1, 5));
    keep_first(reviews, 0);
    EXPECT_EQ(reviews.size(), 2u);
    keep_first(reviews, 1);
    EXPECT_THAT(reviews.ids, ElementsAre(1, 99, 2, 2));
    EXPECT_THAT(reviews.offsets, ElementsAre(0, 4));
    EXPECT_THAT(reviews.labels, ElementsAre(1));
}

TEST(Pad, PadsAndTruncatesAtTheFront) {
    Reviews reviews;
    reviews.add(std::vector<std::int32_t>{1, 2, 3, 4, 5}, 1);
    reviews.add(std::vector<std::int32_t>{7}, 0);
    reviews.add(std::vector<std::int32_t>{}, 1);
    const auto padded = pad(reviews, 3);
    EXPECT_THAT(padded.ids, ElementsAre(3, 4, 5, 0, 0, 7, 0, 0, 0));
    EXPECT_THAT(padded.labels, ElementsAre(1, 0, 1));
    EXPECT_TRUE(pad(reviews, 0).ids.empty());
}

RC_GTEST_PROP(Pad, KeepsTheEndOfEveryReview, (const std::vector<std::vector<std::int32_t>>& lists)) {
    Reviews reviews;
    for (const auto& list : lists) reviews.add(list, 0);
    const auto length = *rc::gen::inRange<std::size_t>(0, 20);
    const auto padded = pad(reviews, length);
    RC_ASSERT(padded.ids.size() == lists.size() * length);
    for (std::size_t i = 0; i < lists.size(); ++i) {
        for (std::size_t back = 1; back <= length; ++back) {
            const auto expected = back <= lists[i].size() ? lists[i][lists[i].size() - back] : padding_id;
            RC_ASSERT(padded.row(i)[length - back] == expected);
        }
    }
}

TEST(CorpusBuilder, RanksByCountThenWordOfTheTrainSplit) {
    CorpusBuilder builder;
    builder.add({false, true, "", "b b a c c d"});
    builder.add({true, false, "", "d zebra a a a a"});
    const auto prepared = builder.finish({}, CorpusBuilder::Order::as_added);
    EXPECT_THAT(prepared.words_by_rank, ElementsAre("b", "c", "a", "d"));
    EXPECT_THAT(prepared.train.ids, ElementsAre(1, 4, 4, 6, 5, 5, 7));
    EXPECT_THAT(prepared.test.ids, ElementsAre(1, 7, 6, 6, 6, 6)) << "a word of the test split alone is dropped";
    EXPECT_THAT(prepared.test.labels, ElementsAre(0));
}

TEST(CorpusBuilder, CanBeAbandoned) {
    CorpusBuilder builder;
    for (int i = 0; i < 5000; ++i) builder.add({false, true, "", "some words"});
}

TEST(Csv, FollowsRfc4180) {
    CsvReader reader("\xEF\xBB\xBFtext,label\r\n\"a, \"\"b\"\"\nc\",1\n\n,0", ',', "t");
    std::vector<std::string> cells;
    ASSERT_TRUE(reader.read(cells));
    EXPECT_THAT(cells, ElementsAre("text", "label"));
    ASSERT_TRUE(reader.read(cells));
    EXPECT_THAT(cells, ElementsAre("a, \"b\"\nc", "1"));
    EXPECT_EQ(reader.line(), 2u);
    ASSERT_TRUE(reader.read(cells));
    EXPECT_THAT(cells, ElementsAre("", "0"));
    EXPECT_EQ(reader.line(), 5u);
    EXPECT_FALSE(reader.read(cells));
    CsvReader open("a\n\"b", ',', "t");
    EXPECT_TRUE(open.read(cells));
    EXPECT_THAT(error_of<DataError>([&] { open.read(cells); }), HasSubstr("line 2: a quote is opened"));
}

RC_GTEST_PROP(Csv, WrittenCellsReadBack, (const std::vector<std::string>& texts)) {
    std::string csv;
    for (const auto& text : texts) csv += csv_cell(text) + ",x\n";
    CsvReader reader(csv, ',', "t");
    std::vector<std::string> cells;
    for (const auto& text : texts) {
        RC_ASSERT(reader.read(cells));
        RC_ASSERT(cells == (std::vector<std::string>{text, "x"}));
    }
    RC_ASSERT(!reader.read(cells));
}

TEST(Synthetic, IsTheSameForTheSameSeedAlone) {
    SyntheticOptions options;
    options.train_reviews = 50;
    options.test_reviews = 20;
    const auto one = synthetic_texts(options), same = synthetic_texts(options);
    options.seed = 1;
    const auto other = synthetic_texts(options);
    EXPECT_EQ(csv_of(one.train), csv_of(same.train));
    EXPECT_NE(csv_of(one.train), csv_of(other.train));
    EXPECT_NE(csv_of(one.train).substr(0, 500), csv_of(one.test).substr(0, 500));
}

TEST(Synthetic, PlacesItsCuesWhereAsked) {
    SyntheticOptions options;
    options.train_reviews = 300;
    options.cue_words = 1;
    options.min_cue_distance = options.max_cue_distance = 7;
    std::set<std::string> positive, negative;
    for (const auto& review : synthetic_texts(options).train) {
        const auto words = words_of(review.text);
        ASSERT_GE(words.size(), 30u);
        ASSERT_LE(words.size(), 90u);
        (review.is_positive ? positive : negative).insert(words[words.size() - 8]);
    }
    EXPECT_EQ(positive.size(), 16u);
    EXPECT_EQ(negative.size(), 16u);
    for (const auto& word : positive) EXPECT_FALSE(negative.contains(word)) << word;
}

TEST(Synthetic, TurnsLabelsRoundWithNoise) {
    SyntheticOptions options;
    const auto clean = synthetic_texts(options).train;
    options.label_noise = 0.25;
    const auto noisy = synthetic_texts(options).train;
    int turned = 0;
    for (std::size_t i = 0; i < clean.size(); ++i) {
        EXPECT_EQ(clean[i].text, noisy[i].text);
        turned += clean[i].is_positive != noisy[i].is_positive ? 1 : 0;
    }
    EXPECT_NEAR(turned, 500, 5 * 19.4);  // five standard deviations of the binomial
}

TEST(Synthetic, RefusesImpossibleOptions) {
    const auto refusal = [](auto change) {
        SyntheticOptions options;
        change(options);
        return error_of<UsageError>([&] { options.validate(); });
    };
    EXPECT_THAT(refusal([](auto& o) { o.train_reviews = 0; }), HasSubstr("reviews in each split"));
    EXPECT_THAT(refusal([](auto& o) { o.max_length = 10; }), HasSubstr("--min-length"));
    EXPECT_THAT(refusal([](auto& o) { o.max_cue_distance = 30; }), HasSubstr("--max-cue-distance"));
    EXPECT_THAT(refusal([](auto& o) { o.cue_words = 26; }), HasSubstr("--cue-words"));
    EXPECT_THAT(refusal([](auto& o) { o.label_noise = 1.5; }), HasSubstr("--label-noise"));
}

}  // namespace
}  // namespace cellwise::data
