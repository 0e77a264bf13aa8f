#include "benchmark/table_turns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "benchmark/child_process.h"
#include "benchmark/table_scripts.h"  // made from the scripts
#include "benchmark/temporary_folder.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/processor.h"
#include "data/reviews/locate.h"
#include "report/text/table.h"
#include "statistics/median.h"

namespace cellwise::benchmark {
namespace fs = std::filesystem;
namespace {

using Words = std::vector<std::string>;

/// What both sides work on.
struct Work {
    std::string table, target, told;
    Words missing;  ///< --missing-value NA …
};

Work work_of(const TableTurnsOptions& options, const fs::path& folder) {
    Work work{options.table, options.target, "", {}};
    for (const auto& text : options.missing_values) work.missing.insert(work.missing.end(), {"--missing-value", text});
    if (!work.table.empty() && work.target.empty()) throw UsageError("--table needs a --target");
    if (work.table.empty() && options.rows == 0) {
        if (const auto found = data::find_file(std::nullopt, "telco_churn.csv")) {
            work.table = found->string();
            work.target = "Churn";
        }
    }
    work.told = fs::path(work.table).filename().string();
    if (!work.table.empty()) return work;
    const auto rows = options.rows > 0 ? options.rows : 5000;
    work.table = (folder / "customers.csv").string();
    work.target = "target";
    work.told = fmt::format("{} SYNTHETIC customers", rows);
    const auto log = folder / "log";
    const auto code = run_child(
        {own_program(), "customers", "synthetic", "--rows", std::to_string(rows), "--output", work.table}, log);
    if (code != 0) throw EnvironmentError(fmt::format("no synthetic customers{}", last_lines(log, 3)));
    return work;
}

/// Writes the script and gives the words that run it.
Words script(const fs::path& python, const fs::path& file, const char* text, const Words& arguments) {
    write_file_atomically(file, text);
    Words words{python.string(), file.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
}

Words joined(Words first, const Words& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

TableTurns take_turns(const std::string& job, const fs::path& python, const fs::path& folder, const Words& ours,
                      const Words& theirs, std::int64_t rounds) {
    log::notice(fmt::format("{}: {} turns", job, rounds));
    const auto file = folder / "turns.json", answer = folder / "answer.json", log = folder / "turns.log";
    write_file_atomically(file, json_text(nlohmann::json{{"ours", ours},
                                                         {"theirs", theirs},
                                                         {"rounds", rounds},
                                                         {"log", log.string()},
                                                         {"answer", answer.string()}}));
    if (run_child(script(python, folder / "turns.py", turns_script, {file.string()}), log) != 0) {
        throw EnvironmentError(fmt::format("{} could not be measured{}", job, last_lines(log, 2)));
    }
    const auto told = nlohmann::json::parse(read_file(answer));
    const auto of = [&](const char* side, const char* what) {
        return told.at(side).at(what).get<std::vector<double>>();
    };
    return {job, of("ours", "seconds"), of("theirs", "seconds"), of("ours", "megabytes"), of("theirs", "megabytes")};
}

nlohmann::ordered_json side_json(const std::vector<double>& seconds, const std::vector<double>& megabytes) {
    return {{"seconds", statistics::median(seconds)},
            {"megabytes", statistics::median(megabytes)},
            {"all_seconds", seconds}};
}

}  // namespace

double TableTurns::ratio() const { return statistics::median(peer_seconds) / statistics::median(seconds); }
double TableTurns::memory_share() const { return statistics::median(megabytes) / statistics::median(peer_megabytes); }

bool is_table_peer(const std::string& framework) { return framework == "pandas" || framework == "sklearn"; }

PeerKind table_peer() {
    return {"tables",
            "",
            {"numpy==2.4.6", "pandas==3.1.1", "scipy==1.17.1", "scikit-learn==1.9.1", "xgboost-cpu==3.2.0",
             "lightgbm==4.7.0"},
            "roughly 0.1 GB to download, 0.4 GB installed"};
}

TableTurnsRecord measure_table_turns(const TableTurnsOptions& options) {
    if (options.rounds < 1) throw UsageError("--rounds must be 1 or more");
    const auto peer_kind = table_peer();
    const auto python = peer_python(peer_kind, options.offline);
    const TemporaryFolder folder;
    const auto work = work_of(options, folder.path());
    const auto threads = std::to_string(threads_or_all(options.threads));
    TableTurnsRecord record{fmt::format("{}", fmt::join(peer_kind.packages, " ")),
                            processor_with_count(),
                            work.told,
                            std::stoll(threads),
                            options.rounds,
                            {}};
    const Words table{work.table};
    const auto add = [&](const std::string& job, const char* text, const Words& ours, const Words& theirs) {
        const auto own = joined(joined({own_program(), "customers", job}, table), joined(ours, work.missing));
        const auto peer =
            script(python, folder.path() / (job + ".py"), text, joined(table, joined(theirs, work.missing)));
        record.jobs.push_back(take_turns(job, python, folder.path(), own, peer, options.rounds));
    };
    if (options.against == "pandas") {
        add("describe", describe_script, {"--target", work.target, "--threads", threads}, {});
        add("clean", clean_script, {"--outliers", "iqr-clip", "--output", (folder.path() / "ours.csv").string()},
            {"--output", (folder.path() / "theirs.csv").string()});
    } else {
        add("compare", compare_script,
            {"--target", work.target, "--models",
             fmt::format("{},random_forest,xgboost,lightgbm",
                         options.is_classification ? "majority,logistic" : "mean,ridge"),
             "--threads", threads},
            {"--target", work.target, "--jobs", threads});
    }
    return record;
}

nlohmann::ordered_json table_turns_json(const TableTurnsRecord& record) {
    nlohmann::ordered_json json{{"peer", record.peer},       {"processor", record.processor},
                                {"threads", record.threads}, {"rounds", record.rounds},
                                {"table", record.table},     {"jobs", nlohmann::json::array()}};
    for (const auto& job : record.jobs) {
        json["jobs"].push_back({{"job", job.job},
                                {"ours", side_json(job.seconds, job.megabytes)},
                                {"peer", side_json(job.peer_seconds, job.peer_megabytes)},
                                {"ratio", job.ratio()},
                                {"memory_share", job.memory_share()}});
    }
    return json;
}

std::string table_turns_text(const TableTurnsRecord& record) {
    report::Table table({{"job", report::Table::Align::left},
                         {"cellwise s"},
                         {"Python s"},
                         {"times as fast"},
                         {"cellwise MB"},
                         {"Python MB"},
                         {"memory"}});
    for (const auto& job : record.jobs) {
        table.add_row({job.job, fmt::format("{:.3f}", statistics::median(job.seconds)),
                       fmt::format("{:.3f}", statistics::median(job.peer_seconds)), fmt::format("{:.1f}", job.ratio()),
                       fmt::format("{:.0f}", statistics::median(job.megabytes)),
                       fmt::format("{:.0f}", statistics::median(job.peer_megabytes)),
                       fmt::format("{:.0f}%", 100 * job.memory_share())});
    }
    return fmt::format(
        "{}, {}\n{}; {} thread{} or processes on either side\n{}\nWhole processes in turns, medians of {}; peak memory "
        "of "
        "the largest process.\n",
        record.table, record.peer, record.processor, record.threads, record.threads == 1 ? "" : "s", table.text(),
        record.rounds);
}

}  // namespace cellwise::benchmark
