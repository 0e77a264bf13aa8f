#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

namespace cellwise::data {

/// A regular file's bytes as memory, read from the disk where they are touched. A pipe or another thing without a size
/// is read into memory. The file must not shrink meanwhile.
class MappedFile {
public:
    /// Throws DataError naming the file if it is absent, a folder, or cannot be read.
    explicit MappedFile(const std::filesystem::path& path);
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }

    /// Says that a part of bytes() is not needed for now: it no longer counts as this process's memory, and is read
    /// again if it is touched.
    void release(std::string_view part) const;

private:
    void read_all(int descriptor, const std::filesystem::path& path);

    const char* data_ = nullptr;
    std::size_t size_ = 0;
    bool is_mapped_ = false;
    std::unique_ptr<char[]> copy_;
};

}  // namespace cellwise::data
