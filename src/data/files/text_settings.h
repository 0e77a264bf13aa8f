#pragma once

#include <optional>
#include <string>

#include "data/files/dialect.h"
#include "data/files/encoding.h"

namespace cellwise::data {

/// How a file of texts and labels is read, as it is said with flags; what is not said is told from the content.
struct TextSettings {
    bool no_header = false;               ///< the first line is a row; columns are named by their numbers, from 1
    std::string delimiter;                ///< , ; | tab; empty: told
    std::string quoting = "auto";         ///< auto, standard, none
    std::string encoding = "utf-8";       ///< utf-8, cp949, latin-1, utf-16
    std::string positive_label;           ///< the label that counts as positive; empty: a word that is known
    std::string negative_label;           ///< likewise
    std::optional<double> positive_from;  ///< labels are numbers, positive from this one on
    bool drop_duplicates = false;         ///< each text once, and none of the test texts among those to train on
    std::string empty_texts = "refuse";   ///< texts without words: refuse, drop

    /// Throws UsageError naming the flag.
    void validate() const;

    [[nodiscard]] Encoding bytes() const { return encoding_named(encoding, "--encoding"); }
    [[nodiscard]] DialectHints hints(char likely_delimiter) const;
    [[nodiscard]] bool drops_empty() const { return empty_texts == "drop"; }
};

}  // namespace cellwise::data
