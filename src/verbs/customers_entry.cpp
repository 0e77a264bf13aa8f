#include "verbs/customers_entry.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/paths.h"
#include "core/strict_json.h"
#include "core/utf8.h"

namespace cellwise::verbs {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t most_document_bytes = 16 << 20;

nlohmann::json document_in(const fs::path& path) {
    return parse_strict_json(read_file(path, most_document_bytes), fmt::format("'{}'", path.string()));
}

/// When run.json was written: training ends with it.
std::string written_at(const fs::path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return {};
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(status.st_mtim.tv_sec));
}

void read_into(serve::RunEntry& entry, const fs::path& folder) {
    const auto run = document_in(folder / "run.json");
    entry.model = run.at("model").get<std::string>();
    entry.data = fs::path(run.at("table").at("path").get<std::string>()).filename().string();
    entry.settings = {{"target", run.at("target").get<std::string>()},
                      {"kind", run.at("kind").get<std::string>()},
                      {"id_column", run.at("id_column").get<std::string>()},
                      {"threshold", run.at("threshold").dump()}};
    for (const auto& [key, value] : run.at("split").items()) entry.settings.emplace_back(key, value.dump());
    entry.state = is_own_file(folder / run.at("file").get<std::string>()) ? "finished" : "interrupted";
    const auto figures =
        is_own_file(folder / "metrics.json") ? document_in(folder / "metrics.json") : nlohmann::json::object();
    if (const auto accuracy = figures.find("accuracy"); accuracy != figures.end()) {
        entry.test_accuracy = accuracy->get<double>();
    }
    if (const auto loss = figures.find("log_loss"); loss != figures.end()) entry.test_loss = loss->get<double>();
}

}  // namespace

bool is_customers_run(const fs::path& folder) { return is_own_folder(folder) && is_own_file(folder / "run.json"); }

serve::RunEntry customers_entry(const fs::path& folder, const std::string& name) {
    serve::RunEntry entry;
    entry.name = name;
    entry.kind = "customers";
    entry.begun = written_at(folder / "run.json");
    try {
        read_into(entry, folder);
    } catch (const Error& error) {
        entry.state = "broken";
        entry.problem = printable(error.what());
    } catch (const nlohmann::json::exception&) {
        entry.state = "broken";
        entry.problem =
            fmt::format("'{}' lacks a part, or has one of another kind", printable((folder / "run.json").string()));
    }
    if (is_own_file(folder / "report.html")) entry.report = folder / "report.html";
    return entry;
}

}  // namespace cellwise::verbs
