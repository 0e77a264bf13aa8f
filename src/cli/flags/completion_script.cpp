#include "cli/flags/completion_script.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cellwise::cli {
namespace {

// The words that a flag's value is chosen from.
const std::map<std::string, std::string>& value_words() {
    static const std::map<std::string, std::string> words{
        {"--cell", "simple_rnn lstm gru"},
        {"--cells", "simple_rnn lstm gru"},
        {"--preset", "tutorial clipped regularised"},
        {"--gru-reset", "after before"},
        {"--optimizer", "adam sgd"},
        {"--weight-decay-mode", "coupled decoupled"},
        {"--schedule", "constant step cosine plateau"},
        {"--monitor", "validation_loss validation_accuracy train_loss train_accuracy"},
        {"--device", "auto cpu cuda"},
        {"--engine", "auto fused torch"},
        {"--precision", "float32 bfloat16 float64"},
        {"--split", "train test"},
        {"--format", "keras weights.h5 safetensors pytorch"},
    };
    return words;
}

bool takes_path(const Argument& argument) {
    constexpr std::string_view types[] = {"FILE", "DIR", "PATH", "RUN"};
    return std::any_of(std::begin(types), std::end(types),
                       [&](std::string_view type) { return argument.type.find(type) != std::string::npos; });
}

// " compare --preset": how the scripts name a word after a command.
std::string after(const Command& command, const std::string& word) {
    return command.path.empty() ? " " + word : fmt::format(" {} {}", command.path, word);
}

std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char letter : text) result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return result + "'";
}

// One branch of a shell's case for the words: 'a'|'b') action ;;
std::string branch(const std::vector<std::string>& patterns, const std::string& action) {
    if (patterns.empty()) return "";
    std::vector<std::string> all;
    for (const auto& pattern : patterns) all.push_back(quoted(pattern));
    return fmt::format("        {}) {} ;;\n", fmt::join(all, "|"), action);
}

std::vector<std::string> command_paths(const Command& root) {
    std::vector<std::string> paths;
    for (const auto* command : all_commands(root)) {
        if (!command->path.empty()) paths.push_back(" " + command->path);
    }
    return paths;
}

// What may follow which flag: its words; a path; something that nobody can guess.
struct ValueBranches {
    std::map<std::string, std::vector<std::string>> words;  // by the words
    std::vector<std::string> paths, others;
};

ValueBranches value_branches(const Command& root) {
    ValueBranches branches;
    for (const auto* command : all_commands(root)) {
        for (const auto& argument : command->arguments) {
            if (argument.is_positional || argument.type.empty()) continue;
            for (const auto& name : argument.names) {
                const auto known = value_words().find(name);
                auto& list = known != value_words().end() ? branches.words[known->second]
                             : takes_path(argument)       ? branches.paths
                                                          : branches.others;
                list.push_back(after(*command, name));
            }
        }
    }
    return branches;
}

std::string shell_list(const std::vector<std::string>& words) {
    return quoted(fmt::format("{}", fmt::join(words, " ")));
}

std::vector<std::string> words_of(const Command& command) {
    std::vector<std::string> words;
    for (const auto& inner : command.commands) words.push_back(inner.name);
    for (const auto& argument : command.arguments) {
        if (!argument.is_positional) words.insert(words.end(), argument.names.begin(), argument.names.end());
    }
    return words;
}

bool has_path_argument(const Command& command) {
    return std::any_of(command.arguments.begin(), command.arguments.end(),
                       [](const Argument& argument) { return argument.is_positional && takes_path(argument); });
}

// "name:description" for zsh's _describe.
std::string described(const std::string& name, const std::string& description) {
    std::string escaped;
    for (const char letter : name) escaped += letter == ':' ? std::string("\\:") : std::string(1, letter);
    return quoted(escaped + ":" + description);
}

}  // namespace

std::string bash_completion(const Command& root) {
    std::string values;
    const auto branches = value_branches(root);
    for (const auto& [words, flags] : branches.words) {
        values += branch(flags,
                         fmt::format("mapfile -t COMPREPLY < <(compgen -W {} -- \"$current\"); return", quoted(words)));
    }
    values += branch(branches.paths, "compopt -o default; return");
    values += branch(branches.others, "return");
    std::string words;
    std::string paths;
    for (const auto* command : all_commands(root)) {
        words += branch({command->path.empty() ? "" : " " + command->path},
                        fmt::format("words={}", shell_list(words_of(*command))));
        if (has_path_argument(*command)) {
            paths += branch({" " + command->path}, "[[ $current == -* ]] || compopt -o default");
        }
    }
    return fmt::format(R"(# Completion of {0} in bash; written by '{0} completion bash'.
_{0}() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} command="" words="" i
    # --flag=value comes as three words.
    if [[ $current == "=" ]]; then current=""
    elif [[ $previous == "=" ]]; then previous=${{COMP_WORDS[COMP_CWORD - 2]}}; fi
    for ((i = 1; i < COMP_CWORD; ++i)); do
        case "$command ${{COMP_WORDS[i]}}" in
{1}        esac
    done
    COMPREPLY=()
    case "$command $previous" in
{2}    esac
    case "$command" in
{3}    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    case "$command" in
{4}    esac
}}
complete -F _{0} {0}
)",
                       root.name, branch(command_paths(root), "command+=\" ${COMP_WORDS[i]}\""), values, words, paths);
}

std::string zsh_completion(const Command& root) {
    std::string values;
    const auto branches = value_branches(root);
    for (const auto& [words, flags] : branches.words) values += branch(flags, "compadd -- " + words + "; return");
    values += branch(branches.paths, "_files; return");
    values += branch(branches.others, "return");
    std::string candidates;
    std::string paths;
    for (const auto* command : all_commands(root)) {
        std::vector<std::string> list;
        for (const auto& inner : command->commands) list.push_back(described(inner.name, inner.description));
        for (const auto& argument : command->arguments) {
            if (argument.is_positional) continue;
            for (const auto& name : argument.names) list.push_back(described(name, argument.description));
        }
        const auto pattern = command->path.empty() ? "" : " " + command->path;
        candidates += branch({pattern}, fmt::format("candidates=({})", fmt::join(list, " ")));
        if (has_path_argument(*command)) paths += branch({pattern}, "_files");
    }
    return fmt::format(R"(#compdef {0}
# Completion of {0} in zsh; written by '{0} completion zsh'.
_{0}() {{
    local command="" i
    local -a candidates
    for ((i = 2; i < CURRENT; ++i)); do
        case "$command ${{words[i]}}" in
{1}        esac
    done
    case "$command ${{words[CURRENT - 1]}}" in
{2}    esac
    case "$command" in
{3}    esac
    _describe {0} candidates
    case "$command" in
{4}    esac
}}
_{0} "$@"
)",
                       root.name, branch(command_paths(root), "command+=\" ${words[i]}\""), values, candidates, paths);
}

}  // namespace cellwise::cli
