#include "core/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "core/utf8.h"

namespace cellwise::log {
namespace {

std::atomic<Level> current_level{Level::normal};

spdlog::logger& sink() {
    static const auto logger = [] {
        auto made = std::make_shared<spdlog::logger>("cellwise", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("cellwise: %v");
        made->set_level(spdlog::level::trace);
        return made;
    }();
    return *logger;
}

}  // namespace

void set_level(Level level) { current_level = level; }
Level level() { return current_level; }

void warning(std::string_view message) { sink().warn("warning: {}", printable(message)); }

void notice(std::string_view message) {
    if (current_level != Level::quiet) sink().info("{}", printable(message));
}

void detail(std::string_view message) {
    if (current_level == Level::verbose) sink().debug("{}", printable(message));
}

}  // namespace cellwise::log
