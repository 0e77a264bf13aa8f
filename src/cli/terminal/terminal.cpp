#include "cli/terminal/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "core/log.h"

namespace cellwise::cli {
namespace {

bool is_terminal(std::FILE* stream) {
    const char* terminal = std::getenv("TERM");
    return ::isatty(::fileno(stream)) == 1 && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

}  // namespace

bool wants_colour(std::FILE* stream) {
    const char* no_color = std::getenv("NO_COLOR");
    return is_terminal(stream) && (no_color == nullptr || *no_color == '\0');
}

bool is_live_terminal() { return is_terminal(stderr) && log::level() != log::Level::quiet; }

bool has_colours() { return is_live_terminal() && wants_colour(stderr); }

}  // namespace cellwise::cli
