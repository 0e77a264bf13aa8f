// The prepared copy: what invalidates it, what damage does, two processes at once; load_dataset on top.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/reviews/dataset.h"
#include "data/reviews/prepared_cache.h"
#include "scratch_folder.h"
#include "unit/data_bytes.h"

namespace cellwise::data {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class CacheTest : public testing::Test {
protected:
    void SetUp() override {
        ::setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
        ::unsetenv("CELLWISE_DATA");
        test::write_imdb_npz(npz, train, test_lists);
        write_file_atomically(folder / "imdb_word_index.json", R"({"a": 1, "b": 2, "c": 3})");
    }
    Dataset load() const {
        DataOptions options;
        options.path = npz.string();
        return load_dataset(options);
    }
    std::vector<fs::path> files(const std::string& extension) const {
        std::vector<fs::path> found;
        for (const auto& each : fs::directory_iterator(prepared_folder())) {
            if (each.path().extension() == extension) found.push_back(each.path());
        }
        return found;
    }
    test::ScratchFolder folder;
    fs::path npz = folder / "imdb.npz";
    test::Lists train{{1, 2, 3}, {3, 3}, {1}}, test_lists{{2}, {1, 2}};
};

TEST_F(CacheTest, LoadsTheSameFromTheCopy) {
    const auto first = load(), second = load();
    EXPECT_FALSE(first.source.from_cache);
    EXPECT_TRUE(second.source.from_cache);
    EXPECT_EQ(first.source.prepared_copy, second.source.prepared_copy);
    EXPECT_EQ(first.source.sha256, second.source.sha256);
    EXPECT_EQ(first.train.ids, second.train.ids);
    EXPECT_EQ(first.train.offsets, second.train.offsets);
    EXPECT_EQ(first.test.labels, second.test.labels);
    EXPECT_THAT(second.vocabulary.words_by_rank(), ElementsAre("a", "b", "c"));
    EXPECT_EQ(second.source.kind, "imdb");
    EXPECT_EQ(second.source.path, npz.string());
}

TEST_F(CacheTest, GoesByContentNotByTime) {
    const auto first = load();
    const auto time = fs::last_write_time(npz);
    test::write_imdb_npz(npz, {{1, 2, 2}, {3, 3}, {1}}, test_lists);
    fs::last_write_time(npz, time);  // the same time and name, other content
    const auto changed = load();
    EXPECT_FALSE(changed.source.from_cache);
    EXPECT_NE(changed.source.sha256, first.source.sha256);
    EXPECT_EQ(files(".prepared").size(), 1u) << "the former copy is dropped";
    fs::last_write_time(npz, time + std::chrono::hours(1));  // another time, the same content
    EXPECT_TRUE(load().source.from_cache);
    write_file_atomically(folder / "imdb_word_index.json", R"({"a": 2, "b": 1, "c": 3})");
    EXPECT_THAT(load().vocabulary.words_by_rank(), ElementsAre("b", "a", "c"));
}

// A file system may count time in steps of seconds: a change right after the first look shows in no time.
TEST_F(CacheTest, DoesNotTrustTheTimesOfFilesWrittenJustNow) {
    const auto identity = [&] {
        const auto stamps = files(".stamp");
        return stamps.size() == 1 ? read_file(stamps[0]).substr(std::string("cellwise prepared copy 1\n").size(), 64)
                                  : "";
    };
    (void)load();
    EXPECT_EQ(identity(), std::string(64, '0'));
    std::this_thread::sleep_for(std::chrono::seconds(5));
    EXPECT_TRUE(load().source.from_cache) << "found by hashing";
    EXPECT_THAT(identity(), testing::MatchesRegex("[0-9a-f]{64}"));
    EXPECT_NE(identity(), std::string(64, '0'));
    EXPECT_TRUE(load().source.from_cache);
}

TEST_F(CacheTest, RemovesWhatKilledProgramsLeft) {
    fs::create_directories(prepared_folder());
    const auto left = prepared_folder() / (std::string(64, 'a') + ".prepared.999999-0.part");
    std::ofstream(left) << "half";
    (void)load();
    EXPECT_FALSE(fs::exists(left));
}

TEST_F(CacheTest, MakesADamagedCopyAnew) {
    const auto good = load();
    const fs::path copy = good.source.prepared_copy;
    const auto whole = read_file(copy);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto bad = whole;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        write_file_atomically(copy, bad);
        EXPECT_THROW((void)read_prepared(copy), DataError) << at;
        write_file_atomically(copy, whole.substr(0, at));
        EXPECT_THROW((void)read_prepared(copy), DataError) << at;
    }
    write_file_atomically(copy, whole + "x");
    EXPECT_THROW((void)read_prepared(copy), DataError);
    const auto again = load();
    EXPECT_FALSE(again.source.from_cache);
    EXPECT_EQ(again.train.ids, good.train.ids);
    EXPECT_EQ(read_file(copy), whole);
    for (const auto& stamp : files(".stamp")) write_file_atomically(stamp, "nonsense");
    EXPECT_TRUE(load().source.from_cache) << "found by hashing";
}

// Six processes load at once while one of them takes the copies away again and again.
TEST_F(CacheTest, ProcessesDoNotDisturbEachOther) {
    const auto take_away = [] {
        std::error_code code;
        for (fs::directory_iterator each(prepared_folder(), code), end; !code && each != end; each.increment(code)) {
            std::error_code gone;
            if (each->path().extension() != ".part") fs::remove(each->path(), gone);
        }
    };
    const auto child = [&](bool takes_away) {
        try {
            for (int round = 0; round < 20; ++round) {
                if (takes_away) take_away();
                if (load().train.ids.size() != 9) return 1;
            }
            return 0;
        } catch (...) {
            return 2;
        }
    };
    constexpr int processes = 6;
    for (int i = 0; i < processes; ++i) {
        if (::fork() == 0) ::_exit(child(i == 0));
    }
    for (int i = 0; i < processes; ++i) {
        int status = 0;
        ASSERT_GT(::wait(&status), 0);
        EXPECT_EQ(status, 0);
    }
}

TEST_F(CacheTest, WorksWithoutAWritableCache) {
    write_file_atomically(folder / "file", "x");
    ::setenv("XDG_CACHE_HOME", (folder / "file").c_str(), 1);
    testing::internal::CaptureStderr();
    const auto dataset = load();
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("no prepared copy is kept"));
    EXPECT_EQ(dataset.train.size(), 3u);
    EXPECT_EQ(dataset.source.prepared_copy, "");
}

TEST_F(CacheTest, AppliesVocabularySizeAndLimitAfterwards) {
    const auto all = load();
    DataOptions options;
    options.path = npz.string();
    options.vocabulary_size = 5;
    options.limit = 2;
    const auto cut = load_dataset(options);
    EXPECT_EQ(cut.source.sha256, all.source.sha256);
    EXPECT_EQ(cut.train.size(), 2u);
    for (std::size_t i = 0; i < cut.train.ids.size(); ++i) {
        EXPECT_EQ(cut.train.ids[i], all.train.ids[i] >= 5 ? unknown_id : all.train.ids[i]);
    }
    for (const std::int64_t size : {3L, 0L, -1L, 10'000'001L}) {
        options.vocabulary_size = size;
        EXPECT_THROW((void)load_dataset(options), UsageError) << size;
    }
    options.vocabulary_size = 4;
    options.limit = -1;
    EXPECT_THROW((void)load_dataset(options), UsageError);
}

TEST_F(CacheTest, WithoutAWordIndexTheVocabularyIsEmpty) {
    fs::remove(folder / "imdb_word_index.json");
    testing::internal::CaptureStderr();
    EXPECT_EQ(load().vocabulary.size(), 0u);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("no imdb_word_index.json"));
}

TEST_F(CacheTest, APathGivenIsNeverReplaced) {
    DataOptions options;
    options.path = (folder / "absent").string();
    EXPECT_THROW((void)load_dataset(options), DataError);
    ::setenv("CELLWISE_DATA", (folder / "absent").c_str(), 1);
    EXPECT_THROW((void)load_dataset({}), DataError);
    write_file_atomically(npz, "PK damaged");
    ::setenv("CELLWISE_DATA", npz.c_str(), 1);
    EXPECT_THROW((void)load_dataset({}), DataError);
    options.path = "synthetic";
    EXPECT_TRUE(load_dataset(options).source.is_synthetic()) << "--data wins over CELLWISE_DATA";
}

}  // namespace
}  // namespace cellwise::data
