#include "cli/progress.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <utility>

#include "cli/settings.h"
#include "core/log.h"

namespace cellwise::cli {
namespace {

constexpr int bar_width = 24;
constexpr std::chrono::milliseconds redraw_interval{100};

std::string bar(double share) {
    const int full = static_cast<int>(std::lround(share * bar_width));
    std::string text;
    for (int i = 0; i < bar_width; ++i) text += i < full ? "█" : "░";
    return text;
}

}  // namespace

ProgressDisplay::ProgressDisplay(std::string title) : title_(std::move(title)), live_(is_live_terminal()) {}

void ProgressDisplay::update(const training::Progress& progress) {
    if (!live_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_drawn_ < redraw_interval && progress.step < progress.steps) return;
    last_drawn_ = now;
    const double share = static_cast<double>(progress.step) / static_cast<double>(progress.steps);
    const double left = progress.seconds / share - progress.seconds;
    // No line feed: the next call, or erase_line(), starts at the line's beginning again.
    fmt::print(stderr, "\r\x1b[K{}  epoch {}/{}  {} {:3.0f}%  loss {:.4f}  accuracy {:.4f}  {:.0f} s left", title_,
               progress.epoch, progress.epochs, bar(share), 100 * share, progress.running.loss,
               progress.running.accuracy, left);
    if (progress.step == progress.steps) fmt::print(stderr, "  testing…");
    std::fflush(stderr);
}

void ProgressDisplay::erase_line() const {
    if (live_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressDisplay::epoch_done(const training::EpochResult& result, std::int64_t epochs) {
    if (log::level() == log::Level::quiet) return;
    erase_line();
    fmt::print(stderr,
               "{}  epoch {}/{}  train: loss {:.4f}, accuracy {:.4f}, {:.1f} s  test: loss {:.4f}, accuracy {:.4f}, "
               "{:.1f} s\n",
               title_, result.epoch, epochs, result.train.loss, result.train.accuracy, result.train_seconds,
               result.test.loss, result.test.accuracy, result.test_seconds);
}

}  // namespace cellwise::cli
