#include "runs/progress_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <string>

#include "core/json_text.h"
#include "core/write_all.h"

namespace cellwise::runs {
namespace {

constexpr std::chrono::milliseconds between_lines{500};

std::string line_of(const records::Progress& progress) {
    nlohmann::ordered_json line{{"epoch", progress.epoch}, {"epochs", progress.epochs}, {"step", progress.step},
                                {"steps", progress.steps}, {"reviews", progress.rows},  {"seconds", progress.seconds}};
    if (progress.running) {
        line["running"] = {{"loss", progress.running->loss}, {"accuracy", progress.running->accuracy}};
    }
    line["unix_time"] = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    return json_text(line) + "\n";
}

}  // namespace

ProgressFile::ProgressFile(const std::filesystem::path& path)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666)) {}

void ProgressFile::update(const records::Progress& progress) {
    if (!file_.is_open()) return;
    const auto now = Clock::now();
    if (now < next_) return;
    next_ = now + between_lines;
    struct stat before {};
    const bool is_known = ::fstat(file_.get(), &before) == 0;
    if (write_all(file_.get(), line_of(progress)) == 0) return;
    // Half a line, as a full disk leaves it, is taken back.
    if (is_known) static_cast<void>(::ftruncate(file_.get(), before.st_size) == 0);
    file_.close();
}

}  // namespace cellwise::runs
