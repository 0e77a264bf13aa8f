#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lab/claims/laboratory.h"
#include "tasks/customers/figures.h"
#include "tasks/customers/fold.h"
#include "verbs/claims/claim_table.h"

namespace cellwise::verbs {

/// What is done to a table before a fold is prepared.
enum class Damage {
    none,
    blanks,       ///< a fifth of the cells of numeric columns become missing, in all rows
    gross_errors  ///< a twentieth of them in the training rows become a thousand times as large
};

/// One way of fitting a model to folds: everything but table, seed and folds that decides the outcome.
struct FoldsSpec {
    std::string model;                       ///< a ModelKind's name
    customers::Parameters parameters = {};   ///< its own, beside its defaults
    std::vector<std::string> missing = {};   ///< rules of the step "missing"
    std::vector<std::string> outliers = {};  ///< rules of the step "outliers"
    std::string feature = {};                ///< the rule of the step "feature"
    bool smote = false;                      ///< inside the training part
    bool smote_before_split = false;         ///< of all rows, before the folds are drawn: the mistake
    bool threshold_at_share = false;         ///< the positive label from its share in the training part on, not 0.5
    Damage damage = Damage::none;

    /// A text that is the same exactly for the same way.
    [[nodiscard]] std::string key() const;
};

/// How well a model did on a fold.
struct FoldOutcome {
    customers::Figures test;   ///< on the rows it did not learn from
    customers::Figures train;  ///< on those it learned from
    std::int64_t removed = 0;  ///< training rows that the recipe took out
};

/// Where claims are put to a table: it fits models to folds, side by side, and nothing twice. Outcomes are kept as
/// small files in the laboratory's folder.
class TableLaboratory {
public:
    TableLaboratory(customers::ModelKinds kinds, ClaimTable table, std::optional<std::string> data);

    [[nodiscard]] const ClaimTable& choice() const { return choice_; }
    /// The table at these sizes, read when first asked for.
    [[nodiscard]] const FoundTable& table(const lab::Sizes& sizes);
    /// Empty, or why one of the models cannot be fitted on this machine.
    [[nodiscard]] std::string missing(std::span<const std::string> models) const;

    /// [seeds × folds]: each seed draws the folds anew, and is the models' seed too.
    [[nodiscard]] std::vector<FoldOutcome> measure(lab::Laboratory& lab, const FoldsSpec& spec,
                                                   std::span<const std::uint64_t> seeds);

    /// For each seed the model with its defaults, and then with what a search found: [seeds × 2]. A seed draws a test
    /// part of a fifth; the search (its built-in space, so many trials, TPE of that seed) sees three folds of the rest.
    /// `test`: of models that learned from the whole rest; `train`: the means over the three folds.
    [[nodiscard]] std::vector<FoldOutcome> tune(lab::Laboratory& lab, const std::string& model, std::int64_t trials,
                                                std::span<const std::uint64_t> seeds);

    [[nodiscard]] static std::int64_t folds(const lab::Sizes& sizes) { return sizes.pick(5, 3); }
    /// Of each table, the first so many; 0: all.
    [[nodiscard]] static std::int64_t rows(const lab::Sizes& sizes) { return sizes.reviews(sizes.pick(0, 600)); }

private:
    /// What run(place of the key, job) says of every key, jobs side by side; read from the files of those that are
    /// kept.
    [[nodiscard]] static std::vector<FoldOutcome> kept_or_run(
        lab::Laboratory& lab, const std::vector<std::string>& keys, std::size_t jobs,
        const std::function<std::vector<FoldOutcome>(std::size_t, std::size_t)>& run);
    /// A text that is the same exactly for the same outcomes. way: what is fitted; parts: to which rows.
    [[nodiscard]] static std::string key_of(const FoundTable& found, const std::string& way, const std::string& parts,
                                            std::uint64_t seed);
    [[nodiscard]] FoldOutcome fit(const FoundTable& found, const FoldsSpec& spec,
                                  const std::vector<tables::Split>& splits, std::size_t fold, std::uint64_t seed) const;

    customers::ModelKinds kinds_;
    ClaimTable choice_;
    std::optional<std::string> data_;
    std::map<std::int64_t, FoundTable> found_;  ///< by the number of rows
};

}  // namespace cellwise::verbs
