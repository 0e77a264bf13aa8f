#include "data/files/text_settings.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace cellwise::data {

void TextSettings::validate() const {
    (void)bytes();
    (void)hints(',');
    if (empty_texts != "refuse" && empty_texts != "drop") {
        throw UsageError(fmt::format("--empty-texts: '{}' is none of refuse, drop", empty_texts));
    }
    if (positive_from && !(positive_label.empty() && negative_label.empty())) {
        throw UsageError(
            "--positive-from is for labels that are numbers: leave --positive-label and --negative-label out");
    }
    if (positive_from && !std::isfinite(*positive_from)) throw UsageError("--positive-from must be a number");
    if (!positive_label.empty() && positive_label == negative_label) {
        throw UsageError(fmt::format("--positive-label and --negative-label are both '{}'", positive_label));
    }
}

DialectHints TextSettings::hints(char likely_delimiter) const {
    DialectHints hints;
    hints.likely_delimiter = likely_delimiter;
    if (!delimiter.empty()) hints.delimiter = delimiter_named(delimiter, "--delimiter");
    if (quoting == "standard") hints.quoting = Quoting::standard;
    if (quoting == "none") hints.quoting = Quoting::none;
    if (quoting != "auto" && !hints.quoting) {
        throw UsageError(fmt::format("--quoting: '{}' is none of auto, standard, none", quoting));
    }
    return hints;
}

}  // namespace cellwise::data
