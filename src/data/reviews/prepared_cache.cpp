#include "data/reviews/prepared_cache.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <string_view>
#include <utility>

#include "core/abandoned_files.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/paths.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view stamp_title = "cellwise prepared copy 1";

struct SourceFile {
    fs::path path;
    std::string label;  ///< its place in the unpacked folder, "train/pos/0_9.txt"; empty for a single file
};

/// The files themselves; for a folder all the reviews in it, sorted.
std::vector<SourceFile> plain_files(const std::vector<fs::path>& sources) {
    std::vector<SourceFile> result;
    for (const auto& source : sources) {
        if (!is_folder(source)) {
            result.push_back({source, ""});
            continue;
        }
        const auto first = static_cast<std::ptrdiff_t>(result.size());
        for (const std::string part : {"train/pos", "train/neg", "test/pos", "test/neg"}) {
            std::error_code code;  // a missing part is for the reader of the folder to complain about
            for (fs::directory_iterator each(source / part, code), end; !code && each != end; each.increment(code)) {
                if (!each->is_regular_file(code)) continue;
                result.push_back({each->path(), fmt::format("{}/{}", part, each->path().filename().string())});
            }
        }
        std::sort(result.begin() + first, result.end(), [](const auto& a, const auto& b) { return a.label < b.label; });
    }
    return result;
}

/// What stat() tells about the files.
struct Identity {
    std::string hash;        ///< changes whenever one of them is written
    bool is_settled = true;  ///< but not if that happens right after the last time, within a tick of the clock
};

/// The coarsest file systems count in steps of two seconds.
constexpr std::time_t settling_seconds = 3;

Identity quick_identity(const std::vector<SourceFile>& files) {
    const std::time_t now = std::time(nullptr);
    Identity identity;
    std::string text;
    for (const auto& [file, label] : files) {
        struct stat status {};
        if (::stat(file.c_str(), &status) != 0) {
            text += fmt::format("{}\tabsent\n", file.string());
            continue;
        }
        fmt::format_to(std::back_inserter(text), "{}\t{}\t{}.{}\t{}.{}\t{}:{}\n", file.native(), status.st_size,
                       status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
                       status.st_dev, status.st_ino);
        identity.is_settled &= std::max(status.st_mtim.tv_sec, status.st_ctim.tv_sec) + settling_seconds < now;
    }
    identity.hash = sha256(text);
    return identity;
}

std::string content_key(const std::string& recipe, const std::vector<SourceFile>& files) {
    std::string text = recipe + "\n";
    for (const auto& file : files) text += fmt::format("{} {}\n", file.label, sha256_file(file.path));
    return sha256(text);
}

struct Stamp {
    std::string identity;
    std::string key;
};

/// The identity in a stamp of files that were written just now: no files have it, so that the next start hashes
/// them again.
const std::string unsettled(64, '0');

std::optional<Stamp> read_stamp(const fs::path& path) {
    std::error_code code;
    if (!fs::exists(path, code)) return std::nullopt;
    try {
        const std::string text = read_file(path, 1024);
        const std::size_t line = stamp_title.size() + 1;
        if (text.size() != line + 2 * 65 || !text.starts_with(stamp_title)) return std::nullopt;
        return Stamp{text.substr(line, 64), text.substr(line + 65, 64)};
    } catch (const DataError&) {
        return std::nullopt;
    }
}

fs::path copy_path(const std::string& key) { return prepared_folder() / (key + ".prepared"); }

std::optional<PreparedData> try_copy(const std::string& key) {
    const fs::path path = copy_path(key);
    std::error_code code;
    if (!fs::exists(path, code)) return std::nullopt;
    try {
        return read_prepared(path);
    } catch (const DataError& error) {
        log::notice(fmt::format("{}; it is made anew", error.what()));
        return std::nullopt;
    }
}

/// Writes the stamp and drops the copy that the former stamp pointed to: nobody asks for it any more,
/// and if somebody does under another path, it is made again.
void write_stamp(const fs::path& path, const Stamp& stamp) {
    const auto former = read_stamp(path);
    write_file_atomically(path, fmt::format("{}\n{}\n{}\n", stamp_title, stamp.identity, stamp.key));
    if (former && former->key != stamp.key) {
        std::error_code code;
        fs::remove(copy_path(former->key), code);
    }
}

void report_unwritable(const EnvironmentError& error) {
    log::notice(fmt::format("no prepared copy is kept, the next start reads the data again: {}", error.what()));
}

}  // namespace

fs::path prepared_folder() { return cache_folder() / "prepared"; }

PreparedData load_prepared(const std::string& recipe, const std::vector<fs::path>& sources,
                           const std::function<Prepared()>& make) {
    std::vector<fs::path> absolute;
    std::string location = recipe;
    for (const auto& source : sources) {
        std::error_code code;
        absolute.push_back(fs::weakly_canonical(source, code));
        if (code) absolute.back() = source;
        location += '\n';
        location += absolute.back().string();
    }
    const auto files = plain_files(absolute);
    const fs::path stamp_path = prepared_folder() / (sha256(location) + ".stamp");
    const auto identity = quick_identity(files);

    const auto known = read_stamp(stamp_path);
    if (known && known->identity == identity.hash) {
        if (auto copy = try_copy(known->key)) return std::move(*copy);
    }
    const Stamp stamp{identity.is_settled ? identity.hash : unsettled, content_key(recipe, files)};
    auto result = try_copy(stamp.key);
    try {
        if (!result) {
            result.emplace();
            result->data = make();
            result->content_sha256 = content_sha256(result->data.train, result->data.test);
            // Files that changed while they were read: what was made belongs to no key.
            if (quick_identity(files).hash != identity.hash) return std::move(*result);
            remove_abandoned(prepared_folder());
            write_prepared(copy_path(stamp.key), result->data, result->content_sha256);
            result->copy = copy_path(stamp.key);
        }
        write_stamp(stamp_path, stamp);
    } catch (const EnvironmentError& error) {
        if (result->data.train.size() == 0) throw;
        report_unwritable(error);
    }
    return std::move(*result);
}

}  // namespace cellwise::data
