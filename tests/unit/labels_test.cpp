#include "data/reviews/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "unit/error_of.h"

namespace cellwise::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TextSettings named(const std::string& positive, const std::string& negative) {
    TextSettings settings;
    settings.positive_label = positive;
    settings.negative_label = negative;
    return settings;
}

TEST(LabelsTest, KnownWordsInEverySpelling) {
    for (const char* word :
         {"1", "1.0", "1.00", "pos", "Positive", "TRUE", " true\t", "positive\xC2\xA0", "긍정", "\xE3\x80\x80긍정"}) {
        EXPECT_EQ(label_of_word(word), true) << word;
    }
    for (const char* word : {"0", "0.0", "neg", "NEGATIVE", "false", "0\t", "부정",
                             "\xEF\xBB\xBF"
                             "0"}) {
        EXPECT_EQ(label_of_word(word), false) << word;
    }
    for (const char* word : {"", "2", "yes", "1.5", "spam", "0 1"})
        EXPECT_EQ(label_of_word(word), std::nullopt) << word;
}

TEST(LabelsTest, NamedValuesAreReadAsNumbersAndInAnyCase) {
    LabelReader four(named("4", "0"));
    EXPECT_EQ(four.read("4.0"), true);
    EXPECT_EQ(four.read(" 0 "), false);
    EXPECT_EQ(four.read("2"), std::nullopt);
    EXPECT_EQ(four.read("1"), std::nullopt) << "1 is no word for positive where numbers were named";
    LabelReader swapped(named("0", "1"));
    EXPECT_EQ(swapped.read("0"), true);
    EXPECT_EQ(swapped.read("1"), false);
    LabelReader fresh(named("Fresh", "rotten"));
    EXPECT_EQ(fresh.read("fresh"), true);
    EXPECT_EQ(fresh.read("ROTTEN"), false);
    EXPECT_EQ(fresh.names().positive, "Fresh");
}

TEST(LabelsTest, OneNamedValueMakesTheOtherItsOpposite) {
    LabelReader reader(named("spam", ""));
    EXPECT_EQ(reader.read("ham"), false);
    EXPECT_EQ(reader.read("spam"), true);
    EXPECT_EQ(reader.read("eggs"), std::nullopt) << "a third one";
    EXPECT_EQ(reader.names().negative, "ham");
    EXPECT_THAT(reader.refusal("eggs", {{"eggs", 1}, {"ham", 1}, {"spam", 1}}),
                AllOf(HasSubstr("'eggs' is neither 'spam'"), HasSubstr("nor 'ham'")));
}

TEST(LabelsTest, KnownWordsGoBesideNamedWords) {
    LabelReader korean(named("긍정", "부정"));
    EXPECT_EQ(korean.read("1"), true);
    EXPECT_EQ(korean.read("neg"), false);
    LabelReader swapped(named("부정", "긍정"));
    EXPECT_EQ(swapped.read("부정"), true) << "what is said goes before what is known";
    EXPECT_EQ(swapped.read("1"), std::nullopt);
}

TEST(LabelsTest, StarsArePositiveFromTheThreshold) {
    TextSettings settings;
    settings.positive_from = 4;
    LabelReader reader(settings);
    EXPECT_EQ(reader.read("3.9"), false);
    EXPECT_EQ(reader.read("4.0"), true);
    EXPECT_EQ(reader.read("good"), std::nullopt);
    EXPECT_EQ(reader.names().positive, "positive");
}

TEST(LabelsTest, NamesAreThoseOfTheDataUnlessPlain) {
    LabelReader korean{TextSettings{}};
    EXPECT_EQ(korean.read("긍정"), true);
    EXPECT_EQ(korean.read(" 부정"), false);
    EXPECT_EQ(korean.names().positive, "긍정");
    EXPECT_EQ(korean.names().negative, "부정");
    LabelReader plain{TextSettings{}};
    EXPECT_EQ(plain.read("pos"), true);
    EXPECT_EQ(plain.names().positive, "positive");
}

TEST(LabelsTest, RefusalSaysWhichFlagsHelp) {
    const LabelReader reader{TextSettings{}};
    EXPECT_THAT(reader.refusal("2", {{"1", 5}, {"2", 5}}), HasSubstr("--positive-label 2 --negative-label 1"));
    EXPECT_THAT(reader.refusal("4", {{"0", 5}, {"4", 5}}), HasSubstr("--positive-label 4 --negative-label 0"));
    EXPECT_THAT(reader.refusal("3", {{"1.0", 5}, {"2.0", 5}, {"3.0", 1}}), HasSubstr("--positive-from"));
    EXPECT_THAT(
        reader.refusal("ham", {{"ham", 5}, {"spam", 5}}),
        AllOf(HasSubstr("the label 'ham' is none of 0, 1"), HasSubstr("'ham', 'spam'"), HasSubstr("--positive-label")));
    EXPECT_THAT(reader.refusal(" ", {{"", 1}}), HasSubstr("the label is missing"));
}

TEST(LabelsTest, SettingsThatContradictAreRefused) {
    auto settings = named("a", "a");
    EXPECT_THAT(test::error_of<UsageError>([&] { settings.validate(); }), HasSubstr("are both 'a'"));
    settings = named("a", "");
    settings.positive_from = 3;
    EXPECT_THAT(test::error_of<UsageError>([&] { settings.validate(); }), HasSubstr("--positive-from"));
    settings = {};
    settings.empty_texts = "keep";
    EXPECT_THAT(test::error_of<UsageError>([&] { settings.validate(); }), HasSubstr("--empty-texts"));
    settings = {};
    settings.quoting = "all";
    EXPECT_THAT(test::error_of<UsageError>([&] { settings.validate(); }), HasSubstr("--quoting"));
}

}  // namespace
}  // namespace cellwise::data
