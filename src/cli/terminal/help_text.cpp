#include "cli/terminal/help_text.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace cellwise::cli {
namespace {

constexpr std::size_t widest_indent = 44;  // a column further right leaves no room for words

/// Code points: all that the help holds are one column wide.
std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    for (const char byte : text) width += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U ? 1 : 0;
    return width;
}

std::size_t own_indent(std::string_view line) {
    const auto first = line.find_first_not_of(' ');
    return first == std::string_view::npos ? 0 : first;
}

/// Where the line's last column begins: behind the last two blanks between words.
std::size_t hanging_indent(std::string_view line) {
    const auto own = own_indent(line);
    const auto gap = line.rfind("  ");
    if (gap == std::string_view::npos || gap < own) return own == 0 ? 0 : own + 2;
    const auto indent = width_of(line.substr(0, gap + 2));
    return indent > widest_indent ? own + 4 : indent;
}

/// The longest begin of the line, ending in front of a blank, that fits; the first word if none does; npos: all.
std::size_t break_of(std::string_view line, std::size_t columns) {
    std::size_t best = std::string_view::npos;
    for (auto at = line.find(' ', own_indent(line)); at != std::string_view::npos; at = line.find(' ', at + 1)) {
        if (best != std::string_view::npos && width_of(line.substr(0, at)) > columns) break;
        best = at;
    }
    return best;
}

void append_wrapped(std::string& text, std::string_view line, std::size_t columns) {
    const auto indent = hanging_indent(line);
    auto room = columns;
    while (width_of(line) > room) {
        const auto at = break_of(line, room);
        if (at == std::string_view::npos) break;
        auto head = line.substr(0, at);
        while (head.ends_with(' ')) head.remove_suffix(1);
        text += head;
        text += '\n' + std::string(indent, ' ');
        line.remove_prefix(std::min(line.find_first_not_of(' ', at), line.size()));
        room = columns - indent;
    }
    text += line;
}

struct Group {
    const char* title;
    std::vector<std::string> commands;
};

const std::vector<Group>& groups() {
    static const std::vector<Group> all{
        {"Train and compare", {"compare", "train", "tune", "customers"}},
        {"Use a trained model", {"predict", "evaluate", "summary", "import", "export", "serve"}},
        {"Runs and reports", {"runs", "report"}},
        {"Look inside", {"gates", "gradients", "sentence", "regularisation", "claims"}},
        {"Data", {"data"}},
        {"Check and measure", {"parity", "reproduction", "bench", "doctor"}},
        {"This program", {"help", "version", "man", "completion"}}};
    return all;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t columns) {
    std::string result;
    while (true) {
        const auto end = text.find('\n');
        append_wrapped(result, text.substr(0, end), columns);
        if (end == std::string_view::npos) return result;
        result += '\n';
        text.remove_prefix(end + 1);
    }
}

std::string help_of(const CLI::App& command) {
    auto name = command.get_name();
    for (const auto* above = command.get_parent(); above != nullptr; above = above->get_parent()) {
        name = above->get_name() + " " + name;
    }
    // App::help() would tell of the command that was parsed, which may be 'help'.
    return wrapped(command.get_formatter()->make_help(&command, name, CLI::AppFormatMode::Normal));
}

void group_commands(CLI::App& app) {
    for (const auto& group : groups()) {
        for (auto* command : app.get_subcommands({})) {
            const auto& names = group.commands;
            if (std::find(names.begin(), names.end(), command->get_name()) != names.end()) command->group(group.title);
        }
    }
}

}  // namespace cellwise::cli
