#include "cli/flags/usage_errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/terminal/resume_hint.h"
#include "core/edit_distance.h"
#include "core/error.h"

namespace cellwise::cli {
namespace {

// The names of the commands right below.
std::vector<std::string> command_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands({})) names.push_back(command->get_name());
    return names;
}

// "cellwise data".
std::string full_name(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + " " + app.get_name();
}

const CLI::App* command_named(const CLI::App& app, const std::string& name) {
    for (const auto* command : app.get_subcommands({})) {
        if (command->check_name(name)) return command;
    }
    return nullptr;
}

const CLI::App& deepest_parsed(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : deepest_parsed(*parsed.back());
}

std::vector<std::string> flag_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

// What other tools call a flag (Keras, PyTorch's scripts, scikit-learn, Optuna), and its name here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 36> names_elsewhere{
    {{"--trials", "--budget"},
     {"--n-trials", "--budget"},
     {"--timeout", "--time"},
     {"--param", "--search"},
     {"--space", "--search"},
     {"--n-jobs", "--jobs"},
     {"--workers", "--jobs"},
     {"--n-jobs", "--threads"},
     {"--workers", "--threads"},
     {"--num-threads", "--threads"},
     {"--save", "--output"},
     {"--out", "--output"},
     {"--out-dir", "--output"},
     {"--output-dir", "--output"},
     {"--run", "--output"},
     {"--lr", "--learning-rate"},
     {"--bs", "--batch-size"},
     {"--batch", "--batch-size"},
     {"--units", "--hidden-size"},
     {"--embedding-dim", "--embedding-size"},
     {"--embed-dim", "--embedding-size"},
     {"--output-dim", "--embedding-size"},
     {"--num-words", "--vocabulary-size"},
     {"--input-dim", "--vocabulary-size"},
     {"--vocab-size", "--vocabulary-size"},
     {"--maxlen", "--length"},
     {"--max-length", "--length"},
     {"--num-layers", "--layers"},
     {"--validation-size", "--validation-split"},
     {"--val-split", "--validation-split"},
     {"--clipnorm", "--clip-norm"},
     {"--patience", "--early-stopping"},
     {"--cv", "--folds"},
     {"--test-size", "--test-share"},
     {"--na-values", "--missing-value"},
     {"--random-state", "--seed"}}};

// A flag of the command that is meant by an unknown one; nothing if none is near.
std::optional<std::string> flag_meant_by(std::string_view unknown, const CLI::App& command) {
    const auto known = flag_names(command);
    std::string spelled(unknown);
    std::ranges::replace(spelled, '_', '-');
    if (std::ranges::find(known, spelled) != known.end()) return spelled;
    for (const auto& [elsewhere, here] : names_elsewhere) {
        if (elsewhere == spelled && std::ranges::find(known, here) != known.end()) return std::string(here);
    }
    return nearest_word(spelled, known);
}

/// Stands before a word that CLI11 would take apart; no file or text of people begins with it.
constexpr char whole_word_mark = '\x01';

void take_marks_off(CLI::App& app) {
    for (auto* option : app.get_options()) {
        option->transform([](std::string word) { return word.starts_with(whole_word_mark) ? word.substr(1) : word; });
    }
    for (auto* command : app.get_subcommands({})) take_marks_off(*command);
}

}  // namespace

const CLI::App& command_at(const CLI::App& app, const std::vector<std::string>& words) {
    const CLI::App* at = &app;
    for (const auto& word : words) {
        const auto names = command_names(*at);
        if (names.empty()) break;  // from here on the words are the command's own
        const auto* command = command_named(*at, word);
        if (command == nullptr) {
            throw UsageError(fmt::format("there is no command '{}'{} ({} has: {})", word, did_you_mean(word, names),
                                         full_name(*at), fmt::join(names, ", ")));
        }
        at = command;
    }
    return *at;
}

void refuse_unknown_command(const CLI::App& app, int argc, char** argv) {
    std::vector<std::string> words;
    for (int i = 1; i < argc && argv[i][0] != '-'; ++i) words.emplace_back(argv[i]);
    (void)command_at(app, words);
}

std::string help_hint(const CLI::App& app) {
    const auto& command = deepest_parsed(app);
    auto name = full_name(command);
    name.replace(0, app.get_name().size(), shell_word(program_name()));
    const bool has_commands = !command.get_subcommands({}).empty();
    return fmt::format("Run '{} --help' for its {}.", name, has_commands ? "commands" : "flags");
}

WholeWords::WholeWords(CLI::App& app, int argc, char** argv) : words_(argv, argv + argc) {
    bool is_marked = false;
    for (auto& word : words_) {
        if (word.starts_with('[') && word.ends_with(']')) {
            word.insert(word.begin(), whole_word_mark);
            is_marked = true;
        }
        pointers_.push_back(word.data());
    }
    pointers_.push_back(nullptr);
    if (is_marked) take_marks_off(app);
}

void take_one_value_each(CLI::App& app) {
    for (auto* option : app.get_options()) {
        if (!option->get_positional() && option->get_items_expected_max() > 1) option->allow_extra_args(false);
    }
    for (auto* command : app.get_subcommands({})) take_one_value_each(*command);
}

void refuse_texts_as_flags(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--") return;
        if (word.size() > 2 && word.starts_with("-h")) {
            throw UsageError(
                fmt::format("'{}' begins with a dash, as flags do: write -- in front of such a text, behind "
                            "all flags",
                            word));
        }
    }
}

std::string explain(const CLI::App& app, const CLI::ParseError& error) {
    if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return error.what();
    const auto& command = deepest_parsed(app);
    for (const auto& word : app.remaining(true)) {
        if (word.starts_with('-') && (!word.starts_with("--") || word.find(' ') != std::string::npos)) {
            return fmt::format(
                "'{}' begins with a dash, as flags do; if it is a text, write -- in front of it, behind all "
                "flags",
                word);
        }
        if (!word.starts_with("--")) continue;
        const auto flag = word.substr(0, word.find('='));
        const auto meant = flag_meant_by(flag, command);
        return fmt::format("{} has no flag {}{}", full_name(command), flag,
                           meant ? fmt::format("; did you mean {}?", *meant) : "");
    }
    return error.what();
}

}  // namespace cellwise::cli
