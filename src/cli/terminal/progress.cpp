#include "cli/terminal/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/terminal/progress_text.h"
#include "cli/terminal/terminal.h"
#include "core/log.h"
#include "core/standard_streams.h"
#include "report/text/summary_text.h"

namespace cellwise::cli {
namespace {

constexpr std::chrono::milliseconds redraw_interval{100};

std::chrono::seconds line_interval() { return std::chrono::seconds(log::level() == log::Level::verbose ? 2 : 10); }

std::size_t terminal_columns() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

}  // namespace

ProgressDisplay::ProgressDisplay() : live_(is_live_terminal()), colours_(has_colours()) {}

void ProgressDisplay::planned(std::span<const std::string> titles, std::string_view validation) {
    const std::lock_guard lock(mutex_);
    erase();
    validation_ = validation;
    runs_.clear();
    title_width_ = 0;
    for (const auto& title : titles) {
        title_width_ = std::max(title_width_, title.size());
        runs_.emplace_back().title = title;
    }
}

ProgressDisplay::~ProgressDisplay() { erase(); }

void ProgressDisplay::progressed(std::size_t run, const records::Progress& progress) {
    if (log::level() == log::Level::quiet) return;
    const std::lock_guard lock(mutex_);
    runs_[run].progress = progress;
    runs_[run].is_active = true;
    if (!live_) {
        print_line(runs_[run]);
        return;
    }
    const auto now = Clock::now();
    if (now - last_drawn_ < redraw_interval && progress.step < progress.steps) return;
    last_drawn_ = now;
    draw();
}

void ProgressDisplay::print_line(Run& run) {
    const auto now = Clock::now();
    if (now - run.last_line < line_interval() || run.progress.step == run.progress.steps) return;
    run.last_line = now;
    cellwise::say(progress_line(run.title, run.progress) + "\n");
}

void ProgressDisplay::draw() {
    const auto columns = terminal_columns();
    std::string text;
    std::size_t lines = 0;
    for (const auto& run : runs_) {
        if (!run.is_active) continue;
        text += progress_bar(fmt::format("{:{}}", run.title, title_width_), run.progress, columns - 1, colours_) +
                "\x1b[K\n";
        ++lines;
    }
    const auto up = drawn_lines_ > 0 ? fmt::format("\x1b[{}A", drawn_lines_) : std::string();
    cellwise::say(fmt::format("{}{}\x1b[J", up, text));  // and nothing below
    drawn_lines_ = lines;
}

void ProgressDisplay::erase() {
    if (drawn_lines_ > 0) cellwise::say(fmt::format("\x1b[{}A\x1b[J", drawn_lines_));
    drawn_lines_ = 0;
}

void ProgressDisplay::epoch_done(std::size_t run, const records::EpochFigures& result, std::int64_t epochs) {
    if (log::level() == log::Level::quiet) return;
    const std::lock_guard lock(mutex_);
    runs_[run].is_active = false;
    runs_[run].last_line = Clock::now();
    erase();
    const auto train =
        fmt::format("{}  epoch {}/{}  train: loss {}, accuracy {:.4f}, {:.1f} s", runs_[run].title, result.epoch,
                    epochs, report::figure(result.train.loss, 4), result.train.accuracy, result.train_seconds);
    const auto validation =
        fmt::format("{}: loss {}, accuracy {:.4f}, {:.1f} s", validation_, report::figure(result.validation.loss, 4),
                    result.validation.accuracy, result.validation_seconds);
    // One line in a log; on a terminal that is too narrow for it two, so that no word is broken.
    const bool fits = !live_ || train.size() + 2 + validation.size() <= terminal_columns();
    cellwise::say(fmt::format("{}{}{}\n", train, fits ? "  " : "\n    ", validation));
    if (live_) draw();
}

void ProgressDisplay::said(std::string_view text) {
    const std::lock_guard lock(mutex_);
    erase();
    log::notice(std::string(text));
    if (live_) draw();
}

void ProgressDisplay::ended(std::size_t run) {
    const std::lock_guard lock(mutex_);
    runs_[run].is_active = false;
    if (live_) draw();
}

}  // namespace cellwise::cli
