// The archive, the unpacked folder, the npz and the word index; both routes to the same arrays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/random.h"
#include "data/reviews/corpus_builder.h"
#include "data/reviews/imdb_npz.h"
#include "data/reviews/load_data.h"
#include "data/reviews/locate.h"
#include "data/reviews/raw_reviews.h"
#include "data/reviews/word_index.h"
#include "scratch_folder.h"
#include "unit/data_bytes.h"
#include "unit/error_of.h"

namespace cellwise::data {
namespace {

namespace fs = std::filesystem;
using test::Container;
using test::data_error;
using test::Member;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<Member> small_archive{
    {"aclImdb/README", "not a review"},
    {"aclImdb/imdb.vocab", "the"},
    {"aclImdb/train/neg/0_3.txt", "A bad film."},
    {"aclImdb/train/pos/10_9.txt", "the best film"},
    {"aclImdb/train/pos/9_10.txt", "Good, GOOD!"},
    {"aclImdb/train/unsup/0_0.txt", "unlabelled"},
    {"aclImdb/train/unsupBow.feat", "0:1"},
    {"aclImdb/test/pos/0_10.txt", "best"},
    {"aclImdb/test/neg/1_1.txt", "unseen bad"},
};

class ReviewsTest : public testing::Test {
protected:
    std::string archive_error(const std::vector<Member>& members, Container container = Container::tar_gz) {
        test::write_archive(path, container, members);
        return data_error([&] { (void)prepare_raw(path, ""); });
    }
    std::string with(const Member& member) {
        auto members = small_archive;
        members.push_back(member);
        return archive_error(members);
    }
    void unpack(const fs::path& folder_path) {
        for (const auto& member : small_archive) write_file_atomically(folder_path / member.name, member.content);
    }
    test::ScratchFolder folder;
    fs::path path = folder / "aclImdb_v1.tar.gz";
};

TEST_F(ReviewsTest, ArchiveFolderAndNpzGiveTheSame) {
    const auto index = folder / "imdb_word_index.json";
    write_file_atomically(index, R"({"film": 1, "bad": 3, "good": 2, "best": 5, "the": 4, "a": 6})");
    test::write_archive(path, Container::tar_gz, small_archive);
    const auto from_archive = prepare_raw(path, index);
    test::write_archive(folder / "x.tar", Container::tar, small_archive);
    const auto from_tar = prepare_raw(folder / "x.tar", index);
    unpack(folder / "unpacked");
    const auto from_folder = prepare_raw(folder / "unpacked/aclImdb", index);
    // Sorted by name ("10_9" before "9_10"), positive before negative; words without a rank dropped.
    test::write_archive(folder / "imdb.npz", Container::zip_deflated,
                        {{"x_train.npy", test::npy_lists({{4, 5, 1}, {2, 2}, {6, 3, 1}})},
                         {"y_train.npy", test::npy_labels({1, 1, 0})},
                         {"x_test.npy", test::npy_lists({{5}, {3}})},
                         {"y_test.npy", test::npy_labels({1, 0})}});
    const auto from_npz = prepare_npz(folder / "imdb.npz", index);
    for (const auto* other : {&from_tar, &from_folder, &from_npz}) {
        EXPECT_EQ(content_sha256(other->train, other->test), content_sha256(from_archive.train, from_archive.test));
        EXPECT_EQ(other->train.ids, from_archive.train.ids);
        EXPECT_EQ(other->words_by_rank, from_archive.words_by_rank);
    }
    const auto orders = load_data_orders(3, 2);
    const auto second_in_file = std::find(orders.train.begin(), orders.train.end(), 1u) - orders.train.begin();
    EXPECT_THAT(from_npz.train.review(static_cast<std::size_t>(second_in_file)), ElementsAre(1, 5, 5));
}

TEST_F(ReviewsTest, RefusesWhatLeavesTheArchiveOrIsNoFile) {
    EXPECT_THAT(with({"aclImdb/train/pos/../../../../etc/0_1.txt", "x"}), HasSubstr("points out of the archive"));
    EXPECT_THAT(with({"../train/pos/1_1.txt", "x"}), HasSubstr("points out of the archive"));
    EXPECT_THAT(with({"/train/pos/1_1.txt", "x"}), HasSubstr("points out of the archive"));
    EXPECT_THAT(with({"aclImdb/train/pos/1_1.txt", "", AE_IFLNK, "/etc/passwd"}), HasSubstr("link"));
    EXPECT_THAT(with(small_archive[2]), HasSubstr("'0_3.txt' stands twice"));
    EXPECT_THAT(with({"aclImdb/train/pos/2_1.txt", std::string(17 << 20, 'x')}), HasSubstr("too large"));
}

TEST_F(ReviewsTest, RefusesAnIncompleteDataSet) {
    auto members = small_archive;
    std::erase_if(members, [](const Member& member) { return member.name.find("test/neg") != std::string::npos; });
    EXPECT_THAT(archive_error(members), AllOf(HasSubstr("aclImdb_v1.tar.gz"), HasSubstr("no reviews in test/neg")));
    EXPECT_THAT(archive_error({}), HasSubstr("no reviews in train/pos"));
    EXPECT_THAT(data_error([&] { (void)prepare_raw(folder / "absent.tar.gz", ""); }), HasSubstr("absent.tar.gz"));
    fs::create_directories(folder / "part/train/pos");
    EXPECT_THAT(data_error([&] { (void)prepare_raw(folder / "part", ""); }), HasSubstr("train/neg"));
    write_file_atomically(path, "this is no archive");
    EXPECT_THAT(data_error([&] { (void)prepare_raw(path, ""); }), HasSubstr("aclImdb_v1.tar.gz"));
}

TEST_F(ReviewsTest, EveryTruncationAndEveryChangedByteIsNoticed) {
    test::write_archive(path, Container::tar_gz, small_archive);
    const auto whole = read_file(path);
    const auto good = prepare_raw(path, "");
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        write_file_atomically(path, whole.substr(0, size));
        EXPECT_THAT(data_error([&] { (void)prepare_raw(path, ""); }), HasSubstr("aclImdb_v1.tar.gz")) << size;
    }
    for (std::size_t at = 0; at < whole.size(); at += 5) {
        auto bad = whole;
        bad[at] = static_cast<char>(bad[at] ^ 0x04);
        write_file_atomically(path, bad);
        try {  // a few bytes of gzip's header mean nothing, such as its time
            EXPECT_EQ(prepare_raw(path, "").train.ids, good.train.ids) << at;
        } catch (const DataError& error) {
            EXPECT_THAT(error.what(), HasSubstr("aclImdb_v1.tar.gz"));
        }
    }
}

TEST_F(ReviewsTest, NpzMustBeKerass) {
    const auto npz = folder / "imdb.npz";
    const auto error = [&](const std::vector<Member>& members) {
        test::write_archive(npz, Container::zip_deflated, members);
        return data_error([&] { (void)prepare_npz(npz, ""); });
    };
    const Member x_train{"x_train.npy", test::npy_lists({{1}, {2}})}, x_test{"x_test.npy", test::npy_lists({{1}})};
    const Member y_train{"y_train.npy", test::npy_labels({1, 0})}, y_test{"y_test.npy", test::npy_labels({1})};
    EXPECT_EQ(error({x_train, y_train, x_test, y_test}), "no DataError");
    EXPECT_THAT(error({x_train, y_train, x_test}), HasSubstr("no array 'y_test'"));
    EXPECT_THAT(error({x_train, {"y_train.npy", test::npy_labels({1})}, x_test, y_test}),
                HasSubstr("1 labels for 2 reviews"));
    EXPECT_THAT(error({x_train, {"y_train.npy", test::npy_labels({1, 2})}, x_test, y_test}), HasSubstr("label 2"));
    EXPECT_THAT(error({{"x_train.npy", test::npy_lists({{1}, {0}})}, y_train, x_test, y_test}),
                HasSubstr("no word's rank"));
    EXPECT_THAT(error({{"x_train.npy", test::npy_lists({{1}, {-5}})}, y_train, x_test, y_test}),
                HasSubstr("no word's rank"));
    EXPECT_THAT(error({{"x_train.npy", test::npy_labels({1, 0})}, y_train, x_test, y_test}),
                HasSubstr("lists of numbers are needed"));
}

TEST_F(ReviewsTest, WordIndexIsStrict) {
    const auto file = folder / "imdb_word_index.json";
    const auto error = [&](const std::string& content) {
        write_file_atomically(file, content);
        return data_error([&] { (void)read_word_index(file); });
    };
    write_file_atomically(file, R"({"b": 2, "doesn\u2019t": 1})");
    EXPECT_THAT(read_word_index(file), ElementsAre("doesn’t", "b"));
    EXPECT_THAT(error(""), HasSubstr("no valid JSON"));
    EXPECT_THAT(error(R"({"a": 1, "b")"), AllOf(HasSubstr("imdb_word_index.json"), HasSubstr("byte 13")));
    EXPECT_THAT(error("{}"), HasSubstr("no words"));
    EXPECT_THAT(error("[1]"), HasSubstr("array"));
    EXPECT_THAT(error("5"), HasSubstr("outside"));
    EXPECT_THAT(error(R"({"a": {"b": 1}})"), HasSubstr("object within"));
    EXPECT_THAT(error(std::string(100000, '[')), HasSubstr("array"));
    for (const char* rank : {"0", "3", "-1", "1.5", "\"1\"", "null", "true", "18446744073709551616"}) {
        EXPECT_THAT(error(std::string(R"({"b": 1, "a": )") + rank + "}"), HasSubstr("'a'")) << rank;
    }
    EXPECT_THAT(error(R"({"a": 1, "b": 1})"), HasSubstr("rank 1"));
    EXPECT_THAT(error(R"({"a": 1, "a": 2})"), HasSubstr("'a' stands twice"));
    EXPECT_THAT(data_error([&] { (void)read_word_index(folder / "absent"); }), HasSubstr("absent"));
}

TEST_F(ReviewsTest, LocatesByNameAndPrefersTheNpz) {
    EXPECT_FALSE(find_in_folder(folder / "none"));
    EXPECT_THAT(data_error([&] { (void)locate(folder / "none"); }), HasSubstr("there is no data at"));
    unpack(folder / "all");
    EXPECT_EQ(locate(folder / "all").form, Form::folder);
    EXPECT_EQ(locate(folder / "all/aclImdb").path, folder / "all/aclImdb");
    write_file_atomically(folder / "all/aclImdb_v1.tar.gz", "x");
    EXPECT_EQ(locate(folder / "all").form, Form::archive);
    EXPECT_TRUE(locate(folder / "all").word_index.empty());
    write_file_atomically(folder / "all/imdb.npz", "x");
    write_file_atomically(folder / "all/imdb_word_index.json", "x");
    EXPECT_EQ(locate(folder / "all").form, Form::npz);
    EXPECT_EQ(locate(folder / "all/aclImdb").word_index, folder / "all/imdb_word_index.json");
    write_file_atomically(folder / "own.csv", "x");
    EXPECT_EQ(locate(folder / "own.csv").form, Form::table);
    write_file_atomically(folder / "own.pdf", "x");
    EXPECT_THAT(data_error([&] { (void)locate(folder / "own.pdf"); }), HasSubstr("no known kind"));
    fs::create_directory(folder / "empty");
    EXPECT_THAT(data_error([&] { (void)locate(folder / "empty"); }), HasSubstr("holds no data"));
}

}  // namespace
}  // namespace cellwise::data
