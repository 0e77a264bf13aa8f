#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace cellwise::cli {

/// Throws UsageError if the first words name a command, or a command's command, that does not exist,
/// with the nearest that does. CLI11 would only say that a subcommand is required.
void refuse_unknown_command(const CLI::App& app, int argc, char** argv);

/// What was wrong with the arguments: for an unknown flag the nearest known one.
[[nodiscard]] std::string explain(const CLI::App& app, const CLI::ParseError& error);

/// Lets no word of the command line be taken apart: CLI11 reads "[a, b]" as a list of two.
void keep_words_whole(CLI::App& app);

/// Throws UsageError for a text that begins with -h ("-hated this film"): it would be read as a wish for help.
void refuse_texts_as_flags(int argc, char** argv);

}  // namespace cellwise::cli
