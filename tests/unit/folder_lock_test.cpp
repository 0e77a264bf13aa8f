#include "core/folder_lock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <thread>

#include "core/descriptor.h"
#include "scratch_folder.h"

namespace cellwise {
namespace {

TEST(FolderLock, HasOneOwner) {
    const test::ScratchFolder folder;
    EXPECT_FALSE(FolderLock::is_held(folder / ""));
    auto first = FolderLock::try_lock(folder / "");
    ASSERT_TRUE(first);
    EXPECT_TRUE(FolderLock::is_held(folder / ""));
    EXPECT_FALSE(FolderLock::try_lock(folder / ""));
    first.reset();
    EXPECT_FALSE(FolderLock::is_held(folder / ""));
    EXPECT_TRUE(FolderLock::try_lock(folder / ""));
}

// `runs list` looks at every run; a `--resume` at that moment must not be told that another program is at work.
TEST(FolderLock, WaitsForWhoOnlyAsks) {
    const test::ScratchFolder folder;
    Descriptor asker(::open((folder / "").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(::flock(asker.get(), LOCK_SH | LOCK_NB), 0);
    EXPECT_FALSE(FolderLock::is_held(folder / "")) << "two may ask at once";
    std::thread end([&] {
        ::usleep(50'000);
        asker.close();
    });
    EXPECT_TRUE(FolderLock::try_lock(folder / ""));
    end.join();
}

}  // namespace
}  // namespace cellwise
