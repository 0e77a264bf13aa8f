#include "data/reviews/raw_reviews.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/archive_name.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/expansion.h"
#include "core/input_files.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_review_bytes = std::size_t{16} << 20;
constexpr std::uint64_t most_archived_bytes = std::uint64_t{4} << 30;
// gzip packs texts to a third or so; what unpacks to far more is a trick that would keep us busy for hours.
constexpr std::uint64_t small_archive_bytes = 16 << 20;
constexpr std::array<std::string_view, 4> review_folders{"train/pos", "train/neg", "test/pos", "test/neg"};

/// Passes reviews on, counting them, so that a data set with an empty part is refused.
class CheckedSink {
public:
    CheckedSink(const fs::path& path, const ReviewSink& sink, Encoding encoding)
        : path_(path), sink_(sink), encoding_(encoding) {}

    void pass(std::size_t folder, std::string_view name, std::string text) {
        ++counts_[folder];
        text_bytes_ += text.size();
        if (text_bytes_ > most_archived_bytes) {
            throw DataError(
                fmt::format("'{}' holds more than {} bytes of reviews", path_.string(), most_archived_bytes));
        }
        const auto where = fmt::format("'{}': {}/{}", path_.string(), review_folders[folder], name);
        sink_({folder >= 2, folder % 2 == 0, std::string(name), decode(std::move(text), encoding_, where)});
    }
    void check() const {
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            if (counts_[i] > 0) continue;
            throw DataError(
                fmt::format("'{}' has no reviews in {} (files ID_RATING.txt): it is not the Large Movie "
                            "Review Dataset, or only a part of it",
                            path_.string(), review_folders[i]));
        }
    }

private:
    const fs::path& path_;
    const ReviewSink& sink_;
    Encoding encoding_;
    std::array<std::size_t, 4> counts_{};
    std::uint64_t text_bytes_ = 0;
};

bool is_review_name(std::string_view name) { return name.ends_with(".txt") && !name.starts_with('.'); }

/// Which of the review folders an entry lies in and its name; nothing for all other entries.
std::optional<std::pair<std::size_t, std::string_view>> review_of_entry(std::string_view entry) {
    const auto slash = entry.rfind('/');
    if (slash == std::string_view::npos || !is_review_name(entry.substr(slash + 1))) return std::nullopt;
    std::string_view folder = entry.substr(0, slash);
    while (folder.starts_with("./")) folder.remove_prefix(2);
    for (std::size_t i = 0; i < review_folders.size(); ++i) {
        if (!folder.ends_with(review_folders[i])) continue;
        const auto above = folder.substr(0, folder.size() - review_folders[i].size());
        // At most one folder above: "aclImdb/train/pos", not "a/b/train/pos" nor "mytrain/pos".
        if (above.empty() || above.find('/') == above.size() - 1) return std::pair{i, entry.substr(slash + 1)};
    }
    return std::nullopt;
}

/// A file that zlib inflates, or passes on if it is not gzipped. zlib, unlike libarchive's own
/// filter, verifies gzip's checksum and length.
class GzipFile {
public:
    explicit GzipFile(const fs::path& path) : path_(path), file_(::gzopen(path.c_str(), "rbe"), &::gzclose) {
        if (!file_) throw DataError(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
        note_input(path);
        ::gzbuffer(file_.get(), 1 << 18);
        std::error_code code;
        const auto size = fs::file_size(path, code);
        if (!code) bytes_left_ = most_unpacked_bytes(size, small_archive_bytes);
    }

    /// Throws DataError at damage, or if the file unpacks to more than it may. 0 at the end.
    std::size_t read() {
        const int got = ::gzread(file_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size()));
        int code = Z_OK;
        const char* reason = ::gzerror(file_.get(), &code);
        if (got < 0 || (code != Z_OK && code != Z_STREAM_END)) {
            throw DataError(fmt::format("'{}' is truncated or corrupt ({}); get it again", path_.string(), reason));
        }
        if (static_cast<std::uint64_t>(got) > bytes_left_) {
            throw DataError(fmt::format("'{}' unpacks to more than {} times its size: no honest archive does; refused",
                                        path_.string(), most_expansion));
        }
        bytes_left_ -= static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
    }
    [[nodiscard]] const char* data() const { return buffer_.data(); }

private:
    fs::path path_;
    std::unique_ptr<gzFile_s, decltype(&::gzclose)> file_;
    std::vector<char> buffer_ = std::vector<char>(1 << 18);
    std::uint64_t bytes_left_ = small_archive_bytes;
};

/// libarchive's view of a GzipFile. Exceptions must not cross libarchive: they wait here.
struct Feed {
    GzipFile file;
    std::exception_ptr error;
};

la_ssize_t feed_archive(archive* tar, void* context, const void** buffer) {
    auto& feed = *static_cast<Feed*>(context);
    try {
        const std::size_t size = feed.file.read();
        *buffer = feed.file.data();
        return static_cast<la_ssize_t>(size);
    } catch (...) {
        feed.error = std::current_exception();
        archive_set_error(tar, EIO, "damaged");
        return ARCHIVE_FATAL;
    }
}

class TarReader {
public:
    explicit TarReader(const fs::path& path) : path_(path), feed_{GzipFile(path), nullptr} {
        if (!tar_ || archive_read_support_format_tar(tar_.get()) != ARCHIVE_OK) {
            throw InternalError("libarchive cannot read tar files");
        }
        check(archive_read_open(tar_.get(), &feed_, nullptr, &feed_archive, nullptr), "open");
    }

    /// Moves to the next entry; null at the end.
    archive_entry* next() {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(tar_.get(), &entry);
        if (status == ARCHIVE_EOF) return nullptr;
        check(status, "read the next entry of");
        return entry;
    }

    std::string read_text(const std::string& name) {
        std::string text;
        while (true) {
            const void* block = nullptr;
            std::size_t size = 0;
            la_int64_t offset = 0;
            const int status = archive_read_data_block(tar_.get(), &block, &size, &offset);
            if (status == ARCHIVE_EOF) return text;
            check(status, fmt::format("read '{}' in", name));
            if (size > most_review_bytes - text.size() || static_cast<std::size_t>(offset) != text.size()) {
                throw DataError(fmt::format("'{}': '{}' is too large for a review", path_.string(), name));
            }
            text.append(static_cast<const char*>(block), size);
        }
    }

    /// Reads what follows the tar's end, so that gzip's last checksum is verified too.
    void drain() {
        while (feed_.file.read() > 0) {
        }
    }

private:
    void check(int status, std::string_view doing) {
        if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return;  // a warning: an odd character set of a name
        if (feed_.error) std::rethrow_exception(feed_.error);
        const char* reason = archive_error_string(tar_.get());
        throw DataError(fmt::format("cannot {} '{}' ({}): the archive is damaged or no tar; get it again", doing,
                                    path_.string(), reason != nullptr ? reason : "unknown damage"));
    }

    const fs::path& path_;
    Feed feed_;
    std::unique_ptr<archive, decltype(&archive_read_free)> tar_{archive_read_new(), &archive_read_free};
};

}  // namespace

void read_archive(const fs::path& path, const ReviewSink& sink, Encoding encoding) {
    TarReader tar(path);
    CheckedSink checked(path, sink, encoding);
    while (archive_entry* entry = tar.next()) {
        const char* raw_name = archive_entry_pathname(entry);
        const std::string name = raw_name != nullptr ? raw_name : "";
        if (leaves_its_folder(name)) {
            throw DataError(
                fmt::format("'{}': the entry '{}' points out of the archive; refused", path.string(), name));
        }
        const auto review = review_of_entry(name);
        if (!review) continue;
        if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) {
            throw DataError(
                fmt::format("'{}': the entry '{}' is a link or no plain file; refused", path.string(), name));
        }
        checked.pass(review->first, review->second, tar.read_text(name));
    }
    tar.drain();
    checked.check();
}

bool is_review_folder(const fs::path& path) {
    std::error_code code;
    return fs::is_directory(path / review_folders[0], code) || fs::is_directory(path / review_folders[2], code);
}

void read_folder(const fs::path& path, const ReviewSink& sink, Encoding encoding) {
    CheckedSink checked(path, sink, encoding);
    for (std::size_t i = 0; i < review_folders.size(); ++i) {
        std::error_code code;
        fs::directory_iterator files(path / review_folders[i], code);
        if (code) {
            throw DataError(
                fmt::format("cannot read the folder '{}': {}", (path / review_folders[i]).string(), code.message()));
        }
        for (const auto& file : files) {
            const std::string name = file.path().filename().string();
            if (!is_review_name(name)) continue;
            // A pipe would be waited for.
            if (!file.is_regular_file(code)) {
                throw DataError(fmt::format("'{}' is no plain file; refused", file.path().string()));
            }
            checked.pass(i, name, read_file(file.path(), most_review_bytes));
        }
    }
    checked.check();
}

}  // namespace cellwise::data
