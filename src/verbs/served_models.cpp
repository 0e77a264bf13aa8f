#include "verbs/served_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/utf8.h"
#include "learning/device.h"
#include "verbs/customer_model.h"

namespace cellwise::verbs {
namespace fs = std::filesystem;
namespace {

/// As is_customers_run(), but whoever names a link means what it points to.
bool holds_customers(const std::string& path) { return is_folder(path) && is_plain_file(fs::path(path) / "run.json"); }

std::string short_name(const std::string& path) {
    const auto named = without_last_slash(fs::absolute(path).lexically_normal());
    return visible_bytes((is_folder(path) ? named.filename() : named.stem()).string());
}

}  // namespace

void ServedModelsOptions::validate() const {
    for (auto path = paths.begin(); path != paths.end(); ++path) {
        if (std::find(paths.begin(), path, *path) != path) throw UsageError(fmt::format("'{}' is named twice", *path));
    }
    if (!table.empty() && std::ranges::none_of(paths, holds_customers)) {
        throw UsageError("--table needs a model of customers: also give a run of customers train");
    }
    if (threads < 0) throw UsageError("--threads must be 0 or more");
}

std::vector<std::string> model_names(const std::vector<std::string>& paths) {
    std::vector<std::string> names;
    std::ranges::transform(paths, std::back_inserter(names), short_name);
    auto unique = names;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (std::ranges::count(names, names[i]) > 1) unique[i] = visible_bytes(paths[i]);
    }
    return unique;
}

serve::LoadedModels ServedModels::load() {
    learning::set_threads(options_.threads);
    serve::LoadedModels models;
    const auto names = model_names(options_.paths);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto& path = options_.paths[i];
        if (holds_customers(path)) {
            models.customers.emplace_back(names[i], load_customer_model(path, options_.table, options_.kinds));
        } else {
            models.reviews.emplace_back(names[i], load_review_model(path, options_.reviews));
        }
        log::detail(fmt::format("'{}' answers as \"{}\"", path, names[i]));
    }
    return models;
}

}  // namespace cellwise::verbs
