#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/log.h"
#include "learning/device.h"
#include "parity/replay.h"
#include "report/text/table.h"

namespace cellwise::cli {
namespace {

using parity::Difference;

struct ParityOptions {
    std::vector<std::string> paths;
    std::string precision = "float32";
    std::string engine = "auto";
    std::string device = "cpu";
    std::string json;
};

struct CaseResult {
    std::string name;
    models::Engine engine = models::Engine::torch;  // that computed it
    std::vector<Difference> differences;

    [[nodiscard]] bool passes() const {
        return std::all_of(differences.begin(), differences.end(), [](const auto& each) { return each.passes(); });
    }
};

std::string table_of(const std::vector<CaseResult>& results) {
    using Align = report::Table::Align;
    report::Table table({{"case", Align::left},
                         {"quantity", Align::left},
                         {"largest |d|"},
                         {"relative"},
                         {"of tolerance"},
                         {"", Align::left}});
    for (const auto& result : results) {
        for (const auto& difference : result.differences) {
            table.add_row({result.name, difference.quantity, fmt::format("{:.1e}", difference.largest_absolute),
                           fmt::format("{:.1e}", difference.largest_relative),
                           fmt::format("{:.4f}", difference.share_of_tolerance),
                           difference.passes() ? "pass" : "FAIL"});
        }
    }
    return table.text();
}

nlohmann::ordered_json json_of(const std::vector<CaseResult>& results, const ParityOptions& options,
                               const std::string& device, bool passed) {
    nlohmann::ordered_json document{{"precision", options.precision},
                                    {"engine", options.engine},
                                    {"device", device},
                                    {"passed", passed},
                                    {"cases", nlohmann::ordered_json::array()}};
    for (const auto& result : results) {
        nlohmann::ordered_json quantities = nlohmann::ordered_json::array();
        for (const auto& difference : result.differences) {
            quantities.push_back({{"quantity", difference.quantity},
                                  {"largest_absolute", difference.largest_absolute},
                                  {"largest_relative", difference.largest_relative},
                                  {"share_of_tolerance", difference.share_of_tolerance},
                                  {"passed", difference.passes()}});
        }
        document["cases"].push_back({{"case", result.name},
                                     {"engine", models::engine_name(result.engine)},
                                     {"passed", result.passes()},
                                     {"quantities", quantities}});
    }
    return document;
}

void run_parity(const ParityOptions& options) {
    const Output out(options.json);
    const auto precision = learning::parse_precision(options.precision);
    const auto engine = models::parse_engine(options.engine);
    const auto device = learning::resolve_device(options.device);
    if (engine == models::Engine::fused && !device.is_cpu()) {
        throw UsageError("--engine fused computes on the CPU: leave --device or --engine out");
    }
    learning::require_precision(precision, engine, device);
    learning::set_gpu_arithmetic(/*deterministic=*/true, /*tf32=*/false);
    std::vector<CaseResult> results;
    for (const auto& path : parity::find_golden_cases(options.paths)) {
        const auto golden = parity::read_golden_case(path);
        results.push_back({golden.name, parity::engine_in_force(golden, engine, precision, device),
                           parity::replay(golden, engine, precision, device)});
    }
    const auto failed = std::count_if(results.begin(), results.end(), [](const auto& each) { return !each.passes(); });
    if (engine == models::Engine::fused && precision == learning::Precision::float64) {
        log::notice("float64 runs on the torch engine");
    }
    out.print(fmt::format("{}\n{} of {} cases take the same steps as Keras ({}, engine {}, on {})\n", table_of(results),
                          results.size() - static_cast<std::size_t>(failed), results.size(), options.precision,
                          models::engine_name(results.back().engine), device.str()));
    out.write_json(with_schema("parity", json_of(results, options, device.str(), failed == 0)));
    if (failed > 0) throw CheckFailed(fmt::format("{} of {} cases differ from Keras", failed, results.size()));
}

}  // namespace

void add_parity(CLI::App& app) {
    auto options = std::make_shared<ParityOptions>();
    auto* command = add_command(app, "parity");
    command->add_option("paths", options->paths, "golden cases: NAME.json files (NAME.npz beside them) or folders")
        ->required()
        ->type_name("PATH");
    command
        ->add_option("--precision", options->precision,
                     "float32, bfloat16 (its products; fused engine) or float64 (torch engine)")
        ->capture_default_str();
    command->add_option("--engine", options->engine, "auto, fused or torch")->capture_default_str();
    command->add_option("--device", options->device, "auto, cpu, cuda or cuda:N")->capture_default_str();
    command->add_option("--json", options->json, "write the differences as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([options] { run_parity(*options); });
    command->footer("Example:\n  cellwise parity keras_golden --precision float64");
}

}  // namespace cellwise::cli
