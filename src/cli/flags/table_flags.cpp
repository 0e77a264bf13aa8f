#include "cli/flags/table_flags.h"

#include <CLI/CLI.hpp>

namespace cellwise::cli {

void TableFlags::add_to(CLI::App& command, bool with_labels) {
    command.add_flag("--no-header", no_header_, "a table's first line is a row; its columns are numbers, from 1");
    command.add_option("--delimiter", delimiter_, "the character between cells: , ; | or tab; default: detected")
        ->type_name("CHAR");
    command.add_option("--quoting", quoting_, "what double quotes in a table are: auto, standard or none (letters)");
    command.add_option("--encoding", encoding_, "utf-8, cp949, latin-1 or utf-16");
    if (!with_labels) return;
    command.add_option("--positive-label", positive_label_, "the positive label, if the labels are not known words");
    command.add_option("--negative-label", negative_label_, "the label that is negative");
    command.add_option("--positive-from", positive_from_, "labels are numbers (stars), positive from this one on")
        ->type_name("NUMBER");
    command.add_flag("--drop-duplicates", drop_duplicates_, "leave repeated texts out");
    command.add_option("--empty-texts", empty_texts_, "texts without words: refuse or drop");
}

void TableFlags::apply_to(data::TextSettings& settings) const {
    settings.no_header = settings.no_header || no_header_;
    settings.drop_duplicates = settings.drop_duplicates || drop_duplicates_;
    if (delimiter_) settings.delimiter = *delimiter_;
    if (quoting_) settings.quoting = *quoting_;
    if (encoding_) settings.encoding = *encoding_;
    if (empty_texts_) settings.empty_texts = *empty_texts_;
    if (!positive_label_ && !negative_label_ && !positive_from_) return;
    settings.positive_label = positive_label_.value_or("");
    settings.negative_label = negative_label_.value_or("");
    settings.positive_from = positive_from_;
}

}  // namespace cellwise::cli
