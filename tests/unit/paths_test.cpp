// core/paths: what std::filesystem says by exceptions, for every kind of name that can be in the way.
#include "core/paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "core/atomic_file.h"
#include "core/error.h"
#include "scratch_folder.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using test::ScratchFolder;

const std::vector<std::function<void(const fs::path&)>>& questions() {
    static const std::vector<std::function<void(const fs::path&)>> all{[](const fs::path& path) { (void)is_there(path); },
                                                                       [](const fs::path& path) { (void)is_folder(path); },
                                                                       [](const fs::path& path) { (void)is_plain_file(path); },
                                                                       [](const fs::path& path) { (void)is_own_folder(path); },
                                                                       [](const fs::path& path) { (void)is_own_file(path); },
                                                                       [](const fs::path& path) { (void)is_link(path); },
                                                                       [](const fs::path& path) { (void)folder_entries(path); },
                                                                       [](const fs::path& path) { (void)size_of_file(path); }};
    return all;
}

// The exit code of the Error that the question is answered with; 0 without one, 70 for any other exception.
int code_of(const std::function<void(const fs::path&)>& question, const fs::path& path) {
    try {
        question(path);
        return 0;
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr(path.string()));
        return static_cast<int>(error.exit_code());
    } catch (const std::exception&) {
        return 70;
    }
}

TEST(Paths, TellsWhatIsThere) {
    const ScratchFolder folder;
    write_file_atomically(folder / "file", "four");
    fs::create_symlink("file", folder / "link");
    fs::create_symlink("nothing", folder / "dangling");
    EXPECT_TRUE(is_there(folder / "link"));
    EXPECT_FALSE(is_there(folder / "dangling"));
    EXPECT_FALSE(is_there(folder / "file/below"));
    EXPECT_TRUE(is_folder(folder / ""));
    EXPECT_FALSE(is_folder(folder / "file"));
    EXPECT_TRUE(is_plain_file(folder / "link"));
    EXPECT_FALSE(is_own_file(folder / "link"));
    EXPECT_TRUE(is_own_file(folder / "file"));
    EXPECT_TRUE(is_link(folder / "dangling"));
    EXPECT_EQ(size_of_file(folder / "file"), 4U);
    EXPECT_EQ(folder_entries(folder / ""),
              (std::vector<fs::path>{folder / "dangling", folder / "file", folder / "link"}));
    remove_file(folder / "file");
    remove_file(folder / "file");  // gone is gone
    EXPECT_FALSE(is_there(folder / "file"));
}

TEST(Paths, EveryQuestionNamesANameThatCannotBe) {
    const ScratchFolder folder;
    fs::create_symlink("b", folder / "a");
    fs::create_symlink("a", folder / "b");
    for (std::size_t i = 0; i < questions().size(); ++i) {
        for (const auto& path : {folder / std::string(300, 'n'), folder / "a/below"}) {
            EXPECT_EQ(code_of(questions()[i], path), 3) << "question " << i << " of " << path;
        }
    }
}

TEST(Paths, EveryQuestionNamesAMissingPermission) {
    if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs root";
    const ScratchFolder folder;
    ASSERT_EQ(::chmod((folder / "").c_str(), 0755), 0);
    fs::create_directory(folder / "shut");
    fs::create_directory(folder / "shut/inner");
    ASSERT_EQ(::chmod((folder / "shut").c_str(), 0700), 0);
    for (std::size_t i = 0; i < questions().size(); ++i) {
        const auto child = ::fork();
        if (child == 0) {
            if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(99);
            ::_exit(code_of(questions()[i], folder / "shut/inner"));
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(WEXITSTATUS(status), 4) << "question " << i;
    }
}

}  // namespace
}  // namespace cellwise
