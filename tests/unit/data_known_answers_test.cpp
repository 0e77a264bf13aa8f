// The real reviews: the answers that Keras's load_data is known to give, by both routes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/atomic_file.h"
#include "data/reviews/corpus_builder.h"
#include "data/reviews/imdb_npz.h"
#include "data/reviews/load_data.h"
#include "data/reviews/raw_reviews.h"

namespace cellwise::data {
namespace {

using testing::ElementsAre;

class KnownAnswers : public testing::Test {
protected:
    void SetUp() override {
        for (const auto& file : {npz, archive, index}) {
            if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is absent";
        }
    }
    const std::filesystem::path folder = CELLWISE_TEST_DATA, npz = folder / "imdb.npz",
                                archive = folder / "aclImdb_labelled.tar.gz", index = folder / "imdb_word_index.json";
};

std::vector<std::int32_t> beginning(const Reviews& reviews, std::size_t count) {
    const auto review = reviews.review(0);
    return {review.begin(), review.begin() + static_cast<std::ptrdiff_t>(count)};
}

void expect_known_answers(Prepared data) {
    ASSERT_EQ(data.train.size(), 25000u);
    ASSERT_EQ(data.test.size(), 25000u);
    EXPECT_EQ(data.words_by_rank.size(), 88584u);
    const double train_mean = static_cast<double>(data.train.ids.size()) / 25000;
    const double mean = static_cast<double>(data.train.ids.size() + data.test.ids.size()) / 50000;
    EXPECT_NEAR(train_mean, 238.71364, 5e-6);
    EXPECT_NEAR(mean, 234.75892, 5e-6);
    cut_vocabulary(data.train, 10000);
    cut_vocabulary(data.test, 10000);
    EXPECT_THAT(beginning(data.train, 10), ElementsAre(1, 14, 22, 16, 43, 530, 973, 1622, 1385, 65));
    EXPECT_THAT(beginning(data.test, 14), ElementsAre(1, 591, 202, 14, 31, 6, 717, 10, 10, 2, 2, 5, 4, 360));
    EXPECT_THAT(std::vector<int>(data.train.labels.begin(), data.train.labels.begin() + 10),
                ElementsAre(1, 0, 0, 1, 0, 0, 1, 0, 1, 0));
    EXPECT_EQ(std::count(data.train.labels.begin(), data.train.labels.end(), 1), 12500);
}

TEST_F(KnownAnswers, BothRoutesGiveKerassArrays) {
    auto from_npz = prepare_npz(npz, index);
    auto from_archive = prepare_raw(archive, index);
    EXPECT_EQ(from_npz.train.ids, from_archive.train.ids);
    EXPECT_EQ(from_npz.train.offsets, from_archive.train.offsets);
    EXPECT_EQ(from_npz.train.labels, from_archive.train.labels);
    EXPECT_EQ(from_npz.test.ids, from_archive.test.ids);
    EXPECT_EQ(from_npz.test.offsets, from_archive.test.offsets);
    EXPECT_EQ(from_npz.test.labels, from_archive.test.labels);
    EXPECT_EQ(from_npz.words_by_rank, from_archive.words_by_rank);
    expect_known_answers(std::move(from_npz));
    expect_known_answers(std::move(from_archive));
}

// x_train[0] is train/pos/576_10.txt, x_test[0] is test/neg/7975_1.txt.
TEST_F(KnownAnswers, TheFirstReviewsAreTheKnownFiles) {
    const Prepared data = prepare_npz(npz, index);
    const Vocabulary vocabulary(data.words_by_rank);
    int found = 0;
    read_archive(archive, [&](RawReview review) {
        const bool is_first_train = !review.is_test && review.is_positive && review.name == "576_10.txt";
        const bool is_first_test = review.is_test && !review.is_positive && review.name == "7975_1.txt";
        if (!is_first_train && !is_first_test) return;
        ++found;
        const auto first = (is_first_test ? data.test : data.train).review(0);
        EXPECT_EQ(vocabulary.encode(review.text, 100000), std::vector<std::int32_t>(first.begin(), first.end()));
    });
    EXPECT_EQ(found, 2);
}

// From the text alone the ranks are those of the counts: the words of different counts get Keras's ranks.
TEST_F(KnownAnswers, WithoutTheIndexTheCommonWordsHaveKerassRanks) {
    const auto own = prepare_raw(archive, "");
    const auto keras = prepare_npz(npz, index);
    EXPECT_EQ(own.words_by_rank.size(), keras.words_by_rank.size());
    EXPECT_TRUE(std::equal(own.words_by_rank.begin(), own.words_by_rank.begin() + 200, keras.words_by_rank.begin()));
    EXPECT_EQ(own.train.offsets, keras.train.offsets);
}

}  // namespace
}  // namespace cellwise::data
