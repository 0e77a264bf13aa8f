#pragma once

#include <string>
#include <vector>

#include "cli/flags/table_flags.h"
#include "data/reviews/dataset.h"

namespace CLI {
class App;
}

namespace cellwise::cli {

/// Texts, and for those of a table all cells of their rows.
struct TextInput {
    std::vector<std::string> texts;
    std::vector<std::string> columns;             ///< the table's; none of lines and arguments
    std::vector<std::vector<std::string>> cells;  ///< [texts][columns], or empty
};

/// The flags that say where the texts of `predict` come from.
struct TextFlags {
    std::vector<std::string> texts;  ///< as arguments
    std::string file;                ///< --file
    std::string input_format = "auto";
    std::string text_column;  ///< empty: the run's
    TableFlags table;

    /// Adds the arguments, --file, --input-format, --text-column and the flags of tables.
    void add_to(CLI::App& command);

    /// The texts: the arguments, else those of the file, else of standard input. A table is read as `run` (a model's
    /// data options) says where the flags do not; are_ids: lines of ids are no table. Throws UsageError (both, an
    /// empty argument, an unknown format), DataError naming file and line (unreadable, not UTF-8, no such column).
    [[nodiscard]] TextInput read(const data::DataOptions& run = {}, bool are_ids = false) const;
};

}  // namespace cellwise::cli
