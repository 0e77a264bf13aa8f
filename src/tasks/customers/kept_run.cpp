#include "tasks/customers/kept_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace cellwise::customers {
namespace {

/// How the model is fitted, for whoever compares runs.
RunSettings kept_settings(const FitSettings& settings, const std::string& model,
                          const std::vector<std::string>& missing_values) {
    RunSettings kept{{"threshold", settings.threshold.text()},
                     {"smote", settings.smote ? "true" : "false"},
                     {"class_weights", settings.class_weights ? "true" : "false"},
                     {"missing_values", fmt::format("{}", fmt::join(missing_values, ", "))},
                     {"recipe", settings.recipe.toml()}};
    const auto parameters = settings.parameters.find(model);
    if (parameters != settings.parameters.end()) {
        for (const auto& [name, value] : parameters->second) kept.emplace_back(model + "." + name, value);
    }
    std::ranges::sort(kept);  // as run.json is read again
    return kept;
}

}  // namespace

CustomerRun run_of(const ModelKind& kind, Fitted fitted, const PreparedFold& fold, const Target& target,
                   const FitSettings& settings, const TableSource& source) {
    CustomerRun run;
    run.kind = kind.name;
    run.file = kind.file;
    run.title = kind.title;
    run.threshold = fitted.threshold;
    run.target = target.column;
    run.is_classification = target.is_classification;
    run.labels = target.labels;
    run.id_column = source.id_column;
    run.table = source.path;
    run.table_sha256 = source.sha256;
    run.read = source.read;
    run.test_share = settings.test_share;
    run.seed = settings.seed;
    run.stratify = settings.stratify;
    run.settings = kept_settings(settings, run.kind, run.read.missing_values);
    run.train = static_cast<std::int64_t>(fold.train_rows.size());
    run.model = std::move(fitted.model);
    run.preparation = fold.preparation;
    return run;
}

}  // namespace cellwise::customers
