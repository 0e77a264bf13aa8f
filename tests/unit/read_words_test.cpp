#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "data/reviews/read_words.h"

namespace cellwise::data {
namespace {

using testing::HasSubstr;

const Vocabulary vocabulary({"the", "film", "good", "영화는", "rare"});  // ids 4, 5, 6, 7, 8
constexpr std::int64_t size = 8;                                         // "rare" lies beyond

TEST(ReadWords, GivesEachWordItsId) {
    const auto words = read_words(vocabulary, "The FILM, rare <br /> 영화는 unheard-of good!", size, "--text");
    std::vector<std::string> texts;
    std::vector<std::int32_t> ids{start_id};
    for (const auto& word : words) {
        texts.push_back(word.word);
        if (word.id) ids.push_back(*word.id);
    }
    EXPECT_THAT(texts, testing::ElementsAre("the", "film", "rare", "br", "영화는", "unheard", "of", "good"));
    EXPECT_THAT(ids, testing::ElementsAre(1, 4, 5, unknown_id, 7, 6));
    EXPECT_EQ(ids, vocabulary.encode("The FILM, rare <br /> 영화는 unheard-of good!", size)) << "as in training";
}

void expect_refusal(const std::string& text, const std::string& message) {
    try {
        (void)read_words(vocabulary, text, size, "--text");
        ADD_FAILURE() << "read: " << text;
    } catch (const UsageError& error) {
        EXPECT_THAT(error.what(), HasSubstr(message));
    }
}

TEST(ReadWords, RefusesWhatCannotBeRead) {
    expect_refusal("", "--text: the text has no words");
    expect_refusal(" \t\n ... !", "--text: the text has no words");
    expect_refusal("the \xff film", "--text: byte 5 is not UTF-8");
    expect_refusal("the \x1b[31m film", "control characters");
    expect_refusal("xyzzy plugh", "knows none of the text's 2 words (xyzzy …)");
    expect_refusal("rare", "knows none of the text's 1 words (rare)");
}

}  // namespace
}  // namespace cellwise::data
