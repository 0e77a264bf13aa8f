#pragma once

#include <optional>
#include <string>

#include "data/files/text_settings.h"

namespace CLI {
class App;
}

namespace cellwise::cli {

/// The flags that say how a table of texts is read, for commands that take a trained model's settings where they say
/// nothing.
class TableFlags {
public:
    /// Adds --no-header, --delimiter, --quoting and --encoding; with_labels: also --positive-label, --negative-label,
    /// --positive-from, --drop-duplicates and --empty-texts.
    void add_to(CLI::App& command, bool with_labels);

    /// Sets what was said. Labels that were named take the place of all that `settings` says of labels.
    void apply_to(data::TextSettings& settings) const;

private:
    bool no_header_ = false, drop_duplicates_ = false;
    std::optional<std::string> delimiter_, quoting_, encoding_, positive_label_, negative_label_, empty_texts_;
    std::optional<double> positive_from_;
};

}  // namespace cellwise::cli
