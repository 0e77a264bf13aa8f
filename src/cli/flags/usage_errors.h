#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace cellwise::cli {

/// Throws UsageError if the first words name a command, or a command's command, that does not exist,
/// with the nearest that does. CLI11 would only say that a subcommand is required.
void refuse_unknown_command(const CLI::App& app, int argc, char** argv);

/// The command that these words name, as in {"runs", "list"}; the program itself for none. Throws UsageError with the
/// nearest name there is.
[[nodiscard]] const CLI::App& command_at(const CLI::App& app, const std::vector<std::string>& words);

/// "Run 'cellwise train --help' for its flags.", of the command that the arguments named, as far as they did.
[[nodiscard]] std::string help_hint(const CLI::App& app);

/// What was wrong with the arguments: for an unknown flag the nearest known one.
[[nodiscard]] std::string explain(const CLI::App& app, const CLI::ParseError& error);

/// The program's arguments as CLI11 is to see them. It would take a word that begins with [ and ends with ] apart at
/// its commas; a review may be such a text, and a folder's name too. Made once all commands are added.
class WholeWords {
public:
    WholeWords(CLI::App& app, int argc, char** argv);
    [[nodiscard]] char** argv() { return pointers_.data(); }

private:
    std::vector<std::string> words_;
    std::vector<char*> pointers_;
};

/// Lets a flag that can be given several times take one value each time. CLI11 would give it every word that follows:
/// in `describe --missing-value NA table.csv` the table too.
void take_one_value_each(CLI::App& app);

/// Throws UsageError for a text that begins with -h ("-hated this film"): it would be read as a wish for help.
void refuse_texts_as_flags(int argc, char** argv);

}  // namespace cellwise::cli
