// What is written, where and how: core/atomic_file, core/write_target, core/input_files. The tests of permissions run
// as a user without rights (a child process), because root may do all.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "core/atomic_file.h"
#include "core/descriptor.h"
#include "core/error.h"
#include "core/input_files.h"
#include "scratch_folder.h"
#include "unit/error_of.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using test::content_of;
using test::error_of;
using test::ScratchFolder;
using testing::HasSubstr;

struct stat status_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status;
}

std::size_t entries_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// The exit code of `work` in a child that is nobody (65534).
int as_nobody(const std::function<int()>& work) {
    const auto child = ::fork();
    if (child == 0) {
        if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(99);
        ::_exit(work());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int code_of_writing(const fs::path& path) {
    try {
        write_file_atomically(path, "new");
        return 0;
    } catch (const Error& error) {
        return static_cast<int>(error.exit_code());
    }
}

TEST(OutputFile, FollowsSymbolicLinks) {
    const ScratchFolder folder;
    write_file_atomically(folder / "real", "old");
    fs::create_directory(folder / "elsewhere");
    fs::create_symlink("../real", folder / "elsewhere/first");
    fs::create_symlink("elsewhere/first", folder / "second");
    write_file_atomically(folder / "second", "new");
    EXPECT_EQ(content_of(folder / "real"), "new");
    EXPECT_TRUE(fs::is_symlink(folder / "second"));
    EXPECT_TRUE(fs::is_symlink(folder / "elsewhere/first"));
    EXPECT_EQ(entries_in(folder / ""), 3U);
}

TEST(OutputFile, MakesWhatALinkPointsTo) {
    const ScratchFolder folder;
    fs::create_symlink("real", folder / "link");
    write_file_atomically(folder / "link", "new");
    EXPECT_EQ(content_of(folder / "real"), "new");
    EXPECT_TRUE(fs::is_symlink(folder / "link"));
}

TEST(OutputFile, NamesALoopOfLinks) {
    const ScratchFolder folder;
    fs::create_symlink("b", folder / "a");
    fs::create_symlink("a", folder / "b");
    EXPECT_THAT(error_of<EnvironmentError>([&] { write_file_atomically(folder / "a", "x"); }),
                HasSubstr("symbolic links"));
}

TEST(OutputFile, KeepsModeAndOwner) {
    const ScratchFolder folder;
    const auto path = folder / "file";
    write_file_atomically(path, "old");
    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    if (::geteuid() == 0) {
        ASSERT_EQ(::chown(path.c_str(), 65534, 65533), 0);
    }
    const auto before = status_of(path);
    write_file_atomically(path, "new");
    const auto after = status_of(path);
    EXPECT_EQ(content_of(path), "new");
    EXPECT_EQ(after.st_mode, before.st_mode);
    EXPECT_EQ(after.st_uid, before.st_uid);
    EXPECT_EQ(after.st_gid, before.st_gid);
}

TEST(OutputFile, ReplacesARegularFileAtOnce) {
    const ScratchFolder folder;
    write_file_atomically(folder / "file", "old, and longer");
    const Descriptor reader(::open((folder / "file").c_str(), O_RDONLY));
    write_file_atomically(folder / "file", "new");
    char bytes[32] = {};
    EXPECT_EQ(::read(reader.get(), bytes, sizeof bytes), 15) << "who reads the former file reads it to its end";
    EXPECT_EQ(content_of(folder / "file"), "new");
}

TEST(OutputFile, KeepsHardLinksTogether) {
    const ScratchFolder folder;
    write_file_atomically(folder / "one", "old, and longer");
    fs::create_hard_link(folder / "one", folder / "two");
    write_file_atomically(folder / "one", "new");
    EXPECT_EQ(content_of(folder / "two"), "new");
    EXPECT_EQ(status_of(folder / "one").st_ino, status_of(folder / "two").st_ino);
}

TEST(OutputFile, LeavesAFormerFileThatNothingWasWrittenTo) {
    const ScratchFolder folder;
    write_file_atomically(folder / "one", "old");
    fs::create_hard_link(folder / "one", folder / "two");
    for (const char* name : {"one", "three"}) AtomicFile file(folder / name);
    EXPECT_EQ(content_of(folder / "one"), "old");
    EXPECT_EQ(entries_in(folder / ""), 2U);
}

TEST(OutputFile, RefusesAReadOnlyFileEvenToRoot) {
    const ScratchFolder folder;
    write_file_atomically(folder / "file", "old");
    ASSERT_EQ(::chmod((folder / "file").c_str(), 0444), 0);
    EXPECT_NE(error_of<EnvironmentError>([&] { write_file_atomically(folder / "file", "new"); }), "no such error");
    EXPECT_EQ(content_of(folder / "file"), "old");
}

TEST(OutputFile, WritesToAFifo) {
    const ScratchFolder folder;
    const auto path = folder / "fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    std::string got;
    std::thread reader([&] { got = content_of(path); });
    write_file_atomically(path, "through the pipe");
    reader.join();
    EXPECT_EQ(got, "through the pipe");
    EXPECT_TRUE(S_ISFIFO(status_of(path).st_mode));
}

TEST(OutputFile, WritesToADevice) {
    write_file_atomically("/dev/null", "nothing");
    EXPECT_TRUE(S_ISCHR(status_of("/dev/null").st_mode));
    EXPECT_THAT(error_of<EnvironmentError>([] { write_file_atomically("/dev/full", "x"); }), HasSubstr("No space"));
    EXPECT_TRUE(S_ISCHR(status_of("/dev/full").st_mode));
}

TEST(OutputFile, WritesToItsOwnDescriptorsAtTheirPlace) {
    const ScratchFolder folder;
    const Descriptor file(::open((folder / "out").c_str(), O_WRONLY | O_CREAT, 0600));
    ASSERT_EQ(::write(file.get(), "before\n", 7), 7);
    for (const auto* form : {"/dev/fd/{}", "/proc/self/fd/{}"}) {
        write_file_atomically(fmt::format(fmt::runtime(form), file.get()), "document\n");
    }
    fs::create_symlink(fmt::format("/dev/fd/{}", file.get()), folder / "link");
    write_file_atomically(folder / "link", "linked\n");
    ASSERT_EQ(::write(file.get(), "after\n", 6), 6);
    EXPECT_EQ(content_of(folder / "out"), "before\ndocument\ndocument\nlinked\nafter\n");
}

TEST(OutputFile, RefusesDescriptorsThatCannotBeWritten) {
    const Descriptor file(::open("/dev/null", O_RDONLY));
    EXPECT_THAT(error_of<EnvironmentError>([&] { write_file_atomically(fmt::format("/dev/fd/{}", file.get()), "x"); }),
                HasSubstr("reading only"));
    EXPECT_NE(error_of<EnvironmentError>([] { write_file_atomically("/dev/fd/987", "x"); }), "no such error");
}

TEST(OutputFile, RefusesFoldersSocketsAndImpossibleNames) {
    const ScratchFolder folder;
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (folder / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    for (const auto& path : {folder / "", folder / "socket", folder / std::string(300, 'n')}) {
        EXPECT_NE(error_of<EnvironmentError>([&] { AtomicFile{path}; }), "no such error") << path;
    }
}

TEST(OutputFile, TakesTheLongestNameThatThereIs) {
    const ScratchFolder folder;
    const auto path = folder / std::string(255, 'n');
    write_file_atomically(path, "old");
    write_file_atomically(path, "new");
    EXPECT_EQ(content_of(path), "new");
    EXPECT_EQ(entries_in(folder / ""), 1U);
}

TEST(OutputFile, ObeysPermissions) {
    if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs root";
    const ScratchFolder folder;
    ASSERT_EQ(::chmod((folder / "").c_str(), 0755), 0);
    write_file_atomically(folder / "theirs", "old");
    ASSERT_EQ(::chmod((folder / "theirs").c_str(), 0666), 0);
    write_file_atomically(folder / "ours", "old");
    EXPECT_EQ(as_nobody([&] { return code_of_writing(folder / "new"); }), 4) << "no file can be made there";
    EXPECT_EQ(as_nobody([&] { return code_of_writing(folder / "ours"); }), 4);
    // The folder takes no new file, but everybody may write to this one.
    EXPECT_EQ(as_nobody([&] { return code_of_writing(folder / "theirs"); }), 0);
    EXPECT_EQ(content_of(folder / "theirs"), "new");
    EXPECT_EQ(content_of(folder / "ours"), "old");
}

TEST(OutputFile, KeepsTheOwnerThatItMayNotSet) {
    if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs root";
    const ScratchFolder folder;
    ASSERT_EQ(::chmod((folder / "").c_str(), 0777), 0);
    write_file_atomically(folder / "file", "old, and longer");
    ASSERT_EQ(::chmod((folder / "file").c_str(), 0666), 0);
    EXPECT_EQ(as_nobody([&] { return code_of_writing(folder / "file"); }), 0);
    EXPECT_EQ(content_of(folder / "file"), "new");
    EXPECT_EQ(status_of(folder / "file").st_uid, 0U);
    EXPECT_EQ(entries_in(folder / ""), 1U);
}

TEST(OutputFile, IsNeverAnInput) {
    const ScratchFolder folder;
    write_file_atomically(folder / "table", "old");
    fs::create_symlink("table", folder / "link");
    fs::create_hard_link(folder / "table", folder / "other");
    EXPECT_FALSE(is_input(folder / "table"));
    EXPECT_EQ(read_file(folder / "table"), "old");
    for (const char* name : {"table", "link", "other"}) {
        EXPECT_THAT(error_of<UsageError>([&] { write_output_file(folder / name, "new"); }), HasSubstr(name));
        EXPECT_TRUE(is_same_file(folder / "table", folder / name));
    }
    EXPECT_EQ(content_of(folder / "table"), "old");
    write_output_file(folder / "third", "new");
    EXPECT_FALSE(is_same_file(folder / "table", folder / "third"));
    EXPECT_FALSE(is_same_file("/dev/null", "/dev/null")) << "a device holds nothing that could be lost";
}

}  // namespace
}  // namespace cellwise
