#include "data/reviews/download.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/standard_streams.h"
#include "data/reviews/locate.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

constexpr curl_off_t most_download_bytes = curl_off_t{1} << 30;

std::string variable_or(const char* variable, const char* otherwise) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0' ? value : otherwise;
}

[[noreturn]] void fail(const fs::path& path, std::string_view doing, int code) {
    throw EnvironmentError(fmt::format("cannot {} '{}': {}", doing, path.string(), std::strerror(code)));
}

/// NAME.part, locked: a second process waits until the first has finished or given up.
class PartFile {
public:
    explicit PartFile(fs::path path) : path_(std::move(path)) {
        open_locked();
        while (!has_name()) {  // who had the lock before took the file away
            ::close(descriptor_);
            open_locked();
        }
    }
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;
    /// What nothing came into is not left behind.
    ~PartFile() {
        struct stat status {};
        if (::fstat(descriptor_, &status) == 0 && status.st_size == 0 && has_name()) ::unlink(path_.c_str());
        ::close(descriptor_);
    }

    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] curl_off_t size() const {
        struct stat status {};
        if (::fstat(descriptor_, &status) != 0) fail(path_, "read", errno);
        return status.st_size;
    }
    void clear() const {
        if (::ftruncate(descriptor_, 0) != 0) fail(path_, "write", errno);
    }
    /// errno, 0 if all was written.
    [[nodiscard]] int append(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno != EINTR) return errno;
            if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return 0;
    }
    void become(const fs::path& target) const {
        if (::fsync(descriptor_) != 0 || ::rename(path_.c_str(), target.c_str()) != 0) fail(target, "write", errno);
    }

private:
    void open_locked() {
        descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (descriptor_ < 0) fail(path_, "write", errno);
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
        log::notice(fmt::format("another process is downloading '{}'; waiting for it", path_.string()));
        if (::flock(descriptor_, LOCK_EX) != 0) fail(path_, "lock", errno);
    }
    /// Whether the path still leads to the open file.
    [[nodiscard]] bool has_name() const {
        struct stat own {
        }, named{};
        return ::fstat(descriptor_, &own) == 0 && ::stat(path_.c_str(), &named) == 0 && own.st_ino == named.st_ino &&
               own.st_dev == named.st_dev;
    }

    fs::path path_;
    int descriptor_ = -1;
};

class Transfer {
public:
    Transfer(const RemoteFile& file, const PartFile& part) : file_(file), part_(part) {
        curl_.reset(make_handle());
        set(CURLOPT_URL, file.url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "https");
        set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
        // libcurl's defaults, said here because everything downloaded stands on them; they hold after redirects too.
        set(CURLOPT_SSL_VERIFYPEER, 1L);
        set(CURLOPT_SSL_VERIFYHOST, 2L);
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        set(CURLOPT_FOLLOWLOCATION, 1L);
        set(CURLOPT_MAXREDIRS, 5L);
        set(CURLOPT_FAILONERROR, 1L);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_CONNECTTIMEOUT, 20L);
        set(CURLOPT_LOW_SPEED_LIMIT, 100L);  // bytes a second, for so many seconds: the line is dead
        set(CURLOPT_LOW_SPEED_TIME, 60L);
        set(CURLOPT_MAXFILESIZE_LARGE, most_download_bytes);
        set(CURLOPT_USERAGENT, "cellwise");
        set(CURLOPT_ERRORBUFFER, reason_);
        set(CURLOPT_WRITEFUNCTION, &Transfer::on_bytes);
        set(CURLOPT_WRITEDATA, this);
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
        set(CURLOPT_XFERINFODATA, this);
        authorities_ = variable_or("CELLWISE_CA_FILE", "");
        if (!authorities_.empty()) set(CURLOPT_CAINFO, authorities_.c_str());
    }

    /// Continues after what the part holds. False if the server cannot do that.
    [[nodiscard]] bool run() {
        start_ = part_.size();
        if (start_ > 0) log::notice(fmt::format("resuming {} at byte {}", file_.name, start_));
        set(CURLOPT_RESUME_FROM_LARGE, start_);
        const CURLcode code = ::curl_easy_perform(curl_.get());
        if (shows_progress_) say("\r\033[K");
        if (write_error_ != 0) fail(part_.path(), "write", write_error_);
        if (code == CURLE_RANGE_ERROR && start_ > 0) return false;
        if (code != CURLE_OK) {
            throw EnvironmentError(fmt::format("cannot download {}: {}", file_.url,
                                               reason_[0] != '\0' ? reason_ : ::curl_easy_strerror(code)));
        }
        return true;
    }

private:
    static CURL* make_handle() {
        static std::once_flag once;
        std::call_once(once, [] { ::curl_global_init(CURL_GLOBAL_DEFAULT); });
        return ::curl_easy_init();
    }
    template <class T>
    void set(CURLoption option, T value) {
        if (!curl_ || ::curl_easy_setopt(curl_.get(), option, value) != CURLE_OK) {
            throw EnvironmentError("libcurl cannot be set up for HTTPS");
        }
    }
    static std::size_t on_bytes(char* bytes, std::size_t size, std::size_t count, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        transfer.received_ += static_cast<curl_off_t>(size * count);
        if (transfer.received_ > most_download_bytes) return 0;
        transfer.write_error_ = transfer.part_.append({bytes, size * count});
        return transfer.write_error_ == 0 ? size * count : 0;
    }
    static int on_progress(void* self, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
        auto& transfer = *static_cast<Transfer*>(self);
        if (!transfer.shows_progress_ || total <= 0) return 0;
        const auto percent = static_cast<int>(100 * (now + transfer.start_) / (total + transfer.start_));
        if (percent == transfer.shown_percent_) return 0;
        transfer.shown_percent_ = percent;
        say(fmt::format("\r{}: {:3}% of {:.1f} MB", transfer.file_.name, percent,
                        static_cast<double>(total + transfer.start_) / 1e6));
        return 0;
    }

    const RemoteFile& file_;
    const PartFile& part_;
    std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> curl_{nullptr, &::curl_easy_cleanup};
    std::string authorities_;
    char reason_[CURL_ERROR_SIZE] = {};
    curl_off_t start_ = 0;
    curl_off_t received_ = 0;
    int write_error_ = 0;
    int shown_percent_ = -1;
    bool shows_progress_ = ::isatty(STDERR_FILENO) == 1 && log::level() != log::Level::quiet;
};

bool has_checksum(const RemoteFile& file, const fs::path& path) {
    std::error_code code;
    return fs::is_regular_file(path, code) && sha256_file(path) == file.sha256;
}

/// Fills the part: from where it ends, and if that does not give the file, from its beginning.
void complete(const RemoteFile& file, const PartFile& part) {
    if (part.size() > 0) {
        if (has_checksum(file, part.path())) return;
        if (Transfer(file, part).run() && has_checksum(file, part.path())) return;
        log::notice(fmt::format("what was there of {} does not fit; downloading all of it", file.name));
        part.clear();
    }
    if (!Transfer(file, part).run()) throw EnvironmentError(fmt::format("cannot download {}", file.url));
    if (const std::string got = sha256_file(part.path()); got != file.sha256) {
        part.clear();
        throw DataError(
            fmt::format("{} is not the expected file: its SHA-256 is {}, not {}", file.url, got, file.sha256));
    }
}

}  // namespace

std::vector<RemoteFile> imdb_files() {
    // The word index first: where the npz lies, the index then lies too.
    return {
        {"imdb_word_index.json",
         variable_or("CELLWISE_WORD_INDEX_URL",
                     "https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb_word_index.json"),
         variable_or("CELLWISE_WORD_INDEX_SHA256", "027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6")},
        {"imdb.npz",
         variable_or("CELLWISE_NPZ_URL", "https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb.npz"),
         variable_or("CELLWISE_NPZ_SHA256", "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f")}};
}

bool download(const RemoteFile& file, const fs::path& folder) {
    const fs::path target = folder / file.name;
    if (has_checksum(file, target)) return false;
    make_folder(folder);
    const PartFile part(folder / (file.name + ".part"));
    if (has_checksum(file, target)) return false;  // the process we waited for has it
    log::notice(fmt::format("downloading {} to '{}'", file.url, folder.string()));
    complete(file, part);
    part.become(target);
    return true;
}

void download_imdb() {
    for (const auto& file : imdb_files()) {
        if (!download(file, download_folder())) log::detail(fmt::format("{} is there already", file.name));
    }
}

}  // namespace cellwise::data
