#include "verbs/claims/customer_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/error.h"
#include "data/tables/columns.h"
#include "lab/claims/registry.h"
#include "tasks/customers/tuning.h"
#include "verbs/claims/fold_variants.h"
#include "verbs/claims/tuned_model.h"

namespace cellwise::verbs {
namespace {

FoundTable synthetic() { return find_table(claim_tables().back(), "synthetic", 0); }

std::vector<tables::Split> folds_of(const FoundTable& found) {
    return customers::cross_validation_splits(found.target, 5, 1, 3);
}

TEST(CustomerClaims, NamesEachOnceWithItsTableAndSaysAllBeforehand) {
    std::set<std::string> names;
    for (const auto& claim : customer_claims({customers::plain_model_kinds(), {}, {}})) {
        EXPECT_TRUE(names.insert(claim.name).second) << claim.name;
        EXPECT_THAT(claim.name, testing::MatchesRegex("customers-[a-z0-9-]+-(telco|hdma|computers|synthetic)"));
        EXPECT_LE(claim.name.size(), 46u) << "cellwise claims is 80 characters wide";
        EXPECT_EQ(claim.family, lab::Family::customers);
        EXPECT_THAT(claim.statement, testing::StartsWith("On " + claim.meant)) << claim.name;
        EXPECT_FALSE(claim.estimand.empty() || claim.unit.empty()) << claim.name;
        EXPECT_TRUE(claim.measure != nullptr && claim.table != nullptr) << claim.name;
        EXPECT_NE(claim.set_up(lab::Sizes::full()), claim.set_up(lab::Sizes::quick_look())) << claim.name;
    }
    EXPECT_EQ(lab::select_claims({"customers"}, customer_claims({customers::plain_model_kinds(), {}, {}})).size(),
              names.size());
}

TEST(CustomerClaims, OnesOwnTableGetsTheClaimsOfItsTarget) {
    ClaimTable own{"own-table", "mine.csv", "mine.csv", "spend", false};
    own.is_own = true;
    const auto claims = customer_claims({customers::plain_model_kinds(), {}, own});
    ASSERT_FALSE(claims.empty());
    for (const auto& claim : claims) {
        EXPECT_THAT(claim.name, testing::EndsWith("-own-table"));
        EXPECT_THAT(claim.name, testing::Not(testing::HasSubstr("smote"))) << "a number has no rare label";
    }
    EXPECT_THROW((void)claims.front().table(), DataError) << "it is read when it is measured";
}

TEST(CustomerClaims, TheSyntheticCustomersLoseTheirPlantedLeak) {
    const auto found = synthetic();
    EXPECT_EQ(found.source.kind, "synthetic");
    const auto fold = customers::prepare_fold(found.table, found.target, folds_of(found).front(),
                                              settings_of({"logistic"}, found, 3));
    EXPECT_THAT(fold.train.names, testing::Contains("visit_count"));
    EXPECT_THAT(fold.train.names, testing::Not(testing::Contains("after_sales_calls")));
}

// The test part decides nothing: with its labels turned round the search comes to the same parameters, and the areas
// under the curve are turned round.
TEST(TunedModel, DoesNotLookAtTheTestPart) {
    auto found = synthetic();
    const auto kinds = customers::plain_model_kinds();
    const auto& logistic = customers::kind_of(kinds, "logistic");
    const auto outcomes = default_and_tuned(found, logistic, 6, 3);
    ASSERT_EQ(outcomes.size(), 2u);
    const auto settings = settings_of({"logistic"}, found, 3);
    const std::vector<customers::Candidate> by_default{{&logistic, {}}};
    const auto expected = customers::answers_on_test(found.table, found.target, settings, by_default, 1);
    EXPECT_EQ(outcomes[0].test.roc_auc, expected.candidates[0].figures.roc_auc);

    for (const auto position : customers::notes_split(found.target, settings).test) {
        const auto place = static_cast<std::size_t>(position);
        found.target.values[place] = 1 - found.target.values[place];
        found.target.sorted[place] = 1 - found.target.sorted[place];
    }
    const auto turned = default_and_tuned(found, logistic, 6, 3);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(turned[i].train.roc_auc, outcomes[i].train.roc_auc);
        EXPECT_NEAR(*turned[i].test.roc_auc, 1 - *outcomes[i].test.roc_auc, 1e-12);
    }
}

TEST(TunedModel, IsTheBestOfItsTrials) {
    const auto found = synthetic();
    const auto kinds = customers::plain_model_kinds();
    const auto& logistic = customers::kind_of(kinds, "logistic");
    const auto few = default_and_tuned(found, logistic, 2, 5), more = default_and_tuned(found, logistic, 9, 5);
    EXPECT_GE(*more[1].train.roc_auc, *few[1].train.roc_auc);
    EXPECT_EQ(more[0].train.roc_auc, few[0].train.roc_auc);
    EXPECT_THROW((void)default_and_tuned(found, customers::kind_of(kinds, "majority"), 2, 5), UsageError);
}

TEST(FoldVariants, BlanksAFifthOfTheNumbersAndNothingElse) {
    const auto found = synthetic();
    const auto damaged = damaged_table(found, Damage::blanks, folds_of(found).front().train, 7);
    ASSERT_TRUE(damaged);
    for (std::size_t i = 0; i < found.table.columns.size(); ++i) {
        const auto &before = found.table.columns[i], &after = damaged->columns[i];
        const auto was = static_cast<double>(tables::missing_count(before));
        const auto is = static_cast<double>(tables::missing_count(after));
        const bool is_hit = before.kind == tables::Kind::numeric && before.name != found.target.column;
        const auto present = static_cast<double>(found.table.rows) - was;
        EXPECT_NEAR(is, was + (is_hit ? 0.2 * present : 0), is_hit ? 4 * std::sqrt(0.16 * present) : 0) << before.name;
    }
}

TEST(FoldVariants, GrossErrorsStandInTrainingRowsAlone) {
    const auto found = synthetic();
    const auto split = folds_of(found).front();
    const auto damaged = damaged_table(found, Damage::gross_errors, split.train, 7);
    ASSERT_TRUE(damaged);
    std::vector<bool> is_test(static_cast<std::size_t>(found.table.rows));
    for (const auto position : split.test) {
        is_test[static_cast<std::size_t>(found.target.rows[static_cast<std::size_t>(position)])] = true;
    }
    const auto before = tables::numbers_of(*tables::column_of(found.table, "total_spend"));
    const auto after = tables::numbers_of(*tables::column_of(*damaged, "total_spend"));
    std::size_t hit = 0;
    for (std::size_t row = 0; row < before.size(); ++row) {
        if (std::isnan(before[row]) || before[row] == after[row]) continue;
        EXPECT_FALSE(is_test[row]) << row;
        EXPECT_DOUBLE_EQ(after[row], 1000 * before[row]);
        ++hit;
    }
    EXPECT_NEAR(static_cast<double>(hit), 0.05 * 4000, 60);
    EXPECT_FALSE(damaged_table(found, Damage::none, split.train, 7));
}

TEST(FoldVariants, SmoteBeforeTheSplitDealsItsRowsToAllFolds) {
    const auto found = synthetic();
    const auto splits = folds_of(found);
    FoldsSpec spec{"random_forest"};
    spec.smote_before_split = true;
    const auto settings = settings_of(spec, found, 3);
    std::int64_t tested = 0, made_up_tested = 0;
    for (std::size_t fold = 0; fold < splits.size(); ++fold) {
        const auto prepared = fold_of_enlarged_table(found.table, found.target, splits, fold, settings);
        const auto true_tests = static_cast<std::int64_t>(splits[fold].test.size());
        EXPECT_GT(prepared.test.rows, true_tests);
        EXPECT_EQ(prepared.train.rows + prepared.test.rows,
                  static_cast<std::int64_t>(found.target.rows.size()) + prepared.made_up);
        EXPECT_EQ(static_cast<std::int64_t>(prepared.targets.size()), prepared.train.rows);
        // The true rows that are tested are those of the honest fold, in its order.
        for (std::size_t i = 0; i < splits[fold].test.size(); ++i) {
            EXPECT_EQ(prepared.test_targets[i], found.target.values[static_cast<std::size_t>(splits[fold].test[i])]);
        }
        // Every made-up row is one of the rarer label.
        for (std::size_t i = splits[fold].test.size(); i < prepared.test_targets.size(); ++i) {
            EXPECT_EQ(prepared.test_targets[i], 1);
        }
        tested += prepared.test.rows;
        made_up_tested += prepared.test.rows - true_tests;
        if (fold + 1 == splits.size()) {
            EXPECT_EQ(made_up_tested, prepared.made_up) << "each is tested once";
            EXPECT_EQ(tested, static_cast<std::int64_t>(found.target.rows.size()) + prepared.made_up);
        }
    }
}

TEST(FoldVariants, TheOtherThresholdIsTheShareOfPositives) {
    customers::Target target;
    target.values = {0, 1, 1, 0, 0};
    EXPECT_DOUBLE_EQ(positive_share(target, {0, 1, 3, 4}), 0.25);
}

}  // namespace
}  // namespace cellwise::verbs
