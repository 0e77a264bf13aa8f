// Texts that were made to harm: nested deep, long in an unlucky way, or small with a large meaning.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/strict_json.h"
#include "data/files/text_rows.h"
#include "data/reviews/word_index.h"
#include "interchange/keras_inference.h"
#include "scratch_folder.h"
#include "tasks/sentiment/configuration.h"
#include "unit/error_of.h"

namespace cellwise {
namespace {

using test::data_error;
using testing::HasSubstr;

// What is linear takes milliseconds here; what is not takes longer than the time that a test is given.
// A parse with callbacks of nlohmann/json looks through all members at the end of each.
TEST(HostileText, JsonOfManySmallObjectsIsReadInLinearTime) {
    std::string list = "[{}", object = "{\"0\":{}";
    for (int i = 1; i < 200'000; ++i) {
        list += ",{}";
        object += ",\"" + std::to_string(i) + "\":{}";
    }
    EXPECT_EQ(parse_strict_json(list + "]", "x").size(), 200'000U);
    EXPECT_EQ(parse_strict_json(object + "}", "x").size(), 200'000U);
}

TEST(HostileText, JsonIsRefusedWithThePlace) {
    const auto error = [](const std::string& text) {
        return data_error([&] { static_cast<void>(parse_strict_json(text, "x.json", 4)); });
    };
    EXPECT_THAT(error("{\"a\": 1, \"a\": 2}"), HasSubstr("x.json: the JSON key 'a' stands twice"));
    EXPECT_THAT(error("[{\"a\": 1}, {\"a\": {\"a\": 2}}]"), HasSubstr("no DataError"));
    EXPECT_THAT(error("[[[[1]]]]"), HasSubstr("no DataError"));
    EXPECT_THAT(error("[[[[[1]]]]]"), HasSubstr("nested deeper than 4 levels"));
    EXPECT_THAT(error(std::string(1'000'000, '[')), HasSubstr("nested deeper"));
    EXPECT_THAT(error("{\"a\": 1"), HasSubstr("x.json: not valid JSON at byte 8"));
    EXPECT_THAT(error("1e999"), HasSubstr("not valid JSON"));
    EXPECT_THAT(error(""), HasSubstr("not valid JSON"));
    EXPECT_THAT(error("{} {}"), HasSubstr("not valid JSON at byte 4"));
}

// A random value with up to `depth` levels below it.
nlohmann::json random_json(int depth) {
    using nlohmann::json;
    switch (*rc::gen::inRange(0, depth > 0 ? 8 : 6)) {
        case 0:
            return nullptr;
        case 1:
            return *rc::gen::arbitrary<bool>();
        case 2:
            return *rc::gen::arbitrary<std::int64_t>();
        case 3:
            return *rc::gen::arbitrary<std::uint64_t>();
        case 4:
            return *rc::gen::inRange(-1'000'000, 1'000'000) / 1024.0;
        case 5:
            return *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
        case 6: {
            auto list = json::array();
            for (int i = *rc::gen::inRange(0, 5); i > 0; --i) list.push_back(random_json(depth - 1));
            return list;
        }
        default: {
            auto object = json::object();
            for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
                object[*rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127))] = random_json(depth - 1);
            }
            return object;
        }
    }
}

RC_GTEST_PROP(StrictJson, GivesTheDocumentThatTheLibraryGives, ()) {
    const auto text = random_json(4).dump();
    RC_ASSERT(parse_strict_json(text, "x") == nlohmann::json::parse(text));
}

TEST(HostileText, AVocabularyHoldsWordsAlone) {
    const test::ScratchFolder folder;
    const auto path = folder / "vocabulary.json";
    const auto error = [&](const std::string& text) {
        write_file_atomically(path, text);
        return data_error([&] { static_cast<void>(data::read_vocabulary(path)); });
    };
    write_file_atomically(path, "[\"the\", \"film\"]");
    EXPECT_EQ(data::read_vocabulary(path).rank("film"), 2);
    write_file_atomically(path, "[]");
    EXPECT_EQ(data::read_vocabulary(path).size(), 0U);
    EXPECT_THAT(error(std::string(1'000'000, '[')), HasSubstr("is not a JSON list of words: a list within the list"));
    EXPECT_THAT(error("[\"the\", {\"a\": 1}]"), HasSubstr("an object behind 1 words"));
    EXPECT_THAT(error("\"the\""), HasSubstr("a text outside of a list"));
    EXPECT_THAT(error("[\"the\", \"the\"]"), HasSubstr("stands twice"));
    EXPECT_THAT(error("[\"the\""), HasSubstr("no valid JSON at byte"));
}

TEST(HostileText, ALineOfJsonHasALimit) {
    const auto error = [](const std::string& text) {
        return data_error([&] {
            static_cast<void>(data::read_text_rows(text, data::RowForm::jsonl, {{"text", "--text-column"}}, "x.jsonl"));
        });
    };
    const std::string million_words = "{\"text\": \"" + std::string(6'000'000, 'a') + "\"}\n";
    EXPECT_EQ(error(million_words), "no DataError");
    EXPECT_THAT(error("{\"text\": \"a\"}\n" + std::string(17 << 20, '[')), HasSubstr("x.jsonl, line 2: longer than"));
}

// Every dot in a key is a table within a table, which are taken apart by recursion.
TEST(HostileText, KeysOfManyDotsDoNotOverflowTheStack) {
    const test::ScratchFolder folder;
    const auto path = folder / "config.toml";
    std::string key = "a";
    for (int i = 0; i < 400'000; ++i) key += ".a";
    for (const auto& text : {key + " = 1\n", "[" + key + "]\n", "[[" + key + "]]\n"}) {
        write_file_atomically(path, text);
        sentiment::Configuration configuration;
        EXPECT_THAT(data_error([&] { sentiment::apply_toml_file(configuration, path.string()); }),
                    HasSubstr("more than 1000 dots"));
    }
}

// Sixteen layers of four classes that all fit each other stand in 63 million orders, none of which ends well.
TEST(HostileText, TheOrderOfLayersIsFoundOrGivenUpSoon) {
    std::map<std::string, interchange::KerasVariable> arrays;
    const auto add = [&](const std::string& path, const std::vector<std::int64_t>& shape) {
        std::size_t count = 1;
        for (const auto size : shape) count *= static_cast<std::size_t>(size);
        arrays["layers/" + path] = {shape, std::vector<float>(count)};
    };
    const auto add_cell = [&](const std::string& group, std::int64_t gates, std::int64_t units) {
        add(group + "/cell/vars/0", {2, gates * units});
        add(group + "/cell/vars/1", {units, gates * units});
        add(group + "/cell/vars/2", {gates * units});
    };
    const auto error = [&] {
        return data_error([&] { static_cast<void>(interchange::infer_keras_model(arrays, {}, "x.h5")); });
    };
    add("embedding/vars/0", {3, 2});
    for (const auto* number : {"", "_1", "_2", "_3"}) {
        add_cell(std::string("simple_rnn") + number, 1, 2);
        add_cell(std::string("lstm") + number, 4, 2);
        add_cell(std::string("gru") + number, 3, 2);
        add_cell(std::string("bidirectional") + number + "/forward_layer", 3, 1);
    }
    add("dense/vars/0", {5, 1});
    EXPECT_THAT(error(), HasSubstr("do not fit together"));
    add("dense/vars/0", {2, 1});
    EXPECT_THAT(error(), HasSubstr("fit together in more than one order"));
    for (int i = 4; i < 20; ++i) add_cell("gru_" + std::to_string(i), 3, 2);
    EXPECT_THAT(error(), HasSubstr("there are 32 recurrent layers"));
}

}  // namespace
}  // namespace cellwise
