#include "cli/flags/search_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include "cli/terminal/resume_hint.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/paths.h"

namespace cellwise::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* budget_file = "budget.toml";
constexpr const char* settings_file = "study.toml";
constexpr std::uintmax_t largest_file = 1 << 16;

/// Flags that decide no trial, or that a study keeps by itself.
constexpr std::array free_flags{"search",        "sampler",       "pruner", "round",   "budget",   "time",
                                "epochs-budget", "confirm-seeds", "output", "resume",  "jobs",     "threads",
                                "json",          "distributed",   "quiet",  "verbose", "no-color", "help"};

bool is_free(const std::string& name) {
    return std::find(free_flags.begin(), free_flags.end(), name) != free_flags.end();
}

/// The texts behind --search: a file's where one is named.
std::vector<std::string> texts_of(const std::vector<std::string>& search) {
    std::vector<std::string> texts;
    for (const auto& text : search) {
        if (text.find('=') == std::string::npos && text.ends_with(".toml")) {
            const auto more = search::Space::read_toml(text).texts();
            texts.insert(texts.end(), more.begin(), more.end());
        } else {
            texts.push_back(text);
        }
    }
    return texts;
}

/// The value of a flag as it means the same in any folder.
std::string lasting(const std::string& name, const std::string& text) {
    const bool is_path = name == "table" || name == "recipe" || name == "data" || name == "test-data";
    return is_path ? lasting_path(text) : text;
}

std::string name_of(const CLI::Option& option) {
    return option.get_lnames().empty() ? option.get_single_name() : option.get_lnames().front();
}

const CLI::Option* option_named(const CLI::App& command, const std::string& name) {
    for (const auto* option : command.get_options()) {
        if (name_of(*option) == name) return option;
    }
    return nullptr;
}

bool is_flag(const CLI::Option& option) { return option.get_items_expected_max() == 0; }

void add_arguments(std::vector<std::string>& arguments, const CLI::Option& option, const std::string& name,
                   std::span<const std::string> values) {
    for (const auto& value : values) {
        if (option.get_positional()) {
            arguments.insert(arguments.begin(), value);
        } else if (is_flag(option)) {
            if (value == "true") arguments.push_back("--" + name);
        } else {
            arguments.push_back(fmt::format("--{}={}", name, value));
        }
    }
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (true) {
        const auto end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return lines;
        text.remove_prefix(end + 1);
    }
}

StudyBudget read_budget(const fs::path& path) {
    StudyBudget budget;
    const auto bytes = read_file(path, largest_file);
    try {
        const auto table = toml::parse(bytes, path.string());
        budget.budget.trials = table["trials"].value<std::int64_t>();
        budget.budget.epochs = table["epochs"].value<std::int64_t>();
        budget.budget.seconds = table["seconds"].value<double>();
        budget.confirm_seeds = table["confirm_seeds"].value_or(budget.confirm_seeds);
    } catch (const toml::parse_error& error) {
        throw DataError(fmt::format("'{}' is not TOML: line {}: {}", path.string(), error.source().begin.line,
                                    error.description()));
    }
    return budget;
}

}  // namespace

SearchFlags::SearchFlags(CLI::App& command, const Words& words) : words_(words) {
    const char* group = "Search";
    command
        .add_option("--search", search_,
                    "what is searched (repeatable): a,b,c, or lo..hi, int:lo..hi, log:lo..hi; or a file.toml of such "
                    "texts; a built-in space without it")
        ->type_name("NAME=VALUES")
        ->allow_extra_args(false)
        ->group(group);
    sampler_option_ =
        command.add_option("--sampler", sampler_, "the sampler that proposes trials: tpe, gp, random or grid")
            ->capture_default_str()
            ->group(group);
    pruner_option_ =
        command
            .add_option("--pruner", pruner_,
                        fmt::format("the pruner that stops poor trials early, by their {}: none, median or "
                                    "asha",
                                    words.step))
            ->capture_default_str()
            ->group(group);
    budget_option_ = command.add_option("--budget", budget_, "trials in all, including those of earlier calls")
                         ->type_name("N")
                         ->default_str(fmt::format("{}", words.budget))
                         ->group(group);
    time_option_ =
        command.add_option("--time", time_, "no trial begins later: 90s, 15m, 1.5h")->type_name("TIME")->group(group);
    epochs_option_ =
        command.add_option("--epochs-budget", epochs_budget_, fmt::format("{} of all trials together", words.step))
            ->type_name("N")
            ->group(group);
    round_option_ =
        command.add_option("--round", round_, "trials proposed together; this changes which trials are run")
            ->type_name("N")
            ->capture_default_str()
            ->group(group);
    confirm_option_ = command
                          .add_option("--confirm-seeds", confirm_seeds_,
                                      "fresh seeds with which default and best are trained again; 0: none")
                          ->type_name("N")
                          ->capture_default_str()
                          ->group(group);
    command.add_option("--jobs", jobs_, "trials side by side; results do not depend on it; 0: what is quickest")
        ->type_name("N")
        ->capture_default_str()
        ->group(group);
    if (words.metric) command.add_option("--metric", metric_, words.metrics)->type_name("NAME")->group(group);
}

search::StudySettings SearchFlags::settings(const std::optional<search::StudySettings>& stored,
                                            std::span<const std::string> builtin, std::uint64_t seed,
                                            search::Values context) const {
    auto settings = stored.value_or(search::StudySettings{});
    if (!search_.empty()) {
        settings.space = search::Space::parse(texts_of(search_));
    } else if (!stored) {
        settings.space = search::Space::parse(builtin);
    }
    const auto holds = [&](const CLI::Option* option) { return !stored || option->count() > 0; };
    if (holds(sampler_option_)) settings.sampler.kind = search::parse_sampler(sampler_);
    if (holds(pruner_option_)) settings.pruner.kind = search::parse_pruner(pruner_);
    if (holds(round_option_)) {
        if (round_ < 1) throw UsageError(fmt::format("--round {}: give a number from 1", round_));
        settings.round = static_cast<std::size_t>(round_);
    }
    settings.sampler.seed = seed;
    settings.context = std::move(context);
    settings.validate();
    return settings;
}

StudyBudget SearchFlags::budget(const std::optional<fs::path>& folder) const {
    StudyBudget result;
    const bool is_said = budget_option_->count() + time_option_->count() + epochs_option_->count() > 0;
    if (folder && is_there(*folder / budget_file)) result = read_budget(*folder / budget_file);
    if (is_said) result.budget = {};
    if (budget_option_->count() > 0) {
        if (budget_ < 1) throw UsageError(fmt::format("--budget {}: give a number of trials from 1", budget_));
        result.budget.trials = budget_;
    }
    if (epochs_option_->count() > 0) {
        if (epochs_budget_ < 1)
            throw UsageError(fmt::format("--epochs-budget {}: give a number from 1", epochs_budget_));
        result.budget.epochs = epochs_budget_;
    }
    if (time_option_->count() > 0) result.budget.seconds = seconds_of(time_, "--time");
    const auto& has = result.budget;
    if (!has.trials && !has.epochs && !has.seconds) result.budget.trials = words_.budget;
    if (confirm_option_->count() > 0) result.confirm_seeds = confirm_seeds_;
    constexpr std::int64_t most_seeds = 1000;
    if (result.confirm_seeds < 0 || result.confirm_seeds > most_seeds) {
        throw UsageError(
            fmt::format("--confirm-seeds {}: give a number from 0 to {}", result.confirm_seeds, most_seeds));
    }
    return result;
}

std::size_t SearchFlags::jobs(std::size_t threads, std::size_t round) const {
    if (jobs_ < 0) throw UsageError(fmt::format("--jobs {}: give a number from 0", jobs_));
    return std::clamp<std::size_t>(jobs_ > 0 ? static_cast<std::size_t>(jobs_) : threads, 1, round);
}

void keep_budget(const fs::path& study, const StudyBudget& budget) {
    std::string text = "# How long the study goes on; --budget, --time and --epochs-budget change it.\n";
    if (budget.budget.trials) text += fmt::format("trials = {}\n", *budget.budget.trials);
    if (budget.budget.epochs) text += fmt::format("epochs = {}\n", *budget.budget.epochs);
    if (budget.budget.seconds) text += fmt::format("seconds = {:.3f}\n", *budget.budget.seconds);
    text += fmt::format("confirm_seeds = {}\n", budget.confirm_seeds);
    write_file_atomically(study / budget_file, text);
}

std::string lasting_path(const std::string& text) {
    std::error_code code;
    if (text.empty() || !fs::exists(text, code)) return text;
    return fs::absolute(text, code).lexically_normal().string();
}

double seconds_of(std::string_view text, std::string_view flag) {
    double number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const double factor = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
    if (code != std::errc() || !std::isfinite(number) || !(number > 0) || factor == 0) {
        throw UsageError(fmt::format("{} {}: give a time as 90s, 15m or 1.5h", flag, text));
    }
    return number * factor;
}

std::vector<std::uint64_t> fresh_seeds(std::uint64_t seed, std::int64_t count) {
    std::vector<std::uint64_t> seeds;
    for (std::int64_t i = 1; i <= count; ++i) seeds.push_back(seed + static_cast<std::uint64_t>(i));
    return seeds;
}

search::StudySettings stored_study(const fs::path& folder, std::string_view command) {
    if (!is_there(folder / settings_file)) {
        throw DataError(fmt::format("--resume: '{}' has no study: {} is not there{}", folder.string(), settings_file,
                                    nearest_entry(folder)));
    }
    auto settings = search::read_study_settings(folder / settings_file);
    const auto found = std::find_if(settings.context.begin(), settings.context.end(),
                                    [](const auto& entry) { return entry.first == "command"; });
    if (found != settings.context.end() && found->second != command) {
        throw UsageError(fmt::format("'{}' was begun by '{}': continue with\n  {}", folder.string(), found->second,
                                     ResumeCommand{found->second, folder, ""}.text()));
    }
    return settings;
}

search::Values said_in(const search::StudySettings& study) {
    auto said = study.context;
    said.emplace_back("seed", fmt::format("{}", study.sampler.seed));
    return said;
}

search::Values said_to(const CLI::App& command) {
    search::Values said;
    for (const auto* option : command.get_options()) {
        const auto name = name_of(*option);
        if (option->count() == 0 || is_free(name)) continue;
        std::vector<std::string> values;
        for (const auto& value : option->results()) values.push_back(lasting(name, value));
        said.emplace_back(name, fmt::format("{}", fmt::join(values, "\n")));
    }
    return said;
}

std::vector<std::string> arguments_of(const CLI::App& command, const search::Values& stored, const CLI::App& other) {
    std::vector<std::string> arguments;
    for (const auto* option : command.get_options()) {
        const auto name = name_of(*option);
        const auto* its = option_named(other, name);
        if (option->count() == 0 || its == nullptr) continue;
        std::vector<std::string> values;
        for (const auto& value : option->results()) values.push_back(lasting(name, value));
        add_arguments(arguments, *its, name, values);
    }
    for (const auto& [name, text] : stored) {
        const auto* said = option_named(command, name);
        const auto* its = option_named(other, name);
        if (its == nullptr || (said != nullptr && said->count() > 0)) continue;
        add_arguments(arguments, *its, name, lines_of(text));
    }
    std::reverse(arguments.begin(), arguments.end());
    return arguments;
}

}  // namespace cellwise::cli
