// `cellwise data …` as a user runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "integration/program.h"
#include "unit/data_bytes.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::run_program;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class DataCommand : public testing::Test {
protected:
    void SetUp() override {
        ::setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
        ::unsetenv("CELLWISE_DATA");
        test::write_imdb_npz(npz, {{1, 2, 3}, {3, 3}}, {{2}, {1, 2}});
        write_file_atomically(folder / "imdb_word_index.json", R"({"a": 1, "b": 2, "c": 3})");
    }
    static void expect_failure(const std::vector<std::string>& arguments, int exit_code, const std::string& message) {
        const auto result = run_program(arguments);
        EXPECT_EQ(result.exit_code, exit_code) << message << "\n" << result.errors;
        EXPECT_THAT(result.errors, HasSubstr(message));
        EXPECT_EQ(result.output, "");
    }
    test::ScratchFolder folder;
    const std::string npz = folder / "imdb.npz";
};

TEST_F(DataCommand, InfoTellsSizesAndHash) {
    const auto result = run_program({"data", "info", "--data", npz, "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto info = json::parse(result.output);
    EXPECT_EQ(info["train"]["reviews"], 2);
    EXPECT_EQ(info["train"]["mean_length"], 3.5);
    EXPECT_EQ(info["test"]["shortest"], 2);
    EXPECT_EQ(info["words"], 3);
    EXPECT_EQ(info["source"]["sha256"].get<std::string>().size(), 64u);
    EXPECT_THAT(result.errors, HasSubstr("data: imdb.npz (" + npz + "): 2 train, 2 test reviews"));
    const auto text = run_program({"data", "info", "--data", npz, "--quiet"});
    EXPECT_THAT(text.output, HasSubstr("from the prepared copy"));
    EXPECT_EQ(text.errors, "");
}

TEST_F(DataCommand, ShowGivesIdsWordsAndLabel) {
    const auto result =
        run_program({"data", "show", "--data", folder / ".", "--split", "test", "--index", "1", "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    const auto shown = json::parse(result.output);
    const auto ids = shown["ids"].get<std::vector<int>>();
    const auto words = shown["words"].get<std::vector<std::string>>();
    EXPECT_THAT(ids, testing::AnyOf(ElementsAre(1, 5), ElementsAre(1, 4, 5)));
    EXPECT_EQ(words.front(), "<start>");
    EXPECT_EQ(words.back(), "b");
    EXPECT_EQ(shown["label"], ids.size() == 3 ? 1 : 0);
}

TEST_F(DataCommand, RefusesBadCallsWithAMessage) {
    expect_failure({"data"}, 2, "subcommand");
    expect_failure({"data", "show", "--data", npz, "--index", "2"}, 2, "--index 2 is not in 0 to 1");
    expect_failure({"data", "show", "--data", npz, "--index", "-1"}, 2, "--index -1");
    expect_failure({"data", "show", "--data", npz, "--split", "dev"}, 2, "--split");
    expect_failure({"data", "info", "--data", npz, "--vocabulary-size", "3"}, 2, "--vocabulary-size 3");
    expect_failure({"data", "info", "--data", npz, "--vocabulary-size", "99999999999"}, 2, "--vocabulary-size");
    expect_failure({"data", "info", "--data", npz, "--limit", "-5"}, 2, "--limit -5");
    expect_failure({"data", "download", "--offline"}, 2, "--offline");
    expect_failure({"data", "info", "--data", folder / "absent"}, 3, "there is no data at");
    expect_failure({"data", "synthetic", "--output", folder / "s.csv", "--label-noise", "2"}, 2, "--label-noise");
    expect_failure({"data", "synthetic", "--output", folder / "imdb.npz/s.csv"}, 4, "imdb.npz");
}

TEST_F(DataCommand, RefusesDamagedFilesNamingThem) {
    const auto whole = read_file(npz);
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
        write_file_atomically(npz, whole.substr(0, size));
        expect_failure({"data", "prepare", "--data", npz}, 3, "imdb.npz");
    }
    write_file_atomically(npz, whole);
    write_file_atomically(folder / "imdb_word_index.json", "{\"a\": ");
    expect_failure({"data", "prepare", "--data", npz}, 3, "imdb_word_index.json");
    fs::remove(folder / "imdb_word_index.json");
    write_file_atomically(folder / "aclImdb.tar.gz", "\x1f\x8b\x08 damaged");
    expect_failure({"data", "prepare", "--data", folder / "aclImdb.tar.gz"}, 3, "aclImdb.tar.gz");
    write_file_atomically(folder / "t.csv", "text,label\nx,9\n");
    expect_failure({"data", "prepare", "--data", folder / "t.csv"}, 3, "line 2");
}

TEST_F(DataCommand, PrepareSaysWhereAndSecondTimeThatItIsThere) {
    const auto first = run_program({"data", "prepare", "--data", npz});
    EXPECT_THAT(first.output, AllOf(HasSubstr("prepared in"), HasSubstr(folder / "cache")));
    EXPECT_THAT(run_program({"data", "prepare", "--data", npz}).output, HasSubstr("already prepared"));
    ::setenv("XDG_CACHE_HOME", npz.c_str(), 1);
    expect_failure({"data", "prepare", "--data", npz}, 4, "could not be written");
    const auto info = run_program({"data", "info", "--data", npz});
    EXPECT_EQ(info.exit_code, 0);
    EXPECT_THAT(info.errors, HasSubstr("no prepared copy is kept"));
}

TEST_F(DataCommand, OwnTextsAreReadBack) {
    const auto csv = folder / "own.csv";
    ASSERT_EQ(run_program({"data", "synthetic", "--output", csv, "--reviews", "50"}).exit_code, 0);
    const auto info = run_program({"data", "info", "--data", csv, "--json", "-"});
    ASSERT_EQ(info.exit_code, 0) << info.errors;
    EXPECT_EQ(json::parse(info.output)["source"]["kind"], "table");
    EXPECT_EQ(json::parse(info.output)["train"]["reviews"], 40);
    const auto piped = run_program({"data", "synthetic", "--output", "-", "--reviews", "50"});
    EXPECT_EQ(piped.output, test::content_of(csv));
}

TEST_F(DataCommand, RealReviewsHaveTheKnownAnswers) {
    const fs::path real = CELLWISE_TEST_DATA;
    if (!fs::exists(real / "imdb.npz"))
        GTEST_SKIP() << real / "imdb.npz"
                     << " is absent";
    const auto result = run_program({"data", "info", "--data", real});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output,
                AllOf(HasSubstr("train labels begin 1 0 0 1 0 0 1 0 1 0; review 0 begins 1 14 22 16 43 530 973 "
                                "1622 1385 65"),
                      HasSubstr("review 0 begins 1 591 202 14 31 6 717 10 10 2 2 5 4 360"), HasSubstr("238.71364"),
                      HasSubstr("234.75892")));
}

}  // namespace
}  // namespace cellwise
