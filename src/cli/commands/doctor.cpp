#include <fmt/format.h>
#include <torch/torch.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/commands/doctor_report.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/nvidia.h"
#include "core/paths.h"
#include "core/processor.h"
#include "core/version.h"
#include "data/reviews/locate.h"
#include "distributed/processes.h"
#include "engine/peak.h"
#include "learning/device.h"
#include "runs/environment.h"

namespace cellwise::cli {
namespace {

namespace fs = std::filesystem;

struct DoctorFlags {
    std::string device = "auto";
    std::optional<std::string> data;
    std::string output = "runs";
    std::string json;
};

constexpr double bytes_a_gib = 1024.0 * 1024 * 1024;
// A comparison's run folders with reports take some 50 MB, the downloaded and prepared reviews 200 MB.
constexpr double enough_gib = 0.5;

std::string gib(std::uint64_t bytes) { return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / bytes_a_gib); }

Finding program() {
    return {"program",
            fmt::format("cellwise {}, LibTorch {} for {}", program_version(), libtorch_version(),
                        learning::is_built_with_cuda() ? "CPU and CUDA 13" : "the CPU"),
            Health::good,
            {}};
}

Finding processor() {
    const std::string instructions = engine::instruction_set();
    Finding finding{"processor", fmt::format("{}, kernels for {}", processor_name(), instructions), Health::good, {}};
    if (instructions.starts_with("SSE") || instructions.starts_with("EMU")) {
        finding.health = Health::advice;
        finding.remedy = "without AVX2 training takes several times as long; use a processor that has it";
    }
    return finding;
}

Finding threads() { return {"threads", fmt::format("{}", learning::set_threads(0)), Health::good, {}}; }

Finding memory() {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const auto all = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page;
    // What a training is held against (training/memory_need.h).
    return {"memory", fmt::format("{}, {} available", gib(all), gib(available_memory())), Health::good, {}};
}

Finding driver(const NvidiaState& nvidia) {
    if (!nvidia.problem.empty()) return {"GPU driver", "none", Health::good, {}};
    return {"GPU driver", fmt::format("NVIDIA {}", nvidia.driver), Health::good, {}};
}

std::vector<Finding> gpus(const NvidiaState& nvidia) {
    std::vector<Finding> findings;
    for (std::size_t i = 0; i < nvidia.gpus.size(); ++i) {
        const auto& gpu = nvidia.gpus[i];
        findings.push_back({fmt::format("GPU {}", i),
                            fmt::format("{}, {}, compute capability {}.{}", gpu.name, gib(gpu.memory_bytes),
                                        gpu.capability_major, gpu.capability_minor),
                            Health::good,
                            {}});
    }
    return findings;
}

// What would compute. Without a GPU nothing is wrong, unless one was asked for.
Finding device(const std::string& asked, const NvidiaState& nvidia) {
    Finding finding{"device", "", Health::good, {}};
    try {
        finding.value = learning::resolve_device(asked).str();
    } catch (const EnvironmentError& error) {
        return {"device", fmt::format("{} cannot be used", asked), Health::problem, error.what()};
    }
    if (finding.value == "cpu" && asked == "auto" && nvidia.problem.empty()) {
        finding.health = Health::advice;
        finding.remedy = learning::why_no_gpu();
    }
    return finding;
}

Finding processes() {
    if (distributed::has_mpi()) return {"processes", distributed::mpi_version(), Health::good, {}};
    return {"processes", "one", Health::advice,
            "for --distributed build with an MPI (Debian: libopenmpi-dev, openmpi-bin)"};
}

Finding reviews(const std::optional<std::string>& path) {
    const char* const variable = std::getenv("CELLWISE_DATA");
    try {
        const auto found = path                  ? data::locate(*path)
                           : variable != nullptr ? data::locate(variable)
                                                 : data::find_in_usual_places().value_or(data::Location{});
        if (!found.path.empty()) return {"reviews", found.path.string(), Health::good, {}};
    } catch (const DataError& error) {
        return {"reviews", "none", Health::problem, error.what()};
    }
    return {"reviews", "none", Health::advice,
            "the first run downloads them (see 'cellwise data download'); without a network it uses synthetic ones"};
}

// The folder itself or the nearest one above it that is there.
fs::path existing(fs::path path) {
    std::error_code ignored;  // a folder that cannot be looked at is reported as not writable
    path = fs::absolute(path, ignored);
    while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
    return path;
}

Finding disk(const std::string& name, const fs::path& folder, Health if_unwritable) {
    const auto place = existing(folder);
    std::error_code error;
    const auto space = fs::space(place, error);
    Finding finding{
        name, fmt::format("{}, {} free", folder.string(), error ? "?" : gib(space.available)), Health::good, {}};
    if (::access(place.c_str(), W_OK) != 0) {
        finding.health = if_unwritable;
        finding.remedy =
            fmt::format("{} is not writable: choose another folder, or change its owner or mode", place.string());
    } else if (!error && static_cast<double>(space.available) < enough_gib * bytes_a_gib) {
        finding.health = Health::advice;
        finding.remedy = fmt::format("less than {:.1f} GiB is free: make room", enough_gib);
    }
    return finding;
}

std::vector<Finding> examine(const DoctorFlags& flags) {
    const auto nvidia = nvidia_state();
    std::vector<Finding> findings{program(), processor(), threads(), memory(), driver(nvidia)};
    for (auto& gpu : gpus(nvidia)) findings.push_back(std::move(gpu));
    findings.push_back(device(flags.device, nvidia));
    findings.push_back(processes());
    findings.push_back(reviews(flags.data));
    findings.push_back(disk("runs", flags.output, Health::problem));
    // Without a cache everything works, only slower.
    findings.push_back(disk("cache", cache_folder(), Health::advice));
    return findings;
}

void run_doctor(const DoctorFlags& flags) {
    const Output out(flags.json);
    const auto findings = examine(flags);
    out.print(doctor_text(findings));
    out.write_json(with_schema("doctor", doctor_json(findings)));
    if (const auto problems = problems_of(findings); !problems.empty()) throw EnvironmentError(problems);
}

}  // namespace

void add_doctor(CLI::App& app) {
    auto flags = std::make_shared<DoctorFlags>();
    auto* command = add_command(app, "doctor");
    command->add_option("--device", flags->device, "the device that is needed: auto, cpu, cuda or cuda:N")
        ->type_name("TEXT")
        ->capture_default_str();
    command->add_option("--data", flags->data, "where the reviews should be")->type_name("PATH");
    command->add_option("--output", flags->output, "where runs should go")->type_name("DIR")->capture_default_str();
    command->add_option("--json", flags->json, "write the findings as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([flags] { run_doctor(*flags); });
    command->footer(
        "Exits with 0 if the machine is ready, with 4 if something is in the way.\n"
        "Examples:\n  cellwise doctor\n  cellwise doctor --device cuda   is there a GPU that can be used?");
}

}  // namespace cellwise::cli
