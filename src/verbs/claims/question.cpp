#include "verbs/claims/question.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "lab/claims/paired_values.h"

namespace cellwise::verbs {
namespace {

std::string label_of(const Side& side, const customers::Metric& metric) {
    return fmt::format("{}: {}{}", side.label, metric_title(metric), side.on_training_rows ? " on training rows" : "");
}

lab::Measurement measured(const Tables& tables, const Question& question, lab::Laboratory& lab,
                          std::span<const std::uint64_t> seeds) {
    lab::Measurement measurement;
    measurement.test_over_train = test_over_train(lab.sizes());
    std::vector<const Side*> sides{&question.one, &question.other};
    for (const auto& side : question.beside) sides.push_back(&side);
    std::vector<std::string> models;
    for (const auto* side : sides) models.push_back(side->spec.model);
    measurement.unfit = tables->missing(models);
    if (!measurement.unfit.empty()) return measurement;
    for (const auto* side : sides) {
        const auto folds = tables->measure(lab, side->spec, seeds);
        measurement.details.push_back(
            {label_of(*side, question.metric), values_of(folds, question.metric, side->on_training_rows)});
        if (side != &question.one || !question.needs_removed_rows) continue;
        std::vector<double> removed;
        for (const auto& fold : folds) removed.push_back(static_cast<double>(fold.removed));
        const bool none = std::all_of(removed.begin(), removed.end(), [](double count) { return count == 0; });
        if (none) measurement.unfit = "the rule takes no row out of this table, so that nothing is compared";
        measurement.details.push_back({side->label + ": training rows taken out", std::move(removed)});
    }
    // The other side's place, behind the rows taken out if they are told.
    const auto& other = measurement.details[question.needs_removed_rows ? 2 : 1].values;
    measurement.values = lab::minus(measurement.details[0].values, other);
    return measurement;
}

}  // namespace

customers::Metric metric_named(std::string_view name) {
    for (const bool is_classification : {true, false}) {
        for (const auto& metric : customers::metrics_of(is_classification)) {
            if (metric.name == name) return metric;
        }
    }
    throw InternalError(fmt::format("there is no measure '{}'", name));
}

std::string metric_title(const customers::Metric& metric) {
    static const std::map<std::string_view, std::string> titles{
        {"accuracy", "accuracy"},
        {"balanced_accuracy", "balanced accuracy"},
        {"roc_auc", "ROC AUC"},
        {"average_precision", "average precision"},
        {"log_loss", "log-loss"},
        {"brier", "Brier score"},
        {"r2", "R²"},
        {"rmse", "RMSE"},
        {"mae", "mean abs. error"},
    };
    return titles.at(metric.name);
}

lab::Claim claim_on(const Tables& tables, const std::string& name, const std::string& statement,
                    const std::string& how) {
    const auto& table = tables->choice();
    lab::Claim claim;
    claim.name = name + "-" + table.suffix;
    claim.statement = fmt::format("On {}: {}", table.title, statement);
    claim.seeds = 10;
    claim.on_reviews = false;
    claim.family = lab::Family::customers;
    claim.meant = table.title;
    claim.table = [tables] {
        // The source is the same for any number of rows.
        return tables->table(lab::Sizes::full()).source;
    };
    claim.set_up = [how, target = table.target](const lab::Sizes& sizes) {
        return fmt::format(
            "{}, target {}; {} folds, which each seed draws anew; models with their defaults; all that is learned is "
            "learned from a fold's training rows alone.{}{}",
            customers_at(sizes), target, TableLaboratory::folds(sizes), how.empty() ? "" : " ", how);
    };
    return claim;
}

std::string customers_at(const lab::Sizes& sizes) {
    const auto rows = TableLaboratory::rows(sizes);
    return rows == 0 ? "All customers" : fmt::format("The first {} customers", rows);
}

std::vector<double> values_of(const std::vector<FoldOutcome>& folds, const customers::Metric& metric,
                              bool on_training_rows) {
    std::vector<double> values;
    for (const auto& fold : folds) {
        const auto value = (on_training_rows ? fold.train : fold.test).*metric.value;
        if (!value) throw DataError(fmt::format("{} is undefined on a fold: a label is too rare in it", metric.name));
        values.push_back(*value);
    }
    return values;
}

double test_over_train(const lab::Sizes& sizes) { return 1 / static_cast<double>(TableLaboratory::folds(sizes) - 1); }

lab::Claim claim_of(const Tables& tables, const Question& question) {
    auto claim = claim_on(tables, question.name, question.statement, question.how);
    claim.estimand = fmt::format("{} of {} minus that of {}, on the same folds", metric_title(question.metric),
                                 question.one.label, question.other.label);
    claim.unit = question.unit;
    claim.rule = question.rule;
    claim.seeds = question.seeds;
    claim.measure = [tables, question](lab::Laboratory& lab, std::span<const std::uint64_t> seeds) {
        return measured(tables, question, lab, seeds);
    };
    return claim;
}

}  // namespace cellwise::verbs
