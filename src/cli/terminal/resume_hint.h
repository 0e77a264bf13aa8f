#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace cellwise::cli {

/// How the user called the program, for commands that he is shown.
void set_program_name(std::string name);
[[nodiscard]] const std::string& program_name();

/// The text as one word of a shell: quoted where it needs it.
[[nodiscard]] std::string shell_word(const std::string& text);

/// The command that goes on with a run.
struct ResumeCommand {
    std::string command;  ///< train, compare
    std::filesystem::path folder;
    std::string json;  ///< --json; empty: none
    [[nodiscard]] std::string text() const;
};

/// Does the work. If it is stopped, or the machine fails (a full disk), the error that leaves says with
/// which command to go on, where something was begun.
void with_resume_hint(const ResumeCommand& command, const std::function<void()>& work);

/// Refuses, with UsageError, to continue with what another command began: a comparison is not one model.
/// `began`: the command that made `folder`, or "" if that is not known.
void require_command(const ResumeCommand& command, const std::string& began);

}  // namespace cellwise::cli
