#include "verbs/served_runs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/error.h"
#include "core/folder_lock.h"
#include "core/paths.h"
#include "core/utf8.h"
#include "records/schema.h"
#include "runs/differences.h"
#include "verbs/customers_entry.h"

namespace cellwise::verbs {
namespace fs = std::filesystem;
namespace {

using runs::RunInfo;
using runs::RunStatus;
using serve::RunEntry;

constexpr std::size_t most_runs = 10000;
/// The files that tell what a run is. progress.jsonl grows all the time; there it counts that there is one.
constexpr std::array stamped_files{"config.toml",       "environment.json", "metrics.jsonl",   "result.json",
                                   "model.safetensors", "diverged.txt",     "comparison.json", "report.html",
                                   "metrics.json",      "progress.jsonl"};

std::vector<fs::path> entries_of(const fs::path& folder) {
    try {
        return folder_entries(folder);
    } catch (const Error&) {  // removed while it is shown
        return {};
    }
}

bool is_worked_in(const fs::path& run) {
    try {
        return FolderLock::is_held(run);
    } catch (const Error&) {
        return false;
    }
}

fs::path own_file_or_none(const fs::path& path) { return is_own_file(path) ? path : fs::path(); }

RunEntry entry_of(const RunInfo& run, const std::string& name, const std::string& parent) {
    RunEntry entry;
    entry.name = name;
    entry.parent = parent;
    auto told = runs::run_json(run);
    entry.kind = told.at("kind").get<std::string>();
    entry.state = runs::status_name(run.status);
    std::vector<std::string_view> cells;
    for (const Cell cell : run.configuration.cells) cells.push_back(cell_name(cell));
    entry.model = fmt::format("{}", fmt::join(cells, ", "));
    entry.data = run.data;
    entry.begun = run.begun;
    entry.problem = printable(run.problem);
    entry.epochs_planned = run.is_comparison ? 0 : run.configuration.training.epochs;
    entry.epochs = std::move(told.at("epochs"));
    entry.test_accuracy = run.test_accuracy;
    entry.test_loss = run.test_loss;
    entry.settings = sentiment::values_of(run.configuration);
    entry.progress = own_file_or_none(run.folder / "progress.jsonl");
    entry.report = own_file_or_none(run.folder / "report.html");
    return entry;
}

/// A run that is no symbolic link, and tells what it is by a file that is none.
bool is_run_here(const fs::path& folder) { return is_own_folder(folder) && is_own_file(folder / "config.toml"); }

/// A run that vanishes while it is read is a broken one until the next listing.
RunInfo read_as_it_is(const fs::path& run) {
    try {
        return runs::read_run(run);
    } catch (const Error& error) {
        RunInfo broken;
        broken.folder = run;
        broken.problem = error.what();
        return broken;
    }
}

std::string name_of(const fs::path& path) { return visible_bytes(path.filename().string()); }

}  // namespace

ServedRuns::ServedRuns(fs::path folder, bool may_be_absent) : folder_(std::move(folder)) {
    if (may_be_absent && !is_there(folder_)) return;
    if (!is_folder(folder_)) {
        throw DataError(fmt::format("there is no folder '{}' with runs{}: --runs names the one to show",
                                    folder_.string(), nearest_entry(folder_)));
    }
    static_cast<void>(folder_entries(folder_));
    static_cast<void>(list());  // read once, so that the first listing is as quick as the others
}

ServedRuns::Stamp ServedRuns::stamp_of(const fs::path& run) {
    static_assert(std::tuple_size_v<Stamp> == stamped_files.size());
    Stamp stamp{};
    for (std::size_t i = 0; i < stamped_files.size(); ++i) {
        struct stat status {};
        if (::lstat((run / stamped_files[i]).c_str(), &status) != 0) continue;
        stamp[i].number = status.st_ino;
        if (i + 1 == stamped_files.size()) break;
        stamp[i].size = static_cast<std::uint64_t>(status.st_size);
        stamp[i].nanoseconds = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
    }
    return stamp;
}

bool ServedRuns::is_current(const Known& known, const fs::path& run, const Stamp& stamp) {
    if (known.entry.name.empty() || known.stamp != stamp) return false;
    const bool may_go_on = known.info.status == RunStatus::running || known.info.status == RunStatus::interrupted;
    return !may_go_on || is_worked_in(run) == (known.info.status == RunStatus::running);
}

void ServedRuns::read_again(const fs::path& run, const std::string& name, const std::string& parent) {
    // Stamps come first: what changes while it is read is read once more.
    const auto stamp = stamp_of(run);
    std::map<fs::path, Stamp> inner_stamps;
    for (const auto& entry : entries_of(run)) {
        if (is_run_here(entry)) inner_stamps[entry] = stamp_of(entry);
    }
    auto info = read_as_it_is(run);
    for (auto& inner : info.runs) {
        const auto found = inner_stamps.find(inner.folder);
        if (found == inner_stamps.end()) continue;
        const auto inner_name = name + "/" + name_of(inner.folder);
        auto entry = entry_of(inner, inner_name, name);
        known_[inner_name] = {found->second, false, std::move(inner), std::move(entry), 0};
    }
    info.runs.clear();
    auto entry = entry_of(info, name, parent);
    known_[name] = {stamp, false, std::move(info), std::move(entry), 0};
}

void ServedRuns::look_at(const fs::path& run, const std::string& name, const std::string& parent) {
    if (known_.size() >= most_runs && !known_.contains(name)) return;
    if (const auto known = known_.find(name); known == known_.end() || !is_current(known->second, run, stamp_of(run))) {
        read_again(run, name, parent);
    }
    auto& known = known_[name];
    known.seen = listing_;
    if (!known.info.is_comparison || !parent.empty()) return;
    for (const auto& inner : entries_of(run)) {
        if (is_run_here(inner)) look_at(inner, name + "/" + name_of(inner), name);
    }
}

void ServedRuns::look_at_customers(const fs::path& run, const std::string& name) {
    auto stamp = stamp_of(run);
    struct stat status {};
    if (::lstat((run / "run.json").c_str(), &status) == 0) {
        stamp.front() = {status.st_ino, static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_nsec};
    }
    auto& known = known_[name];
    known.seen = listing_;
    // A model that is being written is looked at until it is there.
    if (!known.entry.name.empty() && known.stamp == stamp && known.entry.state == "finished") return;
    known.entry = customers_entry(run, name);
    known.is_customers = true;
    known.stamp = stamp;
}

std::vector<RunEntry> ServedRuns::list() {
    ++listing_;
    for (const auto& entry : entries_of(folder_)) {
        try {
            if (is_run_here(entry)) {
                look_at(entry, name_of(entry), "");
            } else if (is_customers_run(entry)) {
                look_at_customers(entry, name_of(entry));
            }
        } catch (const Error&) {  // one that cannot be looked at hides no other
        }
    }
    std::erase_if(known_, [&](const auto& one) { return one.second.seen != listing_; });
    return newest_first();
}

std::vector<RunEntry> ServedRuns::newest_first() const {
    std::vector<const RunEntry*> alone;
    for (const auto& [name, known] : known_) {
        if (known.entry.parent.empty()) alone.push_back(&known.entry);
    }
    std::ranges::stable_sort(alone, [](const auto* a, const auto* b) {
        return std::pair(a->begun, a->name) > std::pair(b->begun, b->name);
    });
    std::vector<RunEntry> entries;
    entries.reserve(known_.size());
    for (const auto* entry : alone) {
        entries.push_back(*entry);
        const auto prefix = entry->name + "/";
        for (auto inner = known_.lower_bound(prefix); inner != known_.end() && inner->first.starts_with(prefix);
             ++inner) {
            entries.push_back(inner->second.entry);
        }
    }
    return entries;
}

nlohmann::ordered_json ServedRuns::compare(const std::vector<std::string>& names) {
    std::vector<RunInfo> runs;
    for (const auto& name : names) {
        const auto found = known_.find(name);
        if (found == known_.end() || found->second.is_customers) return nullptr;
        runs.push_back(found->second.info);
        const auto prefix = name + "/";
        for (auto inner = known_.lower_bound(prefix); inner != known_.end() && inner->first.starts_with(prefix);
             ++inner) {
            runs.back().runs.push_back(inner->second.info);
        }
    }
    const auto singles = runs::single_runs(runs);
    if (singles.size() < 2) return nullptr;
    return records::with_schema("runs-compare", runs::runs_compare_json(singles, runs::runs_differences(singles)));
}

}  // namespace cellwise::verbs
