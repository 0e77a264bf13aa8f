// Vocabulary files and imdb.npz are checked for what they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/reviews/load_data.h"
#include "data/reviews/text_reviews.h"
#include "data/reviews/word_index.h"
#include "scratch_folder.h"
#include "unit/error_of.h"

namespace cellwise::data {
namespace {

using test::data_error;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class WordFiles : public testing::Test {
protected:
    std::string refusal(const std::string& content) {
        write_file_atomically(folder / "words.json", content);
        return data_error([&] { (void)read_vocabulary(folder / "words.json"); });
    }
    test::ScratchFolder folder;
};

TEST_F(WordFiles, NumberingsOfOtherToolsAreRefusedByName) {
    EXPECT_THAT(refusal("[\"\", \"[UNK]\", \"the\"]"), AllOf(HasSubstr("TextVectorization"), HasSubstr("--ids")));
    EXPECT_THAT(refusal("[\"[PAD]\", \"[CLS]\", \"the\"]"), HasSubstr("position 0 has '[PAD]'"));
    EXPECT_THAT(refusal("[\"the\", \"<unk>\"]"), HasSubstr("position 1 has '<unk>'"));
    EXPECT_THAT(refusal("{\"the\": 4, \"film\": 5}"), HasSubstr("begin with 4 ('the'), not with 1"));
    EXPECT_THAT(refusal("{\"<PAD>\": 0, \"the\": 4, \"film\": 5}"), HasSubstr("it has '<PAD>'"));
    EXPECT_THAT(refusal("{\"<OOV>\": 1, \"the\": 2}"), HasSubstr("it has '<OOV>'"));
    EXPECT_THAT(refusal("{\"class_name\": \"Tokenizer\", \"config\": {\"word_index\": \"{}\"}}"),
                HasSubstr("Tokenizer.to_json()"));
    EXPECT_EQ(refusal("[\"the\", \"film\"]"), "no DataError");
    EXPECT_EQ(refusal("{\"the\": 1, \"film\": 2}"), "no DataError");
    EXPECT_EQ(refusal("[]"), "no DataError");
}

TEST(RenumberingTest, IdsFollowTheirWords) {
    Prepared prepared;
    prepared.words_by_rank = {"film", "plot", "bad", "good"};
    const std::vector<std::int32_t> review{start_id, 4, 7, 6, 5, 2};  // film good bad plot, unknown
    prepared.test.add(review, 1);
    const auto renumbered = numbered_by(prepared, {"good", "film", "bad"}, "'x'");
    EXPECT_THAT(renumbered.test.ids, ElementsAre(1, 5, 4, 6, 2)) << "plot has no rank and is left out";
    EXPECT_THAT(renumbered.test.labels, ElementsAre(1));
    EXPECT_THAT(numbered_by(prepared, prepared.words_by_rank, "'x'").test.ids, ElementsAre(1, 4, 7, 6, 5, 2));
    prepared.words_by_rank.clear();
    EXPECT_THAT(data_error([&] { (void)numbered_by(prepared, {"good"}, "'x'"); }), HasSubstr("imdb_word_index.json"));
}

TEST(IdsTest, ListsAsPythonPrintsThemAreRead) {
    const std::vector<std::string> reviews{"[1, 14, 22]", "1 14 22", "[ 1 14\n 22]"};
    const auto read = encode_ids(reviews, 30, 4);
    EXPECT_THAT(read.padded.ids, ElementsAre(0, 1, 14, 22, 0, 1, 14, 22, 0, 1, 14, 22));
}

}  // namespace
}  // namespace cellwise::data
