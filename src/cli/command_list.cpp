#include "cli/command_list.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/error.h"

namespace cellwise::cli {
namespace {

constexpr std::array<CommandEntry, 26> commands{{
    {"compare", "train and test the cells side by side: the tutorial's table"},
    {"train", "train one model and keep it in a run folder"},
    {"tune", "search the settings of train on held-out reviews, and say what the best are worth"},
    {"customers", "describe, prepare and predict from tables of customers"},
    {"data", "find, check, show and prepare the reviews", false},
    {"evaluate", "test a trained model on the test reviews"},
    {"predict", "what a trained model says of texts", false},
    {"import", "make a run folder of a Keras or PyTorch model"},
    {"export", "write a trained model for Keras or PyTorch"},
    {"summary", "the weights of a trained model and their sizes"},
    {"runs", "list, show, compare and remove the runs that were kept", false},
    {"serve", "a page in the browser and an API: reviews, live runs, customers"},
    {"report", "one HTML file with the charts, tables and worst errors of finished runs"},
    {"gates", "one LSTM or GRU step by hand, or a trained model's gates word by word; checked against torch"},
    {"gradients", "follow the loss's gradient back through time, step by step"},
    {"sentence", "train a tiny LSTM to predict the next word of a sentence"},
    {"regularisation", "batch normalisation and weight decay by hand, checked against torch"},
    {"claims", "the tutorial's claims: their verdicts, and the experiments behind them"},
    {"reproduction", "whether comparisons have the same distribution of results as Keras's runs"},
    {"parity", "replay training steps that Keras took and compare every number"},
    {"bench", "measure the fused engine against torch::nn in one run"},
    {"doctor", "what this machine has, and what to do about what is missing"},
    {"completion", "print a script that completes commands and flags in a shell"},
    {"man", "print the manual page, made from these commands and flags"},
    {"help", "what a command does, with its flags", false},
    {"version", "the program's version", false},
}};

const CommandEntry* entry_of(std::string_view name) {
    const auto found = std::ranges::find(commands, name, &CommandEntry::name);
    return found == commands.end() ? nullptr : &*found;
}

}  // namespace

std::span<const CommandEntry> all_commands() { return commands; }

CLI::App* add_command(CLI::App& app, std::string_view name) {
    const auto* entry = entry_of(name);
    if (entry == nullptr) throw InternalError(fmt::format("the list of commands has no '{}'", name));
    return app.add_subcommand(std::string(name), std::string(entry->description));
}

bool wants_torch(std::span<char* const> arguments) {
    std::vector<std::string_view> words;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string_view word = arguments[i];
        if (word.starts_with('-') && words.empty()) return false;  // of the program itself
        if (!word.starts_with('-')) words.push_back(word);
    }
    if (words.empty()) return false;
    if (words.front() == "help") return words.size() > 1;
    if (words.front() == "customers") {
        constexpr std::array lean{"describe", "clean", "synthetic"};
        return words.size() < 2 || std::ranges::find(lean, words[1]) == lean.end();
    }
    const auto* entry = entry_of(words.front());
    return entry != nullptr && entry->needs_torch;
}

}  // namespace cellwise::cli
