#include "verbs/claims/table_laboratory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/strict_json.h"
#include "verbs/claims/fold_variants.h"
#include "verbs/claims/tuned_model.h"

namespace cellwise::verbs {
namespace {

using nlohmann::ordered_json;

constexpr std::uintmax_t most_outcome_bytes = 1 << 20;

ordered_json figures_json(const customers::Figures& figures) {
    ordered_json json = ordered_json::object();
    for (const bool is_classification : {true, false}) {
        for (const auto& metric : customers::metrics_of(is_classification)) {
            if (const auto value = figures.*metric.value) json[std::string(metric.name)] = *value;
        }
    }
    return json;
}

customers::Figures figures_of(const nlohmann::json& json) {
    customers::Figures figures;
    for (const bool is_classification : {true, false}) {
        for (const auto& metric : customers::metrics_of(is_classification)) {
            const auto found = json.find(metric.name);
            if (found != json.end()) figures.*metric.value = found->get<double>();
        }
    }
    return figures;
}

std::filesystem::path outcome_file(const lab::Laboratory& lab, const std::string& key) {
    return lab.folder() / "customers" / (sha256(key).substr(0, 24) + ".json");
}

std::optional<std::vector<FoldOutcome>> known_outcomes(const std::filesystem::path& file, const std::string& key) {
    if (!is_there(file)) return std::nullopt;
    const auto json = parse_strict_json(read_file(file, most_outcome_bytes), file.string());
    try {
        if (json.at("folds_of").get<std::string>() != key) throw DataError("");
        std::vector<FoldOutcome> outcomes;
        for (const auto& fold : json.at("folds")) {
            outcomes.push_back(
                {figures_of(fold.at("test")), figures_of(fold.at("train")), fold.at("removed").get<std::int64_t>()});
        }
        return outcomes;
    } catch (const std::exception&) {
        throw DataError(
            fmt::format("{}: not the folds that its name stands for; remove it to fit them again", file.string()));
    }
}

void write_outcomes(const std::filesystem::path& file, const std::string& key, std::span<const FoldOutcome> outcomes) {
    ordered_json json{{"folds_of", key}, {"folds", ordered_json::array()}};
    for (const auto& fold : outcomes) {
        json["folds"].push_back(
            {{"test", figures_json(fold.test)}, {"train", figures_json(fold.train)}, {"removed", fold.removed}});
    }
    write_file_atomically(file, json_text(json, 2) + "\n");
}

}  // namespace

std::string FoldsSpec::key() const {
    std::string text = model;
    for (const auto& [name, value] : parameters) text += fmt::format(" {}={}", name, value);
    return fmt::format("{} | missing {} outliers {} feature {} | smote {} before {} threshold {} damage {}", text,
                       fmt::join(missing, ","), fmt::join(outliers, ","), feature, smote, smote_before_split,
                       threshold_at_share, static_cast<int>(damage));
}

TableLaboratory::TableLaboratory(customers::ModelKinds kinds, ClaimTable table, std::optional<std::string> data)
    : kinds_(std::move(kinds)), choice_(std::move(table)), data_(std::move(data)) {}

const FoundTable& TableLaboratory::table(const lab::Sizes& sizes) {
    const auto count = rows(sizes);
    const auto known = found_.find(count);
    if (known != found_.end()) return known->second;
    return found_.emplace(count, find_table(choice_, data_, count)).first->second;
}

std::string TableLaboratory::missing(std::span<const std::string> models) const {
    for (const auto& name : models) {
        if (auto reason = customers::kind_of(kinds_, name).missing(); !reason.empty()) return reason;
    }
    return {};
}

FoldOutcome TableLaboratory::fit(const FoundTable& found, const FoldsSpec& spec,
                                 const std::vector<tables::Split>& splits, std::size_t fold, std::uint64_t seed) const {
    const auto settings = settings_of(spec, found, seed);
    const auto& kind = customers::kind_of(kinds_, spec.model);
    const auto& target = found.target;
    const auto damaged = damaged_table(found, spec.damage, splits[fold].train, seed);
    const auto& table = damaged ? *damaged : found.table;
    const auto prepared = spec.smote_before_split ? fold_of_enlarged_table(table, target, splits, fold, settings)
                                                  : customers::prepare_fold(table, target, splits[fold], settings);
    const auto fitted = customers::fit_model(kind, prepared, table, target, splits[fold], settings);
    double threshold = fitted.threshold;
    if (spec.threshold_at_share) threshold = positive_share(target, splits[fold].train);
    const auto figures = [&](const tables::FeatureMatrix& features, const std::vector<double>& truth) {
        const auto answers = fitted.model->predict(customers::view_of(features));
        return target.is_classification ? customers::classification_figures(answers, truth, target.classes(), threshold)
                                        : customers::regression_figures(answers, truth);
    };
    const auto learned = static_cast<std::int64_t>(prepared.train_rows.size());
    return {figures(prepared.test, prepared.test_targets), figures(prepared.train, prepared.targets),
            spec.smote_before_split ? 0 : static_cast<std::int64_t>(splits[fold].train.size()) - learned};
}

std::string TableLaboratory::key_of(const FoundTable& found, const std::string& way, const std::string& parts,
                                    std::uint64_t seed) {
    return fmt::format("{} | {} of {} rows, {} | {} seed {}", way, found.target.column, found.table.rows,
                       found.source.sha256, parts, seed);
}

std::vector<FoldOutcome> TableLaboratory::kept_or_run(
    lab::Laboratory& lab, const std::vector<std::string>& keys, std::size_t jobs,
    const std::function<std::vector<FoldOutcome>(std::size_t, std::size_t)>& run) {
    make_folder(lab.folder() / "customers");
    std::vector<std::optional<std::vector<FoldOutcome>>> outcomes;
    std::vector<std::size_t> absent;
    for (const auto& key : keys) {
        outcomes.push_back(known_outcomes(outcome_file(lab, key), key));
        if (!outcomes.back()) absent.push_back(outcomes.size() - 1);
    }
    if (!absent.empty()) {
        const auto& first = keys[absent.front()];
        log::notice(fmt::format("{}: {} seeds", first.substr(0, first.find(" | ")), absent.size()));
    }
    std::vector<std::vector<FoldOutcome>> parts(absent.size() * jobs);
    lab.side_by_side(parts.size(), [&](std::size_t i) { parts[i] = run(absent[i / jobs], i % jobs); });
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto& outcome = outcomes[absent[i / jobs]];
        if (!outcome) outcome.emplace();
        outcome->insert(outcome->end(), parts[i].begin(), parts[i].end());
    }
    for (const auto place : absent) write_outcomes(outcome_file(lab, keys[place]), keys[place], *outcomes[place]);
    std::vector<FoldOutcome> all;
    for (const auto& outcome : outcomes) all.insert(all.end(), outcome->begin(), outcome->end());
    return all;
}

std::vector<FoldOutcome> TableLaboratory::measure(lab::Laboratory& lab, const FoldsSpec& spec,
                                                  std::span<const std::uint64_t> seeds) {
    const auto& found = table(lab.sizes());
    const auto count = folds(lab.sizes());
    std::vector<std::string> keys;
    std::vector<std::vector<tables::Split>> splits;
    for (const auto seed : seeds) {
        keys.push_back(key_of(found, spec.key(), fmt::format("{} folds", count), seed));
        splits.push_back(customers::cross_validation_splits(found.target, count, 1, seed));
    }
    return kept_or_run(lab, keys, static_cast<std::size_t>(count), [&](std::size_t place, std::size_t fold) {
        return std::vector{fit(found, spec, splits[place], fold, seeds[place])};
    });
}

std::vector<FoldOutcome> TableLaboratory::tune(lab::Laboratory& lab, const std::string& model, std::int64_t trials,
                                               std::span<const std::uint64_t> seeds) {
    const auto& found = table(lab.sizes());
    const auto& kind = customers::kind_of(kinds_, model);
    std::vector<std::string> keys;
    for (const auto seed : seeds) {
        const auto way = fmt::format("{} tuned in {} trials", model, trials);
        keys.push_back(key_of(found, way, fmt::format("{} folds of four fifths", tuning_folds), seed));
    }
    return kept_or_run(lab, keys, 1, [&](std::size_t place, std::size_t) {
        return default_and_tuned(found, kind, trials, seeds[place]);
    });
}

}  // namespace cellwise::verbs
