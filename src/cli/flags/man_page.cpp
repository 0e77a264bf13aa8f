#include "cli/flags/man_page.h"

#include <fmt/format.h>

#include <cctype>
#include <sstream>

namespace cellwise::cli {
namespace {

// Text that roff takes as it is: backslashes and hyphens escaped, no line that looks like a request.
std::string escaped(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        const bool starts_line = result.empty() || result.back() == '\n';
        if (starts_line && (letter == '.' || letter == '\'')) result += "\\&";
        if (letter == '\\') {
            result += "\\e";
        } else if (letter == '-') {
            result += "\\-";
        } else {
            result += letter;
        }
    }
    return result;
}

std::string upper(std::string text) {
    for (auto& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return text;
}

std::string argument_text(const Argument& argument) {
    std::string names;
    for (const auto& name : argument.names) {
        names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", escaped(name));
    }
    if (!argument.type.empty()) names += fmt::format(" \\fI{}\\fR", escaped(argument.type));
    auto description = escaped(argument.description);
    if (!description.empty() && description.back() != '.') description += '.';
    auto text = fmt::format(".TP\n{}\n{}\n", names, description);
    if (!argument.default_value.empty()) text += fmt::format("Default: {}.\n", escaped(argument.default_value));
    if (argument.is_required) text += "Required.\n";
    return text;
}

// Examples keep their lines.
std::string footer_text(const std::string& footer) {
    return footer.empty() ? "" : fmt::format(".PP\n.nf\n{}\n.fi\n", escaped(footer));
}

std::string command_text(const Command& command) {
    auto text = fmt::format(".SS {}\n{}\n", escaped(command.path), escaped(command.description));
    for (const auto& argument : command.arguments) {
        if (argument.names.front() != "-h") text += argument_text(argument);
    }
    return text + footer_text(command.footer);
}

constexpr const char* closing = R"(.SH EXIT STATUS
.TP
.B 0
done
.TP
.B 1
a check failed: parity, gates beyond their tolerance, a training that diverged
.TP
.B 2
usage: an unknown flag, a value out of range
.TP
.B 3
a data or model file is missing, broken or of the wrong kind
.TP
.B 4
the machine lacks something: GPU, room on the disk, permission
.TP
.B 70
a bug of the program
.TP
.BR 129 ", " 130 ", " 143
stopped by a closed terminal (SIGHUP), by Ctrl\-C, by SIGTERM; what was done is saved
.SH ENVIRONMENT
.TP
.B CELLWISE_DATA
where the reviews lie, if not given by \fB\-\-data\fR
.TP
.B XDG_CACHE_HOME
the cache's parent folder, else ~/.cache
.TP
.B NO_COLOR
if set and not empty, no colours
.SH FILES
.TP
.I runs/<date>\-<name>/
a run: config.toml, environment.json, metrics.csv, metrics.jsonl, result.json, events.out.tfevents.cellwise,
progress.jsonl, vocabulary.json and model.safetensors; until it is finished checkpoint.safetensors;
diverged.txt if its training was given up
)";

}  // namespace

std::string man_page(const Command& root, const std::string& version) {
    std::string text = fmt::format(
        ".TH {} 1 \"\" \"{} {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n.I COMMAND\n"
        "[\\fIFLAGS\\fR]\n.SH DESCRIPTION\n{}\nResults go to standard output, progress and notices to standard "
        "error.\n",
        upper(root.name), root.name, version, root.name, escaped(root.description), root.name,
        escaped(root.description));
    for (const auto& argument : root.arguments) text += argument_text(argument);
    text += ".SH COMMANDS\n";
    for (const auto* command : all_commands(root)) {
        if (!command->path.empty()) text += command_text(*command);
    }
    return text + closing;
}

}  // namespace cellwise::cli
