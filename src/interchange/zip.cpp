#include "interchange/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>

#include "core/archive_name.h"
#include "core/error.h"
#include "core/expansion.h"
#include "core/input_files.h"

namespace cellwise::interchange {
namespace {

constexpr std::uint64_t small_zip_bytes = 1 << 20;
constexpr int most_zip_members = 10'000;

using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;
using Writer = std::unique_ptr<archive, decltype(&archive_write_free)>;
using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

std::string reason(archive* handle) {
    const char* text = archive_error_string(handle);
    return text != nullptr ? text : "unknown reason";
}

std::string read_member(archive* reader, const std::string& where, std::uint64_t most_bytes) {
    std::string bytes;
    std::string buffer(1 << 16, '\0');
    while (true) {
        const auto got = archive_read_data(reader, buffer.data(), buffer.size());
        if (got < 0) throw DataError(fmt::format("{}: damaged: {}", where, reason(reader)));
        if (got == 0) return bytes;
        if (bytes.size() + static_cast<std::uint64_t>(got) > most_bytes) {
            throw DataError(fmt::format("{}: unpacks to more than the {} bytes that it may have", where, most_bytes));
        }
        bytes.append(buffer, 0, static_cast<std::size_t>(got));
    }
}

std::uint64_t expansion_limit(const std::filesystem::path& path) {
    std::error_code code;
    const auto size = std::filesystem::file_size(path, code);
    if (code) throw DataError(fmt::format("cannot read '{}': {}", path.string(), code.message()));
    return most_unpacked_bytes(size, small_zip_bytes);
}

}  // namespace

std::map<std::string, std::string> read_zip(const std::filesystem::path& path,
                                            const std::map<std::string, std::uint64_t>& most_bytes) {
    auto allowance = expansion_limit(path);
    note_input(path);
    const Reader reader(archive_read_new(), &archive_read_free);
    archive_read_support_format_zip_seekable(reader.get());
    if (archive_read_open_filename(reader.get(), path.c_str(), 1 << 16) != ARCHIVE_OK) {
        throw DataError(fmt::format("'{}' is not a zip file: {}", path.string(), reason(reader.get())));
    }
    std::map<std::string, std::string> members;
    for (int count = 0;; ++count) {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(reader.get(), &entry);
        if (status == ARCHIVE_EOF) return members;
        if (status != ARCHIVE_OK) {
            throw DataError(fmt::format("'{}' is not a whole zip file: {}", path.string(), reason(reader.get())));
        }
        if (count >= most_zip_members) throw DataError(fmt::format("'{}' has too many members", path.string()));
        const char* name = archive_entry_pathname(entry);
        if (name != nullptr && leaves_its_folder(name)) {
            throw DataError(
                fmt::format("'{}': the member '{}' points out of the archive; refused", path.string(), name));
        }
        const auto wanted = most_bytes.find(name != nullptr ? name : "");
        if (wanted == most_bytes.end()) continue;
        const auto where = fmt::format("'{}': {}", path.string(), wanted->first);
        if (archive_entry_is_encrypted(entry) != 0) throw DataError(where + " is encrypted");
        if (archive_entry_filetype(entry) != AE_IFREG) throw DataError(where + " is a link or no plain file; refused");
        if (members.contains(wanted->first)) throw DataError(where + " stands twice in the file");
        auto bytes = read_member(reader.get(), where, std::min(wanted->second, allowance));
        allowance -= bytes.size();
        members.emplace(wanted->first, std::move(bytes));
    }
}

std::vector<std::string> zip_member_names(const std::filesystem::path& path) {
    constexpr std::size_t most_names = 1000;
    const Reader reader(archive_read_new(), &archive_read_free);
    archive_read_support_format_zip_seekable(reader.get());
    std::vector<std::string> names;
    if (archive_read_open_filename(reader.get(), path.c_str(), 1 << 16) != ARCHIVE_OK) return names;
    archive_entry* entry = nullptr;
    while (names.size() < most_names && archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
        const char* name = archive_entry_pathname(entry);
        names.emplace_back(name != nullptr ? name : "");
    }
    return names;
}

std::string encode_zip(const std::vector<ZipMember>& members) {
    std::size_t size = 1 << 16;
    for (const auto& member : members) size += member.bytes.size() + 2 * member.name.size() + 1024;
    std::string bytes(size, '\0');
    std::size_t used = 0;
    const Writer writer(archive_write_new(), &archive_write_free);
    const auto require = [&](auto status) {
        if (status < ARCHIVE_OK) throw InternalError(fmt::format("cannot make a zip: {}", reason(writer.get())));
    };
    require(archive_write_set_format_zip(writer.get()));
    require(archive_write_zip_set_compression_store(writer.get()));
    require(archive_write_open_memory(writer.get(), bytes.data(), bytes.size(), &used));
    const Entry entry(archive_entry_new(), &archive_entry_free);
    for (const auto& member : members) {
        archive_entry_clear(entry.get());
        archive_entry_set_pathname(entry.get(), member.name.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.bytes.size()));
        // Without a time libarchive writes the first that a zip can name, 1980-01-01, whatever the local time zone.
        archive_entry_unset_mtime(entry.get());
        require(archive_write_header(writer.get(), entry.get()));
        require(archive_write_data(writer.get(), member.bytes.data(), member.bytes.size()));
    }
    require(archive_write_close(writer.get()));
    bytes.resize(used);
    return bytes;
}

}  // namespace cellwise::interchange
