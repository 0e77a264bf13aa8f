// One's own labelled texts: tables and a folder for each label.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/reviews/label_folder.h"
#include "data/reviews/locate.h"
#include "data/reviews/own_texts.h"
#include "data/reviews/text_table.h"
#include "scratch_folder.h"
#include "unit/error_of.h"

namespace cellwise::data {
namespace {

using test::error_of;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class TableTest : public testing::Test {
protected:
    std::vector<LabelledText> read(const std::string& name, const std::string& content,
                                   const std::string& text = "text") {
        write_file_atomically(folder / name, content);
        return read_table(folder / name, text, "label").rows;
    }
    std::string refusal(const std::string& name, const std::string& content) {
        return error_of<DataError>([&] { (void)read(name, content); });
    }
    [[nodiscard]] OwnTexts own(const std::string& train, const std::string& test = "") const {
        OwnTexts texts{locate(folder / train), {}, "text", "label", {}};
        if (!test.empty()) texts.test = locate(folder / test);
        return texts;
    }
    [[nodiscard]] std::string refused(const OwnTexts& texts) const {
        return error_of<DataError>([&] { (void)prepare_own_texts(texts); });
    }
    void write(const std::string& name, const std::string& content) { write_file_atomically(folder / name, content); }
    test::ScratchFolder folder;
};

TEST_F(TableTest, ReadsEveryFormAndLabel) {
    const auto csv =
        read("a.csv", "id,label,review\n1,pos,good\n2,Negative,\"bad, really\"\n3,1,x\n4,FALSE,y\n", "review");
    ASSERT_EQ(csv.size(), 4u);
    EXPECT_EQ(csv[1].text, "bad, really");
    EXPECT_TRUE(csv[0].is_positive && !csv[1].is_positive && csv[2].is_positive && !csv[3].is_positive);
    const auto tsv = read("a.tsv", "text\tlabel\na,b\tneg\n");
    EXPECT_EQ(tsv[0].text, "a,b");
    const auto json = read(
        "a.jsonl",
        "{\"text\":\"g\\u00fct\",\"label\":1}\n\n{\"label\":\"neg\",\"text\":\"b\"}\n{\"label\":true,\"text\":\"c\"}");
    ASSERT_EQ(json.size(), 3u);
    EXPECT_EQ(json[0].text, "güt");
    EXPECT_TRUE(json[0].is_positive && !json[1].is_positive && json[2].is_positive);
}

TEST_F(TableTest, NamesFileLineAndRemedy) {
    EXPECT_THAT(refusal("a.csv", ""), HasSubstr("is empty"));
    EXPECT_THAT(refusal("a.csv", "review,label\nx,1\n"), AllOf(HasSubstr("review, label"), HasSubstr("--text-column")));
    EXPECT_THAT(refusal("a.csv", "text,label\nx,1\ny,maybe\n"), HasSubstr("a.csv', line 3: the label 'maybe'"));
    EXPECT_THAT(refusal("a.csv", "text,label\nx,y,1\n"), HasSubstr("line 2: 3 cells, the header has 2"));
    EXPECT_THAT(refusal("a.jsonl", "{\"text\":\"x\",\"label\":1}\n{\"text\":"), HasSubstr("line 2: no JSON object"));
    EXPECT_THAT(refusal("a.jsonl", "{\"text\":5,\"label\":1}"), HasSubstr("is no text"));
    EXPECT_THAT(refusal("a.jsonl", "{\"text\":\"x\",\"label\":[1]}"), HasSubstr("label"));
    EXPECT_THAT(refusal("a.jsonl", "{\"text\":\"x\"}"), AllOf(HasSubstr("it has: text"), HasSubstr("--label-column")));
    EXPECT_THAT(refusal("a.csv", "text,label\nx,1\n\"\n ,.\",0\n,0\nz,0\n"),
                HasSubstr("2 of 4 texts have no words (line 3, 5)"));
    EXPECT_THAT(refusal("a.csv", "text,label\nx,1\ny\xc3,0\n"), HasSubstr("line 3: not UTF-8 at its byte 2"));
    EXPECT_THAT(refusal("a.jsonl", "{\"text\":\"\xff\",\"label\":1}"), HasSubstr("line 1: not UTF-8 at its byte 10"));
}

TEST_F(TableTest, LinesOfOtherSystemsAndQuotesAreRead) {
    const auto csv = read("a.csv", "\xEF\xBB\xBFtext,label\r\n\"one\r\ntwo \"\"three\"\"\", neg \r\n\r\nb,1\r\n");
    ASSERT_EQ(csv.size(), 2u);
    EXPECT_EQ(csv[0].text, "one\ntwo \"three\"");
    EXPECT_FALSE(csv[0].is_positive);
    const auto json = read("a.jsonl", "\xEF\xBB\xBF{\"text\":\"x\",\"label\":\"1\"}\r\n");
    EXPECT_EQ(json.at(0).text, "x");
}

TEST_F(TableTest, SplitsFourToOneTheSameWayEachTime) {
    std::string csv = "text,label\n";
    for (int i = 0; i < 103; ++i) csv += "w" + std::to_string(i) + "," + std::to_string(i % 2) + "\n";
    write_file_atomically(folder / "a.csv", csv);
    const auto first = prepare_own_texts(own("a.csv")), second = prepare_own_texts(own("a.csv"));
    EXPECT_EQ(first.train.size(), 82u);
    EXPECT_EQ(first.test.size(), 21u);
    EXPECT_EQ(first.train.ids, second.train.ids);
    EXPECT_EQ(first.test.labels, second.test.labels);
    EXPECT_EQ(first.words_by_rank.size(), 82u) << "the vocabulary is the train split's";
}

// Counted by hand: the words of both train texts, the most frequent first, then by their bytes ("B" is small,
// "é" beyond ASCII and last).
TEST_F(TableTest, TheVocabularyIsTheTrainTextsByCountThenWord) {
    write("train.csv", "text,label\nb a é é c. B,1\n\"Zoo zoo, é a\",0\n");
    write("test.csv", "text,label\nnew a zoo,1\n");
    const auto prepared = prepare_own_texts(own("train.csv", "test.csv"));
    EXPECT_THAT(prepared.words_by_rank, ElementsAre("é", "a", "b", "zoo", "c"));
    EXPECT_EQ(prepared.train.size(), 2u);
    EXPECT_THAT(prepared.test.ids, ElementsAre(1, 5, 7)) << "start, a, zoo; the new word is dropped";
    auto by_others = own("train.csv", "test.csv");
    by_others.words_by_rank = {"zoo", "new"};
    EXPECT_THAT(prepare_own_texts(by_others).test.ids, ElementsAre(1, 5, 4));
    EXPECT_THAT(prepare_test_texts(by_others).test.ids, ElementsAre(1, 5, 4));
    EXPECT_EQ(prepare_test_texts(by_others).train.size(), 0u);
}

TEST_F(TableTest, TooLittleToLearnFromIsRefused) {
    write("one.csv", "text,label\nx,1\n");
    EXPECT_THAT(refused(own("one.csv")), HasSubstr("at least 2"));
    write("none.csv", "text,label\n");
    EXPECT_THAT(refused(own("none.csv")), HasSubstr("has no labelled texts"));
    write("same.csv", "text,label\nx,1\ny,pos\nz,true\n");
    EXPECT_THAT(refused(own("same.csv")), HasSubstr("all 3 texts have the label 1 (positive)"));
    write("both.csv", "text,label\nx,1\ny,0\n");
    EXPECT_EQ(prepare_own_texts(own("both.csv", "one.csv")).test.size(), 1u);
}

TEST_F(TableTest, AFolderForEachLabelIsRead) {
    write("own/pos/b.txt", "good\nfilm");
    write("own/pos/a.txt", "fine");
    write("own/neg/1.txt", "bad");
    write("own/neg/.hidden.txt", "");
    write("own/neg/notes.md", "passed over");
    const auto texts = read_label_folder(folder / "own").rows;
    ASSERT_EQ(texts.size(), 3u);
    EXPECT_EQ(texts[0].text, "bad");
    EXPECT_EQ(texts[1].text, "fine");
    EXPECT_EQ(texts[2].text, "good\nfilm");
    EXPECT_TRUE(!texts[0].is_positive && texts[1].is_positive && texts[2].is_positive);
    EXPECT_EQ(locate(folder / "own").form, Form::label_folder);
    EXPECT_EQ(prepare_own_texts(own("own")).train.size() + prepare_own_texts(own("own")).test.size(), 3u);
    // What the names mean goes before their order; names that mean nothing go by their order.
    write("words/false/x.txt", "no");
    write("words/1/x.txt", "yes");
    EXPECT_TRUE(read_label_folder(folder / "words").rows[0].is_positive);
    write("kinds/spam/x.txt", "buy");
    write("kinds/ham/x.txt", "hello");
    EXPECT_FALSE(read_label_folder(folder / "kinds").rows[0].is_positive);
    EXPECT_EQ(read_label_folder(folder / "kinds").rows[0].text, "hello");
}

TEST_F(TableTest, OtherFoldersAreRefusedByName) {
    const auto refusal_of = [&](const std::string& name) {
        return error_of<DataError>([&] { (void)prepare_own_texts(own(name)); });
    };
    write("three/a/x.txt", "x");
    write("three/b/x.txt", "x");
    write("three/c/x.txt", "x");
    EXPECT_THAT(refusal_of("three"), AllOf(HasSubstr("each of two labels"), HasSubstr("a, b, c")));
    write("same/pos/x.txt", "x");
    write("same/positive/x.txt", "x");
    EXPECT_THAT(refusal_of("same"), HasSubstr("'pos' and 'positive' both name the positive label"));
    write("bytes/neg/x.txt", "x");
    write("bytes/pos/x.txt", "ab\xff");
    EXPECT_THAT(refusal_of("bytes"), AllOf(HasSubstr("pos/x.txt"), HasSubstr("not UTF-8 at its byte 3")));
    write("empty/neg/x.txt", " .\n");
    write("empty/pos/x.txt", "x");
    EXPECT_THAT(refusal_of("empty"), AllOf(HasSubstr("neg/x.txt"), HasSubstr("has no words")));
    write("large/neg/x.txt", std::string((16 << 20) + 1, 'x'));
    write("large/pos/x.txt", "x");
    EXPECT_THAT(refusal_of("large"), HasSubstr("neg/x.txt"));
}

}  // namespace
}  // namespace cellwise::data
