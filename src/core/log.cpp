#include "core/log.h"

#include <fmt/format.h>

#include <atomic>

#include "core/standard_streams.h"
#include "core/utf8.h"

namespace cellwise::log {
namespace {

std::atomic<Level> current_level{Level::normal};

// One write a line: lines of several threads do not mix.
void print_line(std::string_view kind, std::string_view message) {
    say(fmt::format("cellwise: {}{}\n", kind, printable(message)));
}

}  // namespace

void set_level(Level level) { current_level = level; }
Level level() { return current_level; }

void warning(std::string_view message) { print_line("warning: ", message); }

void notice(std::string_view message) {
    if (current_level != Level::quiet) print_line("", message);
}

void detail(std::string_view message) {
    if (current_level == Level::verbose) print_line("", message);
}

}  // namespace cellwise::log
