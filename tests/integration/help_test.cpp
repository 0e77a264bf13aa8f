#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "integration/program.h"
#include "integration/terminal.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using test::content_of;
using test::run_program;
using test::ScratchFolder;
using test::Terminal;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

std::string complaint(const Words& words) {
    const auto result = run_program(words);
    EXPECT_EQ(result.exit_code, 2) << result.errors;
    EXPECT_EQ(result.output, "");
    return result.errors;
}

/// Runs another program than the built one.
test::ProgramResult run_other(const std::string& program, const Words& words) {
    return run_program(words, {"sh", "-c", "other=$0; shift; exec \"$other\" \"$@\"", program});
}

TEST(TwoPrograms, TellTheSameOfTheirCommands) {
    const fs::path light = CELLWISE_PROGRAM;
    const auto help = run_program({"--help"});
    EXPECT_EQ(help.exit_code, 0) << help.errors;
    EXPECT_EQ(help.output, run_other((light.parent_path() / "cellwise-torch").string(), {"--help"}).output);
}

TEST(TwoPrograms, TheOneThatIsStartedWorksAloneWhereNoLibTorchIsNeeded) {
    const ScratchFolder folder;
    const auto alone = (folder / "cellwise").string();
    fs::copy_file(CELLWISE_PROGRAM, alone);
    for (const Words& words : {Words{"--version"}, Words{"--help"}, Words{"runs", "--help"}, Words{"data", "--help"},
                               Words{"customers", "synthetic", "--rows", "30", "--output", (folder / "t.csv").string()},
                               Words{"customers", "describe", (folder / "t.csv").string()}}) {
        const auto result = run_other(alone, words);
        EXPECT_EQ(result.exit_code, 0) << words.front() << ": " << result.errors;
    }
    for (const Words& words : {Words{"train"}, Words{"help", "train"}, Words{"customers", "compare"}}) {
        const auto result = run_other(alone, words);
        EXPECT_EQ(result.exit_code, 4);
        EXPECT_THAT(result.errors, HasSubstr("cellwise-torch' cannot be started: No such file or directory"));
    }
}

// A release: the program in bin, the one with LibTorch and a list of all files in lib/cellwise.
TEST(TwoPrograms, ACopyThatIsNotWholeSaysSo) {
    const ScratchFolder folder;
    const auto program = (folder / "bin" / "cellwise").string();
    const auto libraries = folder / "lib" / "cellwise";
    fs::create_directories(folder / "bin");
    fs::create_directories(libraries);
    fs::copy_file(CELLWISE_PROGRAM, program);
    const auto other = libraries / "cellwise-torch";
    std::ofstream(other) << "#!/bin/sh\necho \"the other: $1\"\n";
    fs::permissions(other, fs::perms::owner_all);
    std::ofstream(libraries / "library with a blank.so") << "12345";
    const auto run_with_list = [&](const std::string& list) {
        std::ofstream(libraries / "files.txt") << list;
        return run_other(program, {"gates"});
    };
    const auto size = std::to_string(fs::file_size(other));
    const auto whole = run_with_list(size + " cellwise-torch\n5 library with a blank.so\n");
    EXPECT_EQ(whole.exit_code, 0) << whole.errors;
    EXPECT_EQ(whole.output, "the other: gates\n");
    const auto shorter = run_with_list(size + " cellwise-torch\n6 library with a blank.so\n");
    EXPECT_EQ(shorter.exit_code, 4);
    EXPECT_THAT(shorter.errors, HasSubstr("library with a blank.so' has 5 bytes, not 6\nUnpack or install it again"));
    const auto missing = run_with_list("6 libtorch_cpu.so\n" + size + " cellwise-torch\n");
    EXPECT_EQ(missing.exit_code, 4);
    EXPECT_THAT(missing.errors, HasSubstr("libtorch_cpu.so' is missing"));
    EXPECT_EQ(missing.output, "");
}

TEST(Flags, ThatCanBeRepeatedTakeOneValueEachTime) {
    const ScratchFolder folder;
    const auto table = (folder / "table.csv").string();
    std::ofstream(table) << "age,city\n31,NA\n44,Seoul\n52,Busan\n";
    for (const Words& words : {Words{"customers", "describe", "--missing-value", "NA", table},
                               Words{"customers", "describe", "--column", "city=category", table}}) {
        const auto result = run_program(words);
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        EXPECT_THAT(result.output, HasSubstr("3 rows")) << "the table that was named, not the made-up one";
    }
    const auto served = run_program({"serve", "--allow-host", "example.org", (folder / "nosuch").string()});
    EXPECT_EQ(served.exit_code, 3) << "the run is a run, not a second host";
    EXPECT_THAT(served.errors, HasSubstr("nosuch"));
}

TEST(Suggestions, AreMadeForMistypedCommandsAndFlags) {
    EXPECT_THAT(complaint({"comparee"}), HasSubstr("did you mean 'compare'?"));
    EXPECT_THAT(complaint({"tarin"}), HasSubstr("did you mean 'train'?"));
    EXPECT_THAT(complaint({"data", "inof"}), HasSubstr("no command 'inof'; did you mean 'info'?"));
    EXPECT_THAT(complaint({"runs", "lsit"}), HasSubstr("did you mean 'list'?"));
    EXPECT_THAT(complaint({"compare", "--hiden-size", "3"}), HasSubstr("did you mean --hidden-size?"));
    EXPECT_THAT(complaint({"train", "--leraning-rate=0.1"}), HasSubstr("did you mean --learning-rate?"));
    // Names of other tools, where the command has such a flag.
    EXPECT_THAT(complaint({"customers", "tune", "--trials", "3"}), HasSubstr("did you mean --budget?"));
    EXPECT_THAT(complaint({"customers", "tune", "--save=study"}), HasSubstr("did you mean --output?"));
    EXPECT_THAT(complaint({"train", "--learning_rate", "0.1"}), HasSubstr("did you mean --learning-rate?"));
    EXPECT_THAT(complaint({"train", "--lr", "0.1"}), HasSubstr("did you mean --learning-rate?"));
    EXPECT_THAT(complaint({"train", "--n-jobs", "2"}), HasSubstr("did you mean --threads?"));
    EXPECT_THAT(complaint({"customers", "compare", "--cv", "5"}), HasSubstr("did you mean --folds?"));
    EXPECT_THAT(complaint({"customers", "compare", "--trials", "5"}), Not(HasSubstr("did you mean")));
    const auto hopeless = complaint({"xylophone"});
    EXPECT_THAT(hopeless, Not(HasSubstr("did you mean")));
    EXPECT_THAT(hopeless, HasSubstr("compare"));
    EXPECT_THAT(complaint({"train", "--zzzzzzzz"}), Not(HasSubstr("did you mean")));
}

// An interactive bash that has the script; answers what a line becomes with the Tab key.
class CompletingBash {
public:
    CompletingBash() : terminal_({"bash", "--norc", "--noprofile", "-i"}, {{"PS1", "$ "}, {"HISTFILE", "/dev/null"}}) {
        const fs::path program(CELLWISE_PROGRAM);
        terminal_.type("bind 'set enable-bracketed-paste off'; PATH=" + program.parent_path().string() +
                       ":$PATH; source <(cellwise completion bash); echo rea''dy\n");
        EXPECT_TRUE(terminal_.wait_for("ready\r\n")) << terminal_.shown();
    }

    std::string completed(const std::string& typed) {
        terminal_.forget();
        // Control-A: in front of the line, so that it is shown instead of run.
        terminal_.type(typed + "\t\x01" + "echo ':[' \x05 ':]'\n");
        EXPECT_TRUE(terminal_.wait_for(":]\r\n")) << terminal_.shown();
        const auto& shown = terminal_.shown();
        const auto end = shown.rfind(" :]\r\n");
        const auto start = shown.rfind(":[ ", end);
        if (end == std::string::npos || start == std::string::npos) return "nothing shown: " + shown;
        return shown.substr(start + 3, end - start - 3);
    }

private:
    Terminal terminal_;
};

TEST(Completion, WorksInARealBash) {
    CompletingBash bash;
    EXPECT_EQ(bash.completed("cellwise compa"), "cellwise compare");
    EXPECT_EQ(bash.completed("cellwise comp"), "cellwise comp") << "compare or completion?";
    EXPECT_EQ(bash.completed("cellwise runs sh"), "cellwise runs show");
    EXPECT_EQ(bash.completed("cellwise train --hid"), "cellwise train --hidden-size");
    EXPECT_EQ(bash.completed("cellwise compare --preset reg"), "cellwise compare --preset regularised");
    EXPECT_EQ(bash.completed("cellwise compare --preset=reg"), "cellwise compare --preset=regularised");
    EXPECT_EQ(bash.completed("cellwise data show --split te"), "cellwise data show --split test");
    // A file's name where the value is one.
    const ScratchFolder folder;
    std::ofstream(folder / "settings.toml") << "epochs = 1\n";
    const std::string typed = "cellwise train --config " + (folder / "sett").string();
    EXPECT_EQ(bash.completed(typed), typed + "ings.toml");
    fs::create_directory(folder / "my-run");
    const std::string run = "cellwise runs show " + (folder / "my-").string();
    EXPECT_EQ(bash.completed(run), run + "run/");
}

TEST(Completion, IsValidInBothShellsAndKnowsEveryCommand) {
    const ScratchFolder folder;
    for (const std::string shell : {"bash", "zsh"}) {
        const auto script = run_program({"completion", shell});
        ASSERT_EQ(script.exit_code, 0) << script.errors;
        for (const char* word : {"compare", "data info", "--checkpoint-every", "runs remove", "completion"}) {
            EXPECT_THAT(script.output, HasSubstr(word));
        }
        std::ofstream(folder / shell) << script.output;
        if (std::system(("command -v " + shell + " >/dev/null").c_str()) != 0) continue;
        EXPECT_EQ(std::system((shell + " -n " + (folder / shell).string()).c_str()), 0);
    }
    EXPECT_THAT(complaint({"completion", "fish"}), HasSubstr("choose bash or zsh"));
}

TEST(Completion, WorksInARealZsh) {
    if (std::system("command -v zsh >/dev/null") != 0) GTEST_SKIP() << "zsh is not installed";
    const ScratchFolder folder;
    std::ofstream(folder / "_cellwise") << run_program({"completion", "zsh"}).output;
    const fs::path program(CELLWISE_PROGRAM);
    Terminal zsh({"zsh", "-f", "-i"}, {{"PS1", "$ "}});
    zsh.type("unsetopt zle_bracketed_paste 2>/dev/null; fpath=(" + (folder / "").string() + " $fpath); PATH=" +
             program.parent_path().string() + ":$PATH; autoload -Uz compinit; compinit -u -D; echo rea''dy\n");
    ASSERT_TRUE(zsh.wait_for("ready\r\n")) << zsh.shown();
    zsh.forget();
    zsh.type(
        "cellwise compare --preset regu\t\x01"
        "echo ':[' \x05 ':]'\n");
    EXPECT_TRUE(zsh.wait_for(":[ cellwise compare --preset regularised :]")) << zsh.shown();
}

TEST(ManPage, RendersWithoutWarningsAndHoldsEveryFlag) {
    const ScratchFolder folder;
    const auto page = run_program({"man"});
    ASSERT_EQ(page.exit_code, 0) << page.errors;
    std::ofstream(folder / "cellwise.1") << page.output;
    if (std::system("command -v man >/dev/null") != 0) GTEST_SKIP() << "man is not installed";
    const auto command = "LC_ALL=C.UTF-8 MANWIDTH=100 MANROFFOPT= man --warnings=all -l " +
                         (folder / "cellwise.1").string() + " >" + (folder / "text").string() + " 2>" +
                         (folder / "warnings").string() + " </dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0);
    EXPECT_EQ(content_of(folder / "warnings"), "");
    const auto text = content_of(folder / "text");
    for (const char* part : {"SYNOPSIS", "compare", "--checkpoint-every COUNT", "Default: 128.", "data prepare",
                             "EXIT STATUS", "cellwise runs list"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
}

TEST(Help, TellsExamplesDefaultsAndUnits) {
    const auto help = run_program({"train", "--help"}).output;
    EXPECT_THAT(help, HasSubstr("Examples:"));
    EXPECT_THAT(help, HasSubstr("--hidden-size COUNT=64"));
    EXPECT_THAT(help, HasSubstr("steps between two checkpoints"));
}

// Every command of the program, as words: {}, {"train"}, {"runs", "list"}.
std::vector<Words> all_commands() {
    std::vector<Words> all{{}};
    const auto names_in = [](const std::string& help) {
        // Commands stand indented by two blanks, in groups that are no options.
        std::vector<std::string> names;
        bool is_options = true;
        std::istringstream lines(help.substr(0, help.find("Examples:")));
        for (std::string line; std::getline(lines, line);) {
            std::smatch name;
            if (!line.empty() && line.front() != ' ') is_options = line.find("ption") != std::string::npos;
            if (!is_options && std::regex_search(line, name, std::regex("^  ([a-z]+) "))) names.push_back(name[1]);
        }
        return names;
    };
    for (const auto& name : names_in(run_program({"help"}).output)) {
        all.push_back({name});
        if (name != "data" && name != "runs") continue;
        for (const auto& inner : names_in(run_program({"help", name}).output)) all.push_back({name, inner});
    }
    return all;
}

TEST(Help, IsPrintedInEveryWayPeopleAskForIt) {
    const auto whole = run_program({"--help"});
    EXPECT_EQ(whole.exit_code, 0);
    EXPECT_THAT(whole.output, HasSubstr("Train and compare"));
    for (const auto& words : std::vector<Words>{{}, {"help"}}) {
        const auto result = run_program(words);
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        EXPECT_EQ(result.output, whole.output);
    }
    EXPECT_EQ(run_program({"help", "runs", "list"}).output, run_program({"runs", "list", "--help"}).output);
    EXPECT_THAT(complaint({"help", "tarin"}), HasSubstr("did you mean 'train'?"));
    for (const char* word : {"-V", "--version", "version"}) {
        EXPECT_EQ(run_program({word}).output, run_program({"--version"}).output);
    }
}

TEST(Help, FitsIntoEightyColumns) {
    const auto commands = all_commands();
    EXPECT_GE(commands.size(), 25U);
    for (const auto& words : commands) {
        auto asked = words;
        asked.emplace_back("--help");
        std::istringstream lines(run_program(asked).output);
        for (std::string line; std::getline(lines, line);) {
            const auto width = std::count_if(line.begin(), line.end(), [](char byte) {
                return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
            });
            EXPECT_LE(width, 80) << (words.empty() ? "" : words.front()) << ": " << line;
        }
    }
}

TEST(Help, IsHintedAtForTheCommandInUse) {
    EXPECT_THAT(complaint({"runs", "list", "--nosuch"}), HasSubstr("cellwise runs list --help"));
    EXPECT_THAT(complaint({"train", "--epochs"}), HasSubstr("cellwise train --help"));
    EXPECT_THAT(complaint({"runs"}), HasSubstr("cellwise runs --help"));
}

TEST(ExitCodes, AreTheSameForARunThatDoesNotExist) {
    for (const auto& words : std::vector<Words>{{"evaluate", "nosuch"},
                                                {"predict", "--model", "nosuch", "x"},
                                                {"export", "nosuch", "--format", "keras"},
                                                {"summary", "nosuch"},
                                                {"runs", "list", "nosuch"},
                                                {"runs", "show", "nosuch"},
                                                {"runs", "compare", "nosuch", "nosuch"},
                                                {"runs", "remove", "nosuch", "--yes"},
                                                {"report", "nosuch"},
                                                {"gates", "--model", "nosuch", "--text", "x"},
                                                {"gradients", "--model", "nosuch"},
                                                {"train", "--resume", "nosuch"},
                                                {"compare", "--resume", "nosuch"}}) {
        const auto result = run_program(words);
        EXPECT_EQ(result.exit_code, 3) << words.front() << ": " << result.errors;
    }
}

TEST(Suggestions, AreMadeForRunsAndSettings) {
    const ScratchFolder folder;
    fs::create_directory(folder / "my-first-run");
    std::ofstream(folder / "config.toml") << "hiden_size = 3\n";
    const auto run = run_program({"evaluate", folder / "my-frist-run"});
    EXPECT_THAT(run.errors, HasSubstr("did you mean '" + (folder / "my-first-run").string() + "'?"));
    EXPECT_THAT(complaint({"train", "--config", folder / "config.toml"}), HasSubstr("did you mean 'hidden_size'?"));
}

Words small_comparison(const fs::path& folder, const Words& more = {}) {
    Words words{CELLWISE_PROGRAM, "compare", "--data",   "synthetic", "--limit",      "3000", "--cells",  "rnn,gru",
                "--jobs",         "2",       "--epochs", "1",         "--batch-size", "8",    "--output", folder};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

TEST(Progress, ShowsABarForEachRunSideBySide) {
    const ScratchFolder folder;
    Terminal terminal(small_comparison(folder / "run"));
    EXPECT_EQ(terminal.wait(), 0) << terminal.shown();
    const auto& shown = terminal.shown();
    EXPECT_THAT(shown, HasSubstr("reviews/s"));
    EXPECT_THAT(shown, HasSubstr(" left"));
    EXPECT_THAT(shown, HasSubstr("\x1b[36m█"));
    EXPECT_THAT(shown, HasSubstr("\x1b[2A")) << "two bars are drawn over";
    // No line is wider than the terminal.
    const auto plain = std::regex_replace(shown, std::regex("\x1b\\[[0-9]*[A-Za-z]"), "");
    std::istringstream lines(plain);
    std::string line;
    while (std::getline(lines, line)) {
        if (line.find("░") == std::string::npos && line.find("█") == std::string::npos) continue;
        std::size_t width = 0;
        for (const char byte : line) width += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U ? 1U : 0U;
        EXPECT_LE(width, 101U) << line;  // with the carriage return
    }
}

TEST(Progress, HasNoColoursWhereTheyAreNotWanted) {
    const ScratchFolder folder;
    Terminal variable(small_comparison(folder / "a"), {{"NO_COLOR", "1"}});
    EXPECT_EQ(variable.wait(), 0);
    EXPECT_THAT(variable.shown(), Not(HasSubstr("\x1b[36m")));
    EXPECT_THAT(variable.shown(), HasSubstr("█"));
    Terminal flag(small_comparison(folder / "b", {"--no-color"}));
    EXPECT_EQ(flag.wait(), 0);
    EXPECT_THAT(flag.shown(), Not(HasSubstr("\x1b[36m")));
    Terminal quiet(small_comparison(folder / "c", {"--quiet"}));
    EXPECT_EQ(quiet.wait(), 0);
    EXPECT_THAT(quiet.shown(), Not(HasSubstr("█")));
    EXPECT_THAT(quiet.shown(), Not(HasSubstr("epoch")));
}

TEST(Progress, IsPlainLinesOnAPipe) {
    const ScratchFolder folder;
    auto words = small_comparison(folder / "run");
    words.erase(words.begin());
    const auto result = run_program(words);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.errors, Not(HasSubstr("\x1b")));
    EXPECT_THAT(result.errors, HasSubstr("epoch 1/1  train: loss"));
}

}  // namespace
}  // namespace cellwise
