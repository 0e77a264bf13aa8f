#include "tasks/sentiment/run_folder_files.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/paths.h"
#include "tasks/sentiment/data_paths.h"
#include "tasks/sentiment/foreign_run.h"

namespace cellwise::sentiment {
namespace fs = std::filesystem;

fs::path configuration_path(const fs::path& run) { return run / "config.toml"; }
fs::path model_path(const fs::path& run) { return run / "model.safetensors"; }
fs::path vocabulary_path(const fs::path& run) { return run / "vocabulary.json"; }

Configuration load_configuration(const fs::path& path) {
    refuse_customers(path);
    if (!is_folder(path)) {
        throw DataError(fmt::format("there is no run folder '{}'{}", path.string(), nearest_entry(path)));
    }
    Configuration configuration;
    try {
        apply_toml_file(configuration, configuration_path(path).string());
        configuration.validate();
        find_data(configuration, path);
    } catch (const UsageError& error) {  // a wrong value in a run's file is a broken file, not a wrong flag
        throw DataError(fmt::format("'{}': {}", configuration_path(path).string(), error.what()));
    }
    if (configuration.cells.size() != 1) {
        throw DataError(fmt::format("'{}' is not the run of one model: name one of the folders in it", path.string()));
    }
    return configuration;
}

}  // namespace cellwise::sentiment
