#include "cli/flags/predict_explanation.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "core/error.h"

namespace cellwise::cli {

void ExplainFlags::add_to(CLI::App& command) {
    command
        .add_option("--explain", method,
                    "what each word adds to the log-odds: occlusion (how much they fall when the word is hidden) or "
                    "gradients (integrated gradients from padding)")
        ->check(CLI::IsMember({"occlusion", "gradients"}));
    command.add_option("--steps", steps, "points of the integral of --explain gradients")->capture_default_str();
    command.add_option("--top-words", top_words, "words in the table of --explain")->capture_default_str();
}

void ExplainFlags::validate() const {
    if (steps < 1 || steps > 10000) throw UsageError(fmt::format("--steps is {}: it must be 1 to 10000", steps));
    if (top_words < 0) throw UsageError(fmt::format("--top-words is {}: it must be 0 or more", top_words));
}

}  // namespace cellwise::cli
