#include "cli/flags/preparation_flags.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"

namespace cellwise::cli {
namespace {

constexpr std::uintmax_t largest_recipe = 1 << 20;  // bytes

}  // namespace

void add_preparation_flags(CLI::App& command, PreparationFlags& flags) {
    command
        .add_option(
            "--missing", flags.missing,
            "drop-rows, drop-column, mean, median, most-frequent, constant:V, knn, regression, indicator, keep; "
            "NAME is a column or a kind")
        ->type_name("[NAME=]STRATEGY");
    command.add_option("--outliers", flags.outliers, "iqr-remove, iqr-clip, z-remove, z-clip, none")
        ->type_name("[NAME=]STRATEGY");
    command.add_option("--feature", flags.features, "a new column: \"per_visit = spend / (visits + 1)\"")
        ->type_name("TEXT");
    command.add_option("--grade", flags.grades, "a new category: \"grade = cut(visits, 5, 20; bronze, silver, gold)\"")
        ->type_name("TEXT");
    command.add_flag("--scale", flags.scale, "numbers as (x - mean) / deviation");
    command.add_flag("--one-hot", flags.one_hot, "categories as one column of 0 and 1 for each level");
    command.add_option("--recipe", flags.recipe, "the steps from a TOML file, in place of these flags")
        ->type_name("FILE.toml");
}

tables::Recipe recipe_of(const PreparationFlags& flags) {
    if (!flags.recipe.empty()) {
        if (!flags.missing.empty() || !flags.outliers.empty() || !flags.features.empty() || !flags.grades.empty() ||
            flags.scale || flags.one_hot) {
            throw UsageError(
                "--recipe names all the steps: leave --missing, --outliers, --feature, --grade, --scale, "
                "--one-hot out,\nor write them into the file");
        }
        return tables::Recipe::from_toml(read_file(flags.recipe, largest_recipe), flags.recipe);
    }
    tables::Recipe recipe;
    const auto add = [&](const nlohmann::ordered_json& settings) { recipe.add(tables::make_step(settings, "a flag")); };
    add({{"do", "missing"}, {"rules", flags.missing}});
    if (!flags.outliers.empty()) add({{"do", "outliers"}, {"rules", flags.outliers}});
    for (const auto& rule : flags.features) add({{"do", "feature"}, {"rule", rule}});
    for (const auto& rule : flags.grades) add({{"do", "grade"}, {"rule", rule}});
    if (flags.scale) add({{"do", "scale"}});
    if (flags.one_hot) add({{"do", "one-hot"}});
    return recipe;
}

}  // namespace cellwise::cli
