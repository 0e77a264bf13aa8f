// Archives that were made to harm: names that lead out, links, and bombs. Nothing of them is ever unpacked to disk;
// they are refused all the same, in the first place that can tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "core/archive_name.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "data/files/npz.h"
#include "data/reviews/raw_reviews.h"
#include "interchange/hdf5_file.h"
#include "interchange/keras_file.h"
#include "interchange/zip.h"
#include "scratch_folder.h"
#include "unit/data_bytes.h"
#include "unit/error_of.h"

namespace cellwise {
namespace {

using test::Container;
using test::data_error;
using test::Member;
using testing::AllOf;
using testing::HasSubstr;

const std::vector<std::string> names_that_lead_out{"/etc/passwd", "../a", "a/../../b", "a/..", ".."};

TEST(ArchiveName, LeadsOutByDotsOrByItsFirstSlash) {
    for (const auto& name : names_that_lead_out) EXPECT_TRUE(leaves_its_folder(name)) << name;
    for (const auto* name : {"", "a", "./a", "a/b.txt", "..a", "a../b", "a/...", "layers/gru/vars/0"}) {
        EXPECT_FALSE(leaves_its_folder(name)) << name;
    }
}

class HostileArchive : public testing::Test {
protected:
    std::string error_of_tar(const std::vector<Member>& members, Container container = Container::tar_gz) {
        test::write_archive(path, container, members);
        return data_error([&] { data::read_archive(path, [](const data::RawReview&) {}); });
    }
    std::string error_of_npz(const std::vector<Member>& members, Container container = Container::zip_deflated) {
        test::write_archive(path, container, members);
        return data_error([&] { static_cast<void>(data::read_npz(path)); });
    }
    std::string error_of_keras(const std::vector<Member>& members, Container container = Container::zip_deflated) {
        test::write_archive(path, container, members);
        return data_error([&] { static_cast<void>(interchange::read_zip(path, {{"config.json", 1 << 30}})); });
    }
    static std::string as_npy(std::size_t bytes) {
        return test::npy_file(
            "{'descr': '<i8', 'fortran_order': False, 'shape': (" + std::to_string(bytes / 8) + ",), }",
            std::string(bytes, '\0'));
    }
    test::ScratchFolder folder;
    std::filesystem::path path = folder / "file";
};

TEST_F(HostileArchive, NamesThatLeadOutAreRefused) {
    for (const auto& name : names_that_lead_out) {
        EXPECT_THAT(error_of_tar({{name, "x"}}), AllOf(HasSubstr(name), HasSubstr("points out of the archive")))
            << name;
        EXPECT_THAT(error_of_npz({{name + "/a.npy", as_npy(8)}}), HasSubstr("points out of the archive")) << name;
        EXPECT_THAT(error_of_keras({{"config.json", "{}"}, {name, "x"}}), HasSubstr("points out of the archive"))
            << name;
    }
}

TEST_F(HostileArchive, LinksAndDevicesAmongTheReviewsAreRefused) {
    const std::string name = "aclImdb/train/pos/1_9.txt";
    for (const mode_t type : {AE_IFLNK, AE_IFIFO, AE_IFCHR, AE_IFBLK}) {
        const std::string link = type == AE_IFLNK ? "/etc/passwd" : "";
        EXPECT_THAT(error_of_tar({{name, "", type, link}}), HasSubstr("is a link or no plain file")) << type;
    }
    // Elsewhere they are passed over like everything that is no review.
    EXPECT_THAT(error_of_tar({{"aclImdb/imdb.vocab", "", AE_IFLNK, "/etc/passwd"}}), HasSubstr("no reviews in"));
}

TEST_F(HostileArchive, HardLinksAmongTheReviewsAreRefused) {
    archive* out = archive_write_new();
    archive_write_set_format_pax_restricted(out);
    ASSERT_EQ(archive_write_open_filename(out, path.c_str()), ARCHIVE_OK);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, "aclImdb/train/pos/1_9.txt");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_hardlink(entry, "/etc/passwd");
    EXPECT_EQ(archive_write_header(out, entry), ARCHIVE_OK);
    archive_entry_free(entry);
    archive_write_free(out);
    EXPECT_THAT(data_error([&] { data::read_archive(path, [](const data::RawReview&) {}); }),
                HasSubstr("is a link or no plain file"));
}

// It would be waited for.
TEST_F(HostileArchive, APipeAmongUnpackedReviewsIsRefused) {
    for (const auto* part : {"train/pos", "train/neg", "test/pos", "test/neg"}) {
        std::filesystem::create_directories(folder / "aclImdb" / part);
    }
    const auto reviews = folder / "aclImdb/train/pos";
    ASSERT_EQ(::mkfifo((reviews / "1_9.txt").c_str(), 0600), 0);
    EXPECT_THAT(data_error([&] { data::read_folder(folder / "aclImdb", [](const data::RawReview&) {}); }),
                HasSubstr("1_9.txt' is no plain file"));
}

TEST_F(HostileArchive, LinksInAKerasFileAreRefused) {
    EXPECT_THAT(error_of_keras({{"config.json", "", AE_IFLNK, "/etc/passwd"}}), HasSubstr("config.json is a link"));
}

// Found by the target keras_file: these members go through JSON on their way out of the child process, which made bytes
// that are not UTF-8 an internal error.
TEST_F(HostileArchive, MembersOfAKerasFileMustBeUtf8) {
    const auto weights = interchange::encode_hdf5({{"layers", "", {}}});
    const auto error = [&](const std::string& config, const std::string& metadata) {
        write_file_atomically(
            path, interchange::encode_zip(
                      {{"config.json", config}, {"metadata.json", metadata}, {"model.weights.h5", weights}}));
        return data_error([&] { static_cast<void>(interchange::read_keras_file(path)); });
    };
    EXPECT_THAT(error("{\"a\": \"\xa0\"}", "{}"), HasSubstr("file': config.json: not UTF-8 at its byte 8"));
    EXPECT_THAT(error("{}", "{\"\xff\": 1}"), HasSubstr("file': metadata.json: not UTF-8 at its byte 3"));
    EXPECT_THAT(error("{}", "{}"), HasSubstr("a layer has no class_name"));
}

// 64 MB of zeros in some 64 KB: gzip and zip go up to a thousand times.
TEST_F(HostileArchive, BombsAreRefusedBeforeTheyUnpack) {
    const std::size_t size = std::size_t{64} << 20;
    // Among what is passed over, and behind the tar's end.
    EXPECT_THAT(error_of_tar({{"aclImdb/zeros", std::string(size, '\0')}}), HasSubstr("more than 100 times its size"));
    EXPECT_THAT(error_of_npz({{"a.npy", as_npy(size)}}), HasSubstr("'a.npy' unpacks to more than"));
    EXPECT_THAT(error_of_keras({{"config.json", std::string(size, ' ')}}), HasSubstr("unpacks to more than"));
}

TEST_F(HostileArchive, ABombOfManyMembersIsRefused) {
    std::vector<Member> members;
    for (int i = 0; i < 64; ++i) members.push_back({"a" + std::to_string(i) + ".npy", as_npy(1 << 20)});
    EXPECT_THAT(error_of_npz(members), HasSubstr("unpacks to more than"));
}

TEST_F(HostileArchive, ManyMembersAreRefused) {
    const std::string array = as_npy(0);
    std::vector<Member> members;
    for (int i = 0; i <= 10'000; ++i) members.push_back({"a" + std::to_string(i) + ".npy", array});
    EXPECT_THAT(error_of_npz(members, Container::zip_stored), HasSubstr("too many members"));
}

// libarchive gives the holes of a sparse member as jumps; a header of 512 bytes can claim terabytes.
TEST_F(HostileArchive, SparseMembersAreNotFilledUp) {
    archive* out = archive_write_new();
    archive_write_set_format_pax(out);
    ASSERT_EQ(archive_write_open_filename(out, path.c_str()), ARCHIVE_OK);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, "aclImdb/train/pos/1_9.txt");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, la_int64_t{1} << 40);
    archive_entry_sparse_add_entry(entry, (la_int64_t{1} << 40) - 4, 4);
    EXPECT_EQ(archive_write_header(out, entry), ARCHIVE_OK);
    archive_entry_free(entry);
    archive_write_close(out);
    archive_write_free(out);
    EXPECT_THAT(data_error([&] { data::read_archive(path, [](const data::RawReview&) {}); }), HasSubstr("file"));
}

}  // namespace
}  // namespace cellwise
