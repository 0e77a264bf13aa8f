#include "runs/environment.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <thread>

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
            {"processors", std::thread::hardware_concurrency()},
            {"instruction_set", engine::instruction_set()},
            {"memory_bytes", static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE)},
            {"system", fmt::format("{} {} {}", system.sysname, system.release, system.machine)}};
}

}  // namespace

Json environment_json(const std::string& command, const sentiment::Configuration& configuration, const Json& data) {
    return {{"schema_version", 1},
            {"command", command},
            {"begun", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
            {"program",
             {{"version", program_version()},
              {"git_revision", git_revision()},
              {"libtorch", libtorch_version()},
              {"compiler", compiler()}}},
            {"machine", machine_json()},
            {"threads", configuration.threads > 0 ? configuration.threads
                                                  : static_cast<std::int64_t>(std::thread::hardware_concurrency())},
            {"jobs", configuration.jobs},
            {"engine", models::engine_name(configuration.model.engine)},
            {"device", configuration.device},
            {"data", data}};
}

}  // namespace cellwise::runs
