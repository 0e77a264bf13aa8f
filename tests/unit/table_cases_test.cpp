// Files as people meet them, after public reports: what each must read as, or why it is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/reviews/imdb_npz.h"
#include "data/reviews/own_texts.h"
#include "data/reviews/text_table.h"
#include "data/reviews/word_index.h"
#include "scratch_folder.h"
#include "unit/error_of.h"

namespace cellwise::data {
namespace {

namespace fs = std::filesystem;
using test::data_error;
using testing::AllOf;
using testing::HasSubstr;

/// How a case's file is asked for.
struct How {
    std::string text = "text", label = "label";
    TextSettings settings = {};
};

class TableCases : public testing::Test {
protected:
    void SetUp() override {
        if (!fs::exists(cases)) GTEST_SKIP() << "the cases are not there: " << cases;
    }
    std::vector<LabelledText> read(const std::string& name, const How& how = {}) {
        return read_table(cases / name, how.text, how.label, how.settings).rows;
    }
    std::string refusal(const std::string& name, const How& how = {}) {
        return data_error([&] { (void)read(name, how); });
    }
    static std::size_t positive(const std::vector<LabelledText>& rows) {
        return static_cast<std::size_t>(
            std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.is_positive; }));
    }
    /// How many rows there are, and how many of them are positive.
    void expect(const std::vector<LabelledText>& rows, std::size_t count, std::size_t positives) {
        EXPECT_EQ(rows.size(), count);
        EXPECT_EQ(positive(rows), positives);
    }
    const fs::path cases = fs::path(CELLWISE_TEST_DATA) / "../cases";
    test::ScratchFolder folder;
};

TEST_F(TableCases, QuotesThatAreLettersSwallowNothing) {
    expect(read("04-tsv-quotes/swallowed.tsv", {"document"}), 12, 6);
    EXPECT_EQ(read("04-tsv-quotes/whole.tsv", {"document"}).size(), 12U);
}

TEST_F(TableCases, KagglesBackslashes) {
    const auto rows = read("05-kaggle-labeledTrainData/labeledTrainData.tsv", {"review", "sentiment"});
    expect(rows, 24, 12);
    EXPECT_EQ(rows[1].text, "A good film.<br /><br />They call it \"fun\", and I agree number 1.");
}

TEST_F(TableCases, LabelsAsPandasWritesThem) {
    expect(read("07-float-labels/float.csv"), 20, 10);
    expect(read("07-float-labels/float.jsonl"), 20, 10);
}

TEST_F(TableCases, BlanksBehindLabelsAndOddLineEnds) {
    expect(read("08-label-blanks/nbsp-behind.csv"), 20, 10);
    expect(read("08-label-blanks/tab-behind.csv"), 20, 10);
    EXPECT_EQ(read("09-crcrlf/reviews.csv").size(), 20U);
    const auto rows = read("10-cr-only/reviews.csv");
    EXPECT_EQ(rows.size(), 2000U);
    EXPECT_EQ(rows[0].text, "a bad film, with a plot, and a scene, number 0");
}

TEST_F(TableCases, Sentiment140IsReadStepByStep) {
    const std::string name = "24-sentiment140/training.csv";
    EXPECT_THAT(refusal(name), AllOf(HasSubstr("line 2: not UTF-8"), HasSubstr("--encoding latin-1")));
    How how;
    how.settings.encoding = "latin-1";
    EXPECT_THAT(refusal(name, how), HasSubstr("--no-header"));
    how.settings.no_header = true;
    EXPECT_THAT(refusal(name, how), HasSubstr("--positive-label 4 --negative-label 0"));
    how.settings.positive_label = "4";
    how.settings.negative_label = "0";
    const auto rows = read(name, how);
    expect(rows, 20, 10);
    EXPECT_EQ(rows[1].text, "great café today 1");
    how.text = "6";
    how.label = "1";
    expect(read(name, how), 20, 10);
    how.settings.encoding = "utf-8";
    expect(read("24-sentiment140/utf8.csv", how), 20, 10);
}

TEST_F(TableCases, LabelsThatMustBeSaid) {
    How how;
    EXPECT_THAT(refusal("25-labels-1-2/polarity-header.csv"), HasSubstr("--positive-label 2 --negative-label 1"));
    how.settings.positive_label = "2";
    how.settings.negative_label = "1";
    const auto polarity = read("25-labels-1-2/polarity-header.csv", how);
    EXPECT_EQ(positive(polarity) * 2, polarity.size());
    How fresh{"Review", "Freshness"};
    EXPECT_THAT(refusal("25-labels-1-2/fresh.csv", fresh), HasSubstr("--positive-label"));
    fresh.settings.positive_label = "fresh";
    const auto rows = read("25-labels-1-2/fresh.csv", fresh);
    EXPECT_EQ(positive(rows) * 2, rows.size());
    How stars{"text", "stars"};
    EXPECT_THAT(refusal("25-labels-1-2/stars.jsonl", stars), HasSubstr("--positive-from"));
    stars.settings.positive_from = 4;
    EXPECT_GT(positive(read("25-labels-1-2/stars.jsonl", stars)), 0U);
}

TEST_F(TableCases, EmptyDocumentsAreRefusedOrDroppedUnderAnyName) {
    How how{"document"};
    EXPECT_THAT(refusal("26-nsmc-txt/ratings_train.tsv", how),
                AllOf(HasSubstr("2 of"), HasSubstr("--empty-texts drop")));
    how.settings.empty_texts = "drop";
    const auto rows = read("26-nsmc-txt/ratings_train.tsv", how);
    const auto path = folder / "ratings_train.txt";
    write_file_atomically(path, read_file(cases / "26-nsmc-txt/ratings_train.tsv"));
    EXPECT_EQ(read_table(path, "document", "label", how.settings).rows.size(), rows.size());
    EXPECT_GT(rows.size(), 0U);
}

TEST_F(TableCases, OtherEncodingsAndSeparators) {
    expect(read("27-utf16-nul/excel-unicode.csv"), 20, 10);
    EXPECT_THAT(refusal("27-utf16-nul/nul.csv"), HasSubstr("line 6: a NUL byte at its byte 4"));
    expect(read("27-utf16-nul/semicolon.csv"), 20, 10);
}

TEST_F(TableCases, JsonAsPythonWritesIt) {
    EXPECT_EQ(read("34-jsonl-oddities/nan.jsonl").size(), 20U);
    EXPECT_EQ(read("34-jsonl-oddities/array.json").size(), 20U);
    EXPECT_THAT(refusal("34-jsonl-oddities/null-label.jsonl"), HasSubstr("line 5: the label is missing"));
}

TEST_F(TableCases, UcisSentencesHaveNoHeader) {
    const std::string name = "38-uci-labelled/amazon_cells_labelled.txt";
    EXPECT_THAT(refusal(name), AllOf(HasSubstr("no column 'text'"), HasSubstr("--no-header")));
    How how;
    how.settings.no_header = true;
    const auto rows = read(name, how);
    expect(rows, 20, 10);
    EXPECT_EQ(rows[3].text, "\"Wow\" is the word  ");
}

TEST_F(TableCases, OneSidedSplitsAreSplitByLabel) {
    const auto prepared = prepare_own_texts(
        {{Form::table, cases / "33-imbalanced-split/imbalanced.csv", {}}, {}, "text", "label", {}, {}});
    EXPECT_EQ(std::ranges::count(prepared.train.labels, 1) > 0, true);
    EXPECT_EQ(std::ranges::count(prepared.train.labels, 0) > 0, true);
}

TEST_F(TableCases, DuplicatesCanBeLeftOut) {
    OwnTexts own{{Form::table, cases / "30-duplicates/IMDB Dataset.csv", {}}, {}, "review", "sentiment", {}, {}};
    const auto all = prepare_own_texts(own);
    own.settings.drop_duplicates = true;
    const auto some = prepare_own_texts(own);
    const auto rows = read("30-duplicates/IMDB Dataset.csv", {"review", "sentiment"});
    std::set<std::string> distinct;
    for (const auto& row : rows) distinct.insert(row.text);
    EXPECT_EQ(all.train.size() + all.test.size(), rows.size());
    EXPECT_EQ(some.train.size() + some.test.size(), distinct.size());
    EXPECT_LT(distinct.size(), rows.size());
}

TEST_F(TableCases, IdsAndOtherVocabulariesAreRefused) {
    const auto npz = cases / "06-npz-of-ids";
    EXPECT_THAT(data_error([&] { (void)prepare_npz(npz / "imdb.npz", ""); }), HasSubstr("every review begins with 1"));
    EXPECT_THAT(data_error([&] { (void)prepare_npz(npz / "padded.npz", ""); }), HasSubstr("pad_sequences"));
    EXPECT_THAT(
        data_error([&] { (void)read_vocabulary(cases / "21-vocabulary-of-TextVectorization/vocabulary.json"); }),
        HasSubstr("TextVectorization"));
    EXPECT_THAT(data_error([&] { (void)read_vocabulary(cases / "22-word-index-of-Tokenizer/tokenizer-to-json.json"); }),
                HasSubstr("Tokenizer.to_json()"));
    EXPECT_THAT(data_error([&] { (void)read_vocabulary(cases / "23-word-index-plus-3/word_index.json"); }),
                HasSubstr("<PAD>"));
}

}  // namespace
}  // namespace cellwise::data
