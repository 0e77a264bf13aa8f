#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace cellwise::cli {

/// The flags that say where the texts of `predict` come from.
struct TextFlags {
    std::vector<std::string> texts;  ///< as arguments
    std::string file;                ///< --file
    std::string input_format = "auto";
    std::string text_column = "text";

    /// Adds the arguments, --file, --input-format and --text-column.
    void add_to(CLI::App& command);

    /// The texts: the arguments, else those of the file, else of standard input. Throws UsageError (both, an
    /// empty argument, an unknown format), DataError naming file and line (unreadable, not UTF-8, no such column).
    [[nodiscard]] std::vector<std::string> read() const;
};

}  // namespace cellwise::cli
