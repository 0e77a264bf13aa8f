#include "data/reviews/own_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "core/log.h"
#include "core/random.h"
#include "data/files/column_names.h"
#include "data/reviews/corpus_builder.h"
#include "data/reviews/label_folder.h"
#include "data/reviews/text_table.h"

namespace cellwise::data {
namespace {

using Texts = std::vector<LabelledText>;

LabelledTexts read(const Location& location, const OwnTexts& own) {
    auto texts = location.form == Form::table
                     ? read_table(location.path, own.text_column, own.label_column, own.settings)
                     : read_label_folder(location.path, own.settings);
    if (texts.rows.empty()) throw DataError(fmt::format("'{}' has no labelled texts", location.path.string()));
    return texts;
}

/// Takes away the texts that `seen` has, and adds the others to it.
void drop_seen(Texts& texts, std::unordered_set<std::string>& seen, const Location& location) {
    const auto dropped = std::erase_if(
        texts, [&](const auto& text) { return !seen.insert(std::string(without_blanks_around(text.text))).second; });
    if (dropped > 0) log::notice(fmt::format("'{}': {} repeated texts are left out", location.path.string(), dropped));
}

/// Tells how many test texts stand among those to train on: a model may know them by heart.
void report_duplicates(std::span<const LabelledText> train, std::span<const LabelledText> test) {
    std::unordered_set<std::string_view> known;
    for (const auto& text : train) known.insert(without_blanks_around(text.text));
    const auto count = std::count_if(
        test.begin(), test.end(), [&](const auto& text) { return known.contains(without_blanks_around(text.text)); });
    if (count == 0) return;
    log::notice(
        fmt::format("{} of {} test texts also stand among the texts to train on; --drop-duplicates leaves "
                    "repeated texts out",
                    count, test.size()));
}

bool has_both_labels(std::span<const LabelledText> texts) {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const auto& text) { return text.is_positive != texts.front().is_positive; });
}

/// Puts four fifths of each label's texts before all others, each label in its order. A label's only text is trained
/// on. Returns how many come first.
std::size_t split_by_label(Texts& texts) {
    std::array<std::size_t, 2> train{}, taken{};
    for (const auto& text : texts) ++train[text.is_positive ? 1 : 0];
    for (auto& count : train) count = std::max<std::size_t>(1, count * 4 / 5);
    const auto test = std::stable_partition(texts.begin(), texts.end(), [&](const auto& text) {
        return taken[text.is_positive ? 1 : 0]++ < train[text.is_positive ? 1 : 0];
    });
    return static_cast<std::size_t>(test - texts.begin());
}

/// Shuffles and splits texts of both labels; how many of the first are to train on.
std::size_t split(Texts& texts, const Location& location) {
    Random(0, "train and test split").shuffle(std::span(texts));
    const std::size_t train = texts.size() * 4 / 5;
    const auto all = std::span<const LabelledText>(texts);
    if (has_both_labels(all.first(train)) && has_both_labels(all.subspan(train))) return train;
    auto by_label = texts;
    const auto train_by_label = split_by_label(by_label);
    const bool trains_both = has_both_labels(all.first(train));
    // Where a test split of both labels cannot be had, the plain split will do if it trains both.
    const bool tests_both =
        train_by_label < by_label.size() && has_both_labels(std::span(by_label).subspan(train_by_label));
    if (train_by_label == by_label.size() || (trains_both && !tests_both)) return train;
    log::notice(
        fmt::format("'{}': the shuffle would leave {} without one of the labels: each label is split for itself",
                    location.path.string(), trains_both ? "the test texts" : "the texts to train on"));
    texts = std::move(by_label);
    return train_by_label;
}

void require_both_labels(const std::vector<LabelledText>& texts, const Location& location) {
    if (has_both_labels(texts)) return;
    const bool first = texts.front().is_positive;
    throw DataError(
        fmt::format("'{}': all {} texts have the label {}; texts of both labels, 0 (negative) and 1 "
                    "(positive), are needed to train on",
                    location.path.string(), texts.size(), first ? "1 (positive)" : "0 (negative)"));
}

void add(CorpusBuilder& builder, std::span<LabelledText> texts, bool is_test) {
    for (auto& text : texts) builder.add({is_test, text.is_positive, "", std::move(text.text)});
}

Texts test_texts(const OwnTexts& own, std::unordered_set<std::string>& seen) {
    auto texts = read(*own.test, own).rows;
    if (own.settings.drop_duplicates) drop_seen(texts, seen, *own.test);
    if (texts.empty()) {
        throw DataError(fmt::format("'{}': every text stands among those to train on", own.test->path.string()));
    }
    Random(0, "own test texts").shuffle(std::span(texts));
    return texts;
}

}  // namespace

Prepared prepare_own_texts(const OwnTexts& own) {
    auto [texts, names] = read(own.train, own);
    std::unordered_set<std::string> seen;
    if (own.settings.drop_duplicates) drop_seen(texts, seen, own.train);
    if (texts.size() < 2) {
        throw DataError(fmt::format("'{}' has {} labelled text; at least 2 are needed, one to train and one to test",
                                    own.train.path.string(), texts.size()));
    }
    require_both_labels(texts, own.train);
    CorpusBuilder builder;
    if (own.test) {
        Random(0, "train and test split").shuffle(std::span(texts));
        auto tests = test_texts(own, seen);
        report_duplicates(texts, tests);
        add(builder, texts, false);
        add(builder, tests, true);
    } else {
        const auto train = split(texts, own.train);
        const auto all = std::span(texts);
        report_duplicates(all.first(train), all.subspan(train));
        add(builder, all.first(train), false);
        add(builder, all.subspan(train), true);
    }
    auto prepared = builder.finish(own.words_by_rank, CorpusBuilder::Order::as_added);
    prepared.labels = std::move(names);
    return prepared;
}

Prepared prepare_test_texts(const OwnTexts& own) {
    if (!own.test || own.words_by_rank.empty()) throw InternalError("prepare_test_texts: no texts, or no words");
    CorpusBuilder builder;
    std::unordered_set<std::string> seen;
    auto texts = test_texts(own, seen);
    add(builder, texts, true);
    return builder.finish(own.words_by_rank, CorpusBuilder::Order::as_added);
}

}  // namespace cellwise::data
