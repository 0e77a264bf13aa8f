#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "cli/settings.h"
#include "core/log.h"

namespace cellwise::cli {
namespace {

constexpr int bar_width = 24;
constexpr std::chrono::milliseconds redraw_interval{100};

double share_done(const training::Progress& progress) {
    return static_cast<double>(progress.step) / static_cast<double>(progress.steps);
}

std::string bar(double share) {
    const int full = static_cast<int>(std::lround(share * bar_width));
    std::string text;
    for (int i = 0; i < bar_width; ++i) text += i < full ? "█" : "░";
    return text;
}

std::string in_full(const std::string& title, const training::Progress& progress) {
    const double share = share_done(progress);
    const double left = progress.seconds / share - progress.seconds;
    return fmt::format("{}  epoch {}/{}  {} {:3.0f}%  loss {:.4f}  accuracy {:.4f}  {:.0f} s left{}", title,
                       progress.epoch, progress.epochs, bar(share), 100 * share, progress.running.loss,
                       progress.running.accuracy, left, progress.step == progress.steps ? "  testing…" : "");
}

std::string in_short(const std::string& title, const training::Progress& progress) {
    return fmt::format("{} {}/{} {:.0f}% loss {:.3f}", title, progress.epoch, progress.epochs,
                       100 * share_done(progress), progress.running.loss);
}

}  // namespace

ProgressDisplay::ProgressDisplay(std::vector<std::string> titles, std::string validation)
    : validation_(std::move(validation)), live_(is_live_terminal()) {
    for (auto& title : titles) runs_.push_back({std::move(title), {}, false});
}

void ProgressDisplay::update(std::size_t run, const training::Progress& progress) {
    if (!live_) return;
    const std::lock_guard lock(mutex_);
    runs_[run].progress = progress;
    runs_[run].is_active = true;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_drawn_ < redraw_interval && progress.step < progress.steps) return;
    last_drawn_ = now;
    draw();
}

void ProgressDisplay::draw() {
    const auto active = std::count_if(runs_.begin(), runs_.end(), [](const Run& run) { return run.is_active; });
    std::string line;
    for (const auto& run : runs_) {
        if (!run.is_active) continue;
        if (!line.empty()) line += "  |  ";
        line += active == 1 ? in_full(run.title, run.progress) : in_short(run.title, run.progress);
    }
    // No line feed: the next call, or erase_line(), starts at the line's beginning again.
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
}

void ProgressDisplay::erase_line() const {
    if (live_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressDisplay::epoch_done(std::size_t run, const training::EpochResult& result, std::int64_t epochs) {
    if (log::level() == log::Level::quiet) return;
    const std::lock_guard lock(mutex_);
    runs_[run].is_active = false;
    erase_line();
    fmt::print(stderr,
               "{}  epoch {}/{}  train: loss {:.4f}, accuracy {:.4f}, {:.1f} s  {}: loss {:.4f}, accuracy {:.4f}, "
               "{:.1f} s\n",
               runs_[run].title, result.epoch, epochs, result.train.loss, result.train.accuracy, result.train_seconds,
               validation_, result.validation.loss, result.validation.accuracy, result.validation_seconds);
}

}  // namespace cellwise::cli
