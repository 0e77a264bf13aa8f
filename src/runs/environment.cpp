#include "runs/environment.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/processor.h"
#include "core/version.h"
#include "engine/peak.h"

namespace cellwise::runs {
namespace {

using Json = nlohmann::ordered_json;

Json machine_json() {
    utsname system{};
    ::uname(&system);
    return {{"processor", processor_name()},
            {"processors", usable_processors()},
            {"instruction_set", engine::instruction_set()},
            {"memory_bytes", static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE)},
            {"system", fmt::format("{} {} {}", system.sysname, system.release, system.machine)}};
}

/// Where the data lies, whatever folder a later command is called in.
Json paths_json(const data::DataOptions& data) {
    Json paths = Json::object();
    const auto add = [&](const char* key, const std::optional<std::string>& path) {
        std::error_code code;
        if (path && *path != "synthetic")
            paths[key] = std::filesystem::absolute(*path, code).lexically_normal().string();
    };
    add("data", data.path);
    add("test_data", data.test_path);
    return paths;
}

}  // namespace

Json environment_json(const std::string& command, const sentiment::Configuration& configuration,
                      const ComputeUsed& compute, const Json& data) {
    return {{"schema_version", 1},
            {"command", command},
            {"begun", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
            {"program",
             {{"version", program_version()},
              {"git_revision", git_revision()},
              {"libtorch", libtorch_version()},
              {"compiler", compiler()}}},
            {"machine", machine_json()},
            {"threads", compute.threads},
            {"jobs", configuration.jobs},
            {"engine", models::engine_name(configuration.model.engine)},
            {"device", compute.device},
            {"data", data},
            {"data_paths", paths_json(configuration.data)}};
}

}  // namespace cellwise::runs
