#pragma once

#include <filesystem>
#include <optional>

namespace cellwise {

/// A folder that one program at a time works in. The lock is on the folder itself (flock), leaves no
/// file behind, and is gone when the object or the program is, however it ends.
class FolderLock {
public:
    /// Nothing if another holds it. Throws EnvironmentError if the folder cannot be opened.
    [[nodiscard]] static std::optional<FolderLock> try_lock(const std::filesystem::path& folder);

    /// Whether a program holds it. Asking does not get in the way of one that is about to take it: the lock that this
    /// takes for a moment is a shared one, which try_lock() waits for.
    [[nodiscard]] static bool is_held(const std::filesystem::path& folder);

    FolderLock(FolderLock&& other) noexcept;
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();

private:
    explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace cellwise
