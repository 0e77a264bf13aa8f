#include "cli/terminal/resume_hint.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/paths.h"

namespace cellwise::cli {
namespace {

std::string& stored_program_name() {
    static std::string name = "cellwise";
    return name;
}

}  // namespace

void set_program_name(std::string name) { stored_program_name() = std::move(name); }

const std::string& program_name() { return stored_program_name(); }

std::string shell_word(const std::string& text) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:=@%+";
    if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
    std::string quoted = "'";
    for (const char letter : text) {
        if (letter == '\'') {
            quoted += "'\\''";
        } else {
            quoted += letter;
        }
    }
    return quoted + "'";
}

std::string ResumeCommand::text() const {
    auto text = fmt::format("{} {} --resume {}", shell_word(program_name()), command, shell_word(folder.string()));
    if (!json.empty()) text += " --json " + shell_word(json);
    return text;
}

void with_resume_hint(const ResumeCommand& command, const std::function<void()>& work) {
    try {
        work();
    } catch (const Interrupted& stopped) {
        throw Interrupted(stopped.exit_code(), fmt::format("{}. Continue with:\n  {}", stopped.what(), command.text()));
    } catch (const EnvironmentError& error) {
        const auto& folder = command.folder;
        if (!is_there(folder / "config.toml") && !is_there(folder / "study.toml")) throw;  // nothing was begun
        throw EnvironmentError(
            fmt::format("{}\nThe last saved state is kept. When the problem is fixed, continue with:\n  {}",
                        error.what(), command.text()));
    }
}

void require_command(const ResumeCommand& command, const std::string& began) {
    if (began.empty() || began == command.command) return;
    throw UsageError(fmt::format("'{}' was begun by '{}': continue with\n  {}", command.folder.string(), began,
                                 ResumeCommand{began, command.folder, command.json}.text()));
}

}  // namespace cellwise::cli
