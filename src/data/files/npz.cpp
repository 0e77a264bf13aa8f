#include "data/files/npz.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "core/archive_name.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/expansion.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t most_npz_bytes = std::uint64_t{2} << 30;
// np.savez stores, np.savez_compressed packs: what unpacks to far more is a trick.
constexpr std::uint64_t small_npz_bytes = 16 << 20;
constexpr std::size_t most_members = 10'000;

using Archive = std::unique_ptr<archive, decltype(&archive_read_free)>;

[[noreturn]] void fail(const fs::path& path, archive* zip, std::string_view doing) {
    const char* reason = archive_error_string(zip);
    throw DataError(fmt::format("'{}': {}: {}. The file is damaged or no .npz; get it again.", path.string(), doing,
                                reason != nullptr ? reason : "unknown damage"));
}

/// Inflates the member that the archive stands at.
std::string read_member(const fs::path& path, archive* zip, const std::string& name, std::uint64_t& bytes_left) {
    std::string bytes;
    while (true) {
        const void* block = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        const int status = archive_read_data_block(zip, &block, &size, &offset);
        if (status == ARCHIVE_EOF) return bytes;
        // A wrong checksum is a mere warning to libarchive.
        if (status != ARCHIVE_OK) fail(path, zip, fmt::format("cannot unpack '{}'", name));
        if (size > bytes_left || offset < 0 || static_cast<std::uint64_t>(offset) != bytes.size()) {
            throw DataError(
                fmt::format("'{}': '{}' unpacks to more than a file of this size may hold", path.string(), name));
        }
        bytes_left -= size;
        bytes.append(static_cast<const char*>(block), size);
    }
}

}  // namespace

Npz::Npz(fs::path path, std::vector<NpyArray> arrays, std::vector<std::string> keys)
    : path_(std::move(path)), arrays_(std::move(arrays)), keys_(std::move(keys)) {}

const NpyArray& Npz::at(std::string_view key) const {
    const auto found = std::find(keys_.begin(), keys_.end(), key);
    if (found == keys_.end()) {
        throw DataError(fmt::format("'{}' has no array '{}'; it has: {}", path_.string(), key,
                                    keys_.empty() ? "none" : fmt::format("{}", fmt::join(keys_, ", "))));
    }
    return arrays_[static_cast<std::size_t>(found - keys_.begin())];
}

bool Npz::contains(std::string_view key) const { return std::find(keys_.begin(), keys_.end(), key) != keys_.end(); }

Npz read_npz(const fs::path& path) {
    // The seekable reader goes by the central directory at the end, so a truncated file has no members.
    const std::string content = read_file(path, most_npz_bytes);
    const Archive zip(archive_read_new(), &archive_read_free);
    if (!zip || archive_read_support_format_zip_seekable(zip.get()) != ARCHIVE_OK) {
        throw InternalError("libarchive cannot read zip files");
    }
    if (archive_read_open_memory(zip.get(), content.data(), content.size()) != ARCHIVE_OK) {
        fail(path, zip.get(), "not a zip archive");
    }
    std::vector<NpyArray> arrays;
    std::vector<std::string> keys;
    std::set<std::string> distinct;
    std::uint64_t bytes_left = std::min(most_npz_bytes, most_unpacked_bytes(content.size(), small_npz_bytes));
    while (true) {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(zip.get(), &entry);
        if (status == ARCHIVE_EOF) break;
        if (status != ARCHIVE_OK) fail(path, zip.get(), "cannot read the list of members");
        const char* raw_name = archive_entry_pathname(entry);
        const std::string name = raw_name != nullptr ? raw_name : "";
        if (!name.ends_with(".npy"))
            throw DataError(fmt::format("'{}': the member '{}' is no .npy array", path.string(), name));
        if (leaves_its_folder(name)) {
            throw DataError(
                fmt::format("'{}': the member '{}' points out of the archive; refused", path.string(), name));
        }
        if (keys.size() == most_members) throw DataError(fmt::format("'{}' has too many members", path.string()));
        std::string key = name.substr(0, name.size() - 4);
        if (!distinct.insert(key).second) {
            throw DataError(fmt::format("'{}': the array '{}' stands twice in it", path.string(), key));
        }
        arrays.push_back(parse_npy(read_member(path, zip.get(), name, bytes_left),
                                   fmt::format("'{}', array '{}'", path.string(), key)));
        keys.push_back(std::move(key));
    }
    return {path, std::move(arrays), std::move(keys)};
}

}  // namespace cellwise::data
