#include "tasks/customers/customer_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/abandoned_files.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/strict_json.h"
#include "tasks/customers/kept_predictions.h"

namespace cellwise::customers {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

ordered_json document_of(const fs::path& path) {
    return ordered_json::parse(parse_strict_json(read_file(path), path.string()).dump());
}

}  // namespace

void require_fresh(const fs::path& folder) {
    std::error_code error;
    if (fs::exists(folder / "run.json", error) || fs::exists(folder / "config.toml", error)) {
        throw UsageError(fmt::format("'{}' already holds a run: name another folder with --output", folder.string()));
    }
}

void save_run(const fs::path& folder, const CustomerRun& run) {
    require_fresh(folder);
    replace_run(folder, run);
}

void replace_run(const fs::path& folder, const CustomerRun& run) {
    make_folder(folder);
    remove_abandoned(folder);
    if (run.model) write_file_atomically(folder / run.file, run.model->bytes());
    write_file_atomically(folder / "preparation.json", json_text(run.preparation.json(), 1) + "\n");
    write_file_atomically(folder / "metrics.json", json_text(figures_json(run), 1) + "\n");
    if (!run.test_rows.empty()) {
        write_predictions(folder, run, kept_predictions(run, run.test_rows, run.test_targets, run.test_answers));
    }
    write_file_atomically(folder / "run.json", json_text(description_json(run), 1) + "\n");
}

CustomerRun load_run(const fs::path& folder, const ModelKinds& kinds) {
    std::error_code error;
    const auto path = folder / "run.json";
    if (!fs::is_regular_file(path, error)) {
        throw DataError(fmt::format("'{}' holds no model of customers: customers train --output makes such a folder",
                                    folder.string()));
    }
    CustomerRun run;
    static_cast<RunDescription&>(run) = read_description(folder);
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == run.kind; });
    if (found == kinds.end())
        throw DataError(fmt::format("'{}' names a model that is none: '{}'", path.string(), run.kind));
    run.title = found->title;
    if (const auto reason = found->missing(); !reason.empty()) throw EnvironmentError(reason);
    run.preparation = tables::Preparation::from_json(document_of(folder / "preparation.json"));
    const auto file = folder / found->file;
    run.model = found->load(read_file(file), file.string());
    return run;
}

tables::Table read_table_as(const fs::path& path, const CustomerRun& run) {
    auto options = run.read;
    const auto kinds = std::exchange(options.kinds, {});
    // Kinds can only be given for columns that are there.
    const auto names = tables::read_table(path, options);
    for (const auto& [name, kind] : kinds) {
        if (tables::find_column(names, name)) options.kinds.emplace_back(name, kind);
    }
    return tables::read_table(path, options);
}

}  // namespace cellwise::customers
