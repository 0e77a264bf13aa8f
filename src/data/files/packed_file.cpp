#include "data/files/packed_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/error.h"
#include "core/expansion.h"
#include "core/file_signature.h"
#include "core/utf8.h"

namespace cellwise::data {
namespace {

using namespace std::string_view_literals;
using Archive = std::unique_ptr<archive, decltype(&archive_read_free)>;

constexpr std::uint64_t always_allowed_bytes = 16 << 20;
constexpr std::array packings{".gz"sv, ".bz2"sv, ".xz"sv, ".zst"sv, ".zip"sv};
constexpr std::array packed_beginnings{"\x1f\x8b"sv, "BZh"sv, "\xfd\x37zXZ"sv, "\x28\xb5\x2f\xfd"sv};
constexpr auto zip_beginning = "PK\x03\x04"sv;

struct Foreign {
    std::string_view bytes;
    const char* what;
};
constexpr std::array foreign_files{
    Foreign{"PAR1", "a Parquet file: read it in Python and save it with to_csv"},
    Foreign{"ARROW1", "a Feather file: read it in Python and save it with to_csv"},
    Foreign{"SQLite format 3", "an SQLite database: export its table as CSV"},
    Foreign{"\x89HDF\r\n", "an HDF5 file: read it in Python and save it with to_csv"},
    Foreign{"\x93NUMPY", "an array of numpy: save it with savetxt"},
    Foreign{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "an old Excel workbook or another Office document: save it as CSV"},
    Foreign{"\x80\x02"sv, "a Python pickle: read it in Python and save it with to_csv"},
    Foreign{"\x80\x03"sv, "a Python pickle: read it in Python and save it with to_csv"},
    Foreign{"\x80\x04"sv, "a Python pickle: read it in Python and save it with to_csv"},
    Foreign{"\x80\x05"sv, "a Python pickle: read it in Python and save it with to_csv"},
    Foreign{"%PDF-", "a PDF: export its table as CSV"}};

[[noreturn]] void refuse(const std::string& origin, std::string_view what) {
    throw DataError(fmt::format("{} is {}", origin, what));
}

[[noreturn]] void fail(const std::string& origin) {
    throw DataError(fmt::format("{} is packed, and damaged: copy or download it again", origin));
}

/// What a zip with these members is, if it is a document.
void require_no_document(const std::vector<std::string>& members, const std::string& origin) {
    const auto has = [&](std::string_view beginning) {
        return std::ranges::any_of(members, [&](const auto& name) { return name.starts_with(beginning); });
    };
    if (has("xl/")) refuse(origin, "an Excel workbook: save its sheet as CSV (UTF-8)");
    if (has("word/") || has("ppt/")) refuse(origin, "an Office document: save its table as CSV");
    if (has("mimetype") && has("content.xml")) refuse(origin, "an OpenDocument file: save its sheet as CSV");
    const auto is_array = [](const auto& name) { return name.ends_with(".npy"); };
    if (!members.empty() && std::ranges::all_of(members, is_array)) {
        refuse(origin, "an .npz archive of numpy: read it in Python and save it with to_csv");
    }
}

/// The folders and what macOS adds are not counted.
bool is_wanted(archive_entry* entry, const std::string& name) {
    const auto slash = name.rfind('/');
    return archive_entry_filetype(entry) != AE_IFDIR && !name.starts_with("__MACOSX/") &&
           name.compare(slash == std::string::npos ? 0 : slash + 1, 1, ".") != 0;
}

void require_one(const std::vector<std::string>& members, const std::string& origin) {
    require_no_document(members, origin);
    if (members.size() == 1) return;
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, members.size()); ++i) names += ' ' + printable(members[i]);
    refuse(origin, fmt::format("a zip archive with {} files in it{}{}: unpack it, and name the table",
                               members.empty() ? "no" : std::to_string(members.size()),
                               names.empty() ? "" : ":" + names, members.size() > 3 ? " …" : ""));
}

Archive opened(std::string_view bytes, bool is_zip, const std::string& origin) {
    Archive packed(archive_read_new(), &archive_read_free);
    const bool is_ready = packed && (is_zip ? archive_read_support_format_zip_seekable(packed.get())
                                            : archive_read_support_format_raw(packed.get())) == ARCHIVE_OK;
    if (!is_ready) throw InternalError("libarchive cannot read packed files");
    if (!is_zip) {
        for (const auto support : {&archive_read_support_filter_gzip, &archive_read_support_filter_bzip2,
                                   &archive_read_support_filter_xz, &archive_read_support_filter_zstd}) {
            // A warning: it would start another program for that.
            if (support(packed.get()) != ARCHIVE_OK) throw InternalError("libarchive cannot read packed files");
        }
    }
    if (archive_read_open_memory(packed.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) fail(origin);
    return packed;
}

std::vector<std::string> members_of(std::string_view bytes, const std::string& origin) {
    const auto zip = opened(bytes, true, origin);
    std::vector<std::string> members;
    archive_entry* entry = nullptr;
    int status = ARCHIVE_OK;
    while ((status = archive_read_next_header(zip.get(), &entry)) == ARCHIVE_OK) {
        const char* name = archive_entry_pathname(entry);
        if (name != nullptr && is_wanted(entry, name)) members.emplace_back(name);
    }
    if (status != ARCHIVE_EOF) fail(origin);
    return members;
}

std::string content_of_entry(archive* packed, std::uint64_t most, const std::string& origin) {
    std::string text;
    std::vector<char> block(std::size_t{1} << 20);
    while (true) {
        const auto count = archive_read_data(packed, block.data(), block.size());
        if (count < 0) fail(origin);
        if (count == 0) return text;
        text.append(block.data(), static_cast<std::size_t>(count));
        if (text.size() > most) {
            refuse(origin, fmt::format("packed, and unpacks to more than {} times its size: refused", most_expansion));
        }
    }
}

}  // namespace

std::string_view without_packing(std::string_view name) {
    for (const auto ending : packings) {
        if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
    }
    return name;
}

std::optional<std::string> unpacked_file(std::string_view bytes, const std::string& origin) {
    const bool is_zip = bytes.starts_with(zip_beginning);
    const bool is_packed =
        is_zip || std::ranges::any_of(packed_beginnings, [&](auto begin) { return bytes.starts_with(begin); });
    require_no_foreign_file(bytes, origin);
    if (!is_packed) return std::nullopt;
    const auto packed = opened(bytes, is_zip, origin);
    archive_entry* entry = nullptr;
    while (archive_read_next_header(packed.get(), &entry) == ARCHIVE_OK) {
        const char* name = archive_entry_pathname(entry);
        if (is_zip && !is_wanted(entry, name == nullptr ? "" : name)) continue;
        if (!is_zip && archive_filter_code(packed.get(), 0) == ARCHIVE_FILTER_NONE) fail(origin);
        auto content = content_of_entry(packed.get(), most_unpacked_bytes(bytes.size(), always_allowed_bytes), origin);
        require_no_foreign_file(content, origin);
        return content;
    }
    fail(origin);
}

void require_no_foreign_file(std::string_view bytes, const std::string& origin) {
    if (bytes.starts_with(zip_beginning)) require_one(members_of(bytes, origin), origin);
    if (const auto told = foreign_file(bytes); !told.empty()) refuse(origin, told);
    for (const auto& [beginning, what] : foreign_files) {
        if (bytes.starts_with(beginning)) refuse(origin, what);
    }
}

}  // namespace cellwise::data
