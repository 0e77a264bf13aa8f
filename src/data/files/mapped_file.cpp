#include "data/files/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "core/descriptor.h"
#include "core/error.h"

namespace cellwise::data {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path) {
    throw DataError(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
    const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor.is_open()) refuse(path);
    const int opened = descriptor.get();
    struct stat status {};
    if (::fstat(opened, &status) != 0) refuse(path);
    if (S_ISDIR(status.st_mode)) throw DataError(fmt::format("'{}' is a folder: name a file in it", path.string()));
    void* memory = MAP_FAILED;
    if (S_ISREG(status.st_mode) && status.st_size > 0) {
        memory = ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, opened, 0);
    }
    if (memory == MAP_FAILED) {
        read_all(opened, path);
    } else {
        size_ = static_cast<std::size_t>(status.st_size);
        data_ = static_cast<const char*>(memory);
        is_mapped_ = true;
    }
}

MappedFile::~MappedFile() {
    if (is_mapped_) ::munmap(const_cast<char*>(data_), size_);
}

void MappedFile::read_all(int descriptor, const std::filesystem::path& path) {
    std::string content;
    std::array<char, 1 << 16> block;
    while (true) {
        const ssize_t count = ::read(descriptor, block.data(), block.size());
        if (count < 0) refuse(path);
        if (count == 0) break;
        content.append(block.data(), static_cast<std::size_t>(count));
    }
    size_ = content.size();
    copy_ = std::make_unique<char[]>(size_ + 1);
    std::copy(content.begin(), content.end(), copy_.get());
    data_ = copy_.get();
}

void MappedFile::release(std::string_view part) const {
    if (!is_mapped_) return;
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    // Whole pages only: the ones at both ends may hold a neighbour's bytes.
    const auto before = (page - reinterpret_cast<std::uintptr_t>(part.data()) % page) % page;
    if (part.size() < before + page) return;
    const auto length = (part.size() - before) / page * page;
    ::madvise(const_cast<char*>(part.data()) + before, length, MADV_DONTNEED);
}

}  // namespace cellwise::data
