#include "runs/train_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <utility>
#include <variant>

#include "core/error.h"
#include "core/log.h"
#include "core/model_title.h"
#include "core/parallel_for.h"
#include "core/stopped_together.h"
#include "learning/device.h"
#include "learning/divergence.h"
#include "runs/run_folder.h"
#include "runs/single_run.h"
#include "runs/thread_shares.h"
#include "tasks/sentiment/engine_choice.h"

namespace cellwise::runs {
namespace {

// Side by side, runs keep every core busy all the time, which threads within one run do not; but
// torch::nn's runs, and a GPU's, are quicker one after another.
std::size_t job_count(const sentiment::Configuration& configuration, std::size_t runs, std::int64_t threads) {
    if (configuration.jobs > 0) return static_cast<std::size_t>(configuration.jobs);
    return sentiment::engine_in_force(configuration).fused ? std::min(runs, static_cast<std::size_t>(threads)) : 1;
}

// The longest first, so that the last ones to end are short.
std::vector<std::size_t> by_cost(const std::vector<PlannedRun>& plan) {
    std::vector<std::size_t> order(plan.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t one, std::size_t other) {
        return gate_count(plan[one].cell) > gate_count(plan[other].cell);
    });
    return order;
}

records::DivergedRun diverged_run(const PlannedRun& planned, std::string reason) {
    return {planned.cell, planned.seed, std::move(reason)};
}

// Trains the runs `chosen` of the plan, in this order, side by side where that is quicker.
TrainedRuns train_own_runs(const sentiment::Configuration& configuration, const std::vector<PlannedRun>& plan,
                           const std::vector<std::size_t>& chosen, const sentiment::PreparedData& data,
                           RunObserver& observer, const StopToken& stop, std::int64_t threads,
                           const distributed::ProcessGroup& processes) {
    std::vector<std::variant<std::monostate, records::RunRecord, records::DivergedRun>> outcomes(plan.size());
    const auto jobs = processes.size() > 1 ? 1 : job_count(configuration, chosen.size(), threads);
    const auto runs = std::max<std::size_t>(1, chosen.size());
    ThreadShares shares(threads, std::min(jobs, runs), runs);
    const bool one_by_one = jobs == 1 && chosen.size() == plan.size();
    parallel_for(chosen.size(), static_cast<int>(jobs), [&](std::size_t i) {
        const ThreadShares::Loan share(shares);  // the largest share goes to the longest run, which begins first
        const auto number = one_by_one ? i : chosen[i];
        try {
            outcomes[number] =
                train_single_run(configuration, plan[number], data, share, observer, stop, number, processes);
        } catch (const learning::Diverged& error) {
            const auto& run = outcomes[number].emplace<records::DivergedRun>(diverged_run(plan[number], error.what()));
            if (plan.size() > 1) observer.said(records::diverged_text(run, sentiment::text_of(configuration, "stack")));
        }
    });
    TrainedRuns trained;
    for (auto& outcome : outcomes) {
        if (auto* run = std::get_if<records::RunRecord>(&outcome)) trained.runs.push_back(std::move(*run));
        if (auto* run = std::get_if<records::DivergedRun>(&outcome)) trained.diverged.push_back(std::move(*run));
    }
    return trained;
}

// Every process trains its part of the plan alone; the first reads all records from the folders.
TrainedRuns share_runs(const sentiment::Configuration& configuration, const std::vector<PlannedRun>& plan,
                       const sentiment::PreparedData& data, RunObserver& observer, const StopToken& stop,
                       std::int64_t threads, const distributed::ProcessGroup& processes) {
    std::vector<std::size_t> chosen;
    const auto order = by_cost(plan);
    for (auto i = static_cast<std::size_t>(processes.rank()); i < order.size();
         i += static_cast<std::size_t>(processes.size())) {
        chosen.push_back(order[i]);
    }
    auto own = configuration;
    if (own.device == "auto" || own.device == "cuda") {
        const auto device = learning::resolve_device(own.device, processes.local_rank());
        if (!device.is_cpu()) own.device = device.str();
    }
    std::optional<Interrupted> stopped;
    try {
        if (!chosen.empty()) {
            (void)train_own_runs(own, plan, chosen, data, observer, stop, threads, distributed::ProcessGroup(false));
        }
    } catch (const Interrupted& interrupted) {
        stopped = interrupted;
    }
    leave_if_stopped(processes.communicator(), stopped);
    TrainedRuns trained;
    if (!processes.is_first()) return trained;
    for (const auto& run : plan) {
        if (auto reason = RunFolder::view(run.folder).divergence()) {
            trained.diverged.push_back(diverged_run(run, std::move(*reason)));
        } else {
            trained.runs.push_back(finished_run(configuration, run, data));
        }
    }
    return trained;
}

}  // namespace

TrainedRuns train_runs(const sentiment::Configuration& configuration, const std::vector<PlannedRun>& plan,
                       const sentiment::PreparedData& data, const distributed::ProcessGroup& processes,
                       RunObserver& observer, const StopToken& stop) {
    const learning::ComputeScope compute(processes.threads(configuration.threads));
    const auto threads = compute.threads();
    log::notice(fmt::format("engine: {}", sentiment::engine_in_force(configuration).text));
    const auto device = learning::resolve_device(configuration.device, processes.local_rank());
    if (!device.is_cpu()) learning::set_gpu_arithmetic(configuration.deterministic, configuration.tf32);
    std::vector<std::string> titles;
    const auto stack = sentiment::text_of(configuration, "stack");
    for (const auto& run : plan) titles.push_back(run_title(run.cell, stack, run.seed));
    observer.planned(titles, records::validation_name(data.validation.has_value()));

    TrainedRuns trained;
    if (processes.size() > 1 && plan.size() > 1) {
        log::notice(fmt::format("{} runs over {} processes", plan.size(), processes.size()));
        trained = share_runs(configuration, plan, data, observer, stop, threads, processes);
    } else {
        trained = train_own_runs(configuration, plan, by_cost(plan), data, observer, stop, threads, processes);
    }
    return trained;
}

}  // namespace cellwise::runs
