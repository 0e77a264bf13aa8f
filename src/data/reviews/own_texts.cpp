#include "data/reviews/own_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "data/reviews/corpus_builder.h"
#include "data/reviews/label_folder.h"
#include "data/reviews/text_table.h"

namespace cellwise::data {
namespace {

std::vector<LabelledText> read(const Location& location, const OwnTexts& own) {
    auto texts = location.form == Form::table ? read_table(location.path, own.text_column, own.label_column)
                                              : read_label_folder(location.path);
    if (texts.empty()) throw DataError(fmt::format("'{}' has no labelled texts", location.path.string()));
    return texts;
}

void require_both_labels(const std::vector<LabelledText>& texts, const Location& location) {
    const bool first = texts.front().is_positive;
    if (std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return text.is_positive != first; })) return;
    throw DataError(
        fmt::format("'{}': all {} texts have the label {}; texts of both labels, 0 (negative) and 1 "
                    "(positive), are needed to train on",
                    location.path.string(), texts.size(), first ? "1 (positive)" : "0 (negative)"));
}

void add(CorpusBuilder& builder, std::span<LabelledText> texts, bool is_test) {
    for (auto& text : texts) builder.add({is_test, text.is_positive, "", std::move(text.text)});
}

void add_tests(CorpusBuilder& builder, const OwnTexts& own) {
    auto texts = read(*own.test, own);
    Random(0, "own test texts").shuffle(std::span(texts));
    add(builder, texts, true);
}

}  // namespace

Prepared prepare_own_texts(const OwnTexts& own) {
    auto texts = read(own.train, own);
    if (texts.size() < 2) {
        throw DataError(fmt::format("'{}' has {} labelled text; at least 2 are needed, one to train and one to test",
                                    own.train.path.string(), texts.size()));
    }
    require_both_labels(texts, own.train);
    Random(0, "train and test split").shuffle(std::span(texts));
    CorpusBuilder builder;
    if (own.test) {
        add(builder, texts, false);
        add_tests(builder, own);
    } else {
        const std::size_t train = texts.size() * 4 / 5;
        add(builder, std::span(texts).first(train), false);
        add(builder, std::span(texts).subspan(train), true);
    }
    return builder.finish(own.words_by_rank, CorpusBuilder::Order::as_added);
}

Prepared prepare_test_texts(const OwnTexts& own) {
    if (!own.test || own.words_by_rank.empty()) throw InternalError("prepare_test_texts: no texts, or no words");
    CorpusBuilder builder;
    add_tests(builder, own);
    return builder.finish(own.words_by_rank, CorpusBuilder::Order::as_added);
}

}  // namespace cellwise::data
