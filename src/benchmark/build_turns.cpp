#include "benchmark/build_turns.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "benchmark/child_process.h"
#include "benchmark/temporary_folder.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/log.h"
#include "core/version.h"
#include "report/text/table.h"
#include "statistics/median.h"

namespace cellwise::benchmark {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& program, const std::string& why) {
    throw EnvironmentError(fmt::format("'{}' cannot be measured: {}", program, why));
}

/// What `bench --json` of a build says.
json bench(const std::string& program, const std::vector<std::string>& arguments, const fs::path& folder) {
    const auto document = folder / "bench.json", log = folder / "bench.log";
    std::vector<std::string> words{program, "bench", "--without-torch", "--quiet", "--json", document.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    if (run_child(words, log) != 0) fail(program, "its bench failed" + last_lines(log, 2));
    try {
        auto told = json::parse(read_file(document));
        for (const auto& cell : told.at("cells")) {
            (void)cell.at("fused_train_ms").get<double>();
            (void)cell.at("fused_forward_ms").get<double>();
        }
        return told;
    } catch (const json::exception&) {
        fail(program, "its bench writes another document than this build's");
    }
}

std::string version_of(const std::string& program, const fs::path& folder) {
    const auto log = folder / "version.log";
    if (run_child({program, "--version"}, log) != 0) fail(program, "it has no --version" + last_lines(log, 2));
    auto text = read_file(log);
    text.resize(std::min(text.size(), text.find('\n')));
    if (!text.starts_with("cellwise ")) fail(program, "it is no build of cellwise");
    return text.substr(std::string("cellwise ").size());
}

/// "lstm", or "lstm 64 x 200, hidden 128" where sizes vary.
std::string name_of(const json& cell, bool with_sizes) {
    const auto name = cell.at("cell").get<std::string>();
    if (!with_sizes) return name;
    return fmt::format("{} {} x {}, hidden {}", name, cell.at("batch_size").get<std::int64_t>(),
                       cell.at("length").get<std::int64_t>(), cell.at("hidden_size").get<std::int64_t>());
}

void add_turn(BuildTurnsRecord& record, const json& told, bool is_own) {
    const auto& cells = told.at("cells");
    std::set<std::string> names;
    for (const auto& cell : cells) names.insert(cell.at("cell").get<std::string>());
    const bool with_sizes = names.size() < cells.size();
    std::size_t place = 0;
    for (const auto& cell : cells) {
        for (const auto& [work, key] :
             {std::pair{"training step", "fused_train_ms"}, {"forward only", "fused_forward_ms"}}) {
            if (place == record.work.size()) record.work.push_back({name_of(cell, with_sizes), work, {}, {}});
            auto& turns = record.work[place++];
            (is_own ? turns.own : turns.other).push_back(cell.at(key).get<double>());
        }
    }
}

}  // namespace

statistics::Summary BuildTurns::ratio() const {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < own.size(); ++i) ratios.push_back(other[i] / own[i]);
    return statistics::summarise(ratios);
}

BuildTurnsRecord measure_build_turns(const BuildTurnsOptions& options) {
    if (options.turns < 2) throw UsageError("--turns must be 2 or more: an interval needs two");
    const TemporaryFolder folder;
    const auto other = options.other.string();
    BuildTurnsRecord record{
        other, version_of(other, folder.path()), fmt::format("{} ({})", program_version(), git_revision()), {}, {}};
    const auto own = own_program();
    for (std::int64_t turn = 0; turn < options.turns; ++turn) {
        log::notice(fmt::format("turn {} of {}", turn + 1, options.turns));
        // Who goes first changes from turn to turn.
        for (const bool is_own : {turn % 2 == 0, turn % 2 != 0}) {
            const auto told = bench(is_own ? own : other, options.arguments, folder.path());
            record.processor = told.value("processor", "");
            add_turn(record, told, is_own);
        }
    }
    for (const auto& work : record.work) {
        if (work.own.size() != work.other.size()) fail(other, "its bench measures other things than this build's");
    }
    return record;
}

nlohmann::ordered_json build_turns_json(const BuildTurnsRecord& record) {
    nlohmann::ordered_json json{{"other", record.other},
                                {"other_version", record.other_version},
                                {"own_version", record.own_version},
                                {"processor", record.processor},
                                {"work", nlohmann::ordered_json::array()}};
    for (const auto& work : record.work) {
        const auto ratio = work.ratio();
        json["work"].push_back({{"cell", work.cell},
                                {"work", work.work},
                                {"own_ms", work.own},
                                {"other_ms", work.other},
                                {"ratio", ratio.mean},
                                {"low", ratio.interval->low},
                                {"high", ratio.interval->high}});
    }
    return json;
}

std::string build_turns_text(const BuildTurnsRecord& record) {
    using Align = report::Table::Align;
    report::Table table(
        {{"cell", Align::left}, {"work", Align::left}, {"other, ms"}, {"this, ms"}, {"ratio"}, {"95% CI"}});
    for (const auto& work : record.work) {
        const auto ratio = work.ratio();
        table.add_row({work.cell, work.work, fmt::format("{:.2f}", statistics::median(work.other)),
                       fmt::format("{:.2f}", statistics::median(work.own)), fmt::format("{:.3f}", ratio.mean),
                       fmt::format("{:.3f} to {:.3f}", ratio.interval->low, ratio.interval->high)});
    }
    return fmt::format(
        "{}\nthis build {} against {}, {} turns each; medians\nratio = other / this, turn by turn: above 1 this build "
        "is "
        "quicker\n\n{}",
        record.processor, record.own_version, record.other_version, record.work.front().own.size(), table.text());
}

}  // namespace cellwise::benchmark
