#include "cli/terminal/progress_text.h"
#include "core/display_width.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "report/text/summary_text.h"
#include "report/text/table.h"

namespace cellwise::cli {
namespace {

constexpr std::size_t widest_bar = 24;
constexpr std::size_t narrowest_bar = 8;

double share_done(const records::Progress& progress) {
    return static_cast<double>(progress.step) / static_cast<double>(std::max<std::int64_t>(progress.steps, 1));
}

std::string bar(double share, std::size_t width, bool colours) {
    const auto full = static_cast<std::size_t>(std::lround(share * static_cast<double>(width)));
    std::string text;
    for (std::size_t i = 0; i < width; ++i) text += i < full ? "█" : "░";
    return colours ? fmt::format("\x1b[36m{}\x1b[0m", text) : text;
}

std::string speed(const records::Progress& progress) {
    return fmt::format("{:.0f} reviews/s", static_cast<double>(progress.rows) / std::max(progress.seconds, 1e-9));
}

}  // namespace

std::string clock_text(double seconds) {
    const auto whole = static_cast<std::int64_t>(std::llround(std::max(seconds, 0.0)));
    const auto hours = whole / 3600, minutes = whole / 60 % 60, rest = whole % 60;
    return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, rest) : fmt::format("{}:{:02}", minutes, rest);
}

double seconds_left(const records::Progress& progress) {
    const double each = progress.seconds / static_cast<double>(std::max<std::int64_t>(progress.step, 1));
    const auto steps = (progress.epochs - progress.epoch) * progress.steps + progress.steps - progress.step;
    return each * static_cast<double>(steps);
}

std::string progress_line(const std::string& title, const records::Progress& progress) {
    const auto metrics = progress.running
                             ? fmt::format("loss {}, accuracy {:.4f}, ", report::figure(progress.running->loss, 4),
                                           progress.running->accuracy)
                             : std::string();
    return fmt::format("{}  epoch {}/{}  step {}/{}  {}{}, {} left", title, progress.epoch, progress.epochs,
                       progress.step, progress.steps, metrics, speed(progress), clock_text(seconds_left(progress)));
}

std::string progress_bar(const std::string& title, const records::Progress& progress, std::size_t columns,
                         bool colours) {
    const bool is_testing = progress.step == progress.steps;
    const double share = share_done(progress);
    // From the most to the least worth keeping on a narrow terminal.
    std::vector<std::string> figures{is_testing ? "evaluating…" : clock_text(seconds_left(progress)) + " left"};
    if (progress.running) {
        figures.push_back(fmt::format("loss {}", report::figure(progress.running->loss, 4)));
        figures.push_back(fmt::format("accuracy {:.4f}", progress.running->accuracy));
    }
    figures.push_back(speed(progress));
    const auto head = fmt::format("{}  epoch {}/{}", title, progress.epoch, progress.epochs);
    const auto percent = fmt::format("{:3.0f}%", 100 * share);
    const std::size_t fixed = display_width(head) + 2 + 1 + percent.size();
    if (fixed + narrowest_bar > columns) return fmt::format("{:.{}}", head, columns);
    // The figures are worth more than a long bar.
    std::string kept;
    std::size_t used = fixed + narrowest_bar;
    for (const auto& figure : figures) {
        const auto more = display_width(figure) + 2;
        if (used + more > columns) break;
        kept += "  " + figure;
        used += more;
    }
    const auto width = std::min(widest_bar, narrowest_bar + columns - used);
    return fmt::format("{}  {} {}{}", head, bar(share, width, colours), percent, kept);
}

}  // namespace cellwise::cli
