// Weights of an ensemble, against models whose worth is known by how they are made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "core/random.h"
#include "data/tables/table_file.h"
#include "tasks/customers/ensemble.h"

namespace cellwise::customers {
namespace {

/// One column, x, which tells the label but for noise.
std::string customers_text(int rows) {
    Random random(7, "ensemble test");
    std::string text = "x,bought\n";
    for (int row = 0; row < rows; ++row) {
        const double x = random.normal();
        text += std::to_string(x) + "," + (x + 0.5 * random.normal() > 0 ? "yes" : "no") + "\n";
    }
    return text;
}

/// A model that is a function of a row's features.
class Formula : public Model {
public:
    using Function = std::function<double(std::span<const double>)>;
    explicit Formula(Function function) : function_(std::move(function)) {}
    [[nodiscard]] std::vector<double> predict(MatrixView features) const override {
        std::vector<double> answers;
        for (std::size_t i = 0; i < features.rows; ++i) {
            answers.push_back(function_(features.values.subspan(i * features.columns, features.columns)));
        }
        return answers;
    }
    [[nodiscard]] std::string bytes() const override { return "formula"; }

private:
    Function function_;
};

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// A number from 0 to 1 that has nothing to do with x, but is always the same for it.
double noise_of(double x, std::uint64_t seed) {
    Random random(seed ^ static_cast<std::uint64_t>(std::llround(x * 1e6) + (1LL << 40)), "noise");
    return random.uniform();
}

ModelKind kind_of_formula(const std::string& name, Formula::Function function) {
    ModelKind kind;
    kind.name = name, kind.title = name, kind.file = name;
    kind.fit = [function](const TrainingRows&, const Parameters&, std::uint64_t) {
        return std::make_unique<Formula>(function);
    };
    return kind;
}

/// Knows the labels of the rows that it learned from, and guesses those of all others.
ModelKind memory() {
    ModelKind kind;
    kind.name = "memory", kind.title = "memory", kind.file = "memory";
    kind.fit = [](const TrainingRows& rows, const Parameters&, std::uint64_t) {
        std::map<double, double> known;
        for (std::size_t i = 0; i < rows.features.rows; ++i) {
            known[rows.features.values[i * rows.features.columns]] = rows.targets[i];
        }
        return std::make_unique<Formula>([known](std::span<const double> row) {
            const auto found = known.find(row[0]);
            return found == known.end() ? noise_of(row[0], 1) : found->second;
        });
    };
    return kind;
}

class Ensemble : public testing::Test {
protected:
    std::vector<double> weights_of(const std::vector<ModelKind>& kinds, std::size_t threads = 1) {
        candidates_.clear();
        for (const auto& kind : kinds) candidates_.push_back({&kind, {}});
        answers_ = answers_over_folds(folds_, candidates_, threads);
        return ensemble_weights(folds_, answers_, metric_, threads);
    }
    /// The mean area of weighted answers, by counting the pairs in order.
    double area_of(const std::vector<double>& weights) const {
        double sum = 0;
        for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
            const auto& truth = folds_.truth(fold);
            std::vector<double> mixed(truth.size());
            for (std::size_t i = 0; i < weights.size(); ++i) {
                for (std::size_t j = 0; j < mixed.size(); ++j) mixed[j] += weights[i] * answers_[i][fold].answers[j];
            }
            double pairs = 0, ahead = 0;
            for (std::size_t a = 0; a < truth.size(); ++a) {
                for (std::size_t b = 0; b < truth.size(); ++b) {
                    if (truth[a] < 0.5 || truth[b] > 0.5) continue;
                    pairs += 1;
                    ahead += mixed[a] > mixed[b] ? 1 : mixed[a] == mixed[b] ? 0.5 : 0;
                }
            }
            sum += ahead / pairs;
        }
        return sum / static_cast<double>(folds_.size());
    }

    tables::Table table_ = tables::parse_table(customers_text(600), tables::TableForm::delimited, "a table");
    Target target_ = target_of(table_, {"bought", "", {}});
    TrainingFolds folds_{table_, target_, FitSettings{}, 5, 3, 1};
    TuningMetric metric_ = tuning_metric("", true);
    std::vector<Candidate> candidates_;
    std::vector<std::vector<FoldAnswers>> answers_;
};

const ModelKind honest = kind_of_formula("honest", [](std::span<const double> row) { return logistic(row[0]); });

TEST_F(Ensemble, AModelThatOnlyRemembersGetsNoWeight) {
    // On the rows it learned from, nothing is better than it.
    const auto weights = weights_of({memory(), honest});
    EXPECT_EQ(weights[0], 0);
    EXPECT_EQ(weights[1], 1);
}

TEST_F(Ensemble, TwoThatErrApartShareTheWeight) {
    const auto disturbed = [](std::uint64_t seed) {
        return kind_of_formula("disturbed", [seed](std::span<const double> row) {
            return logistic(row[0] + 4 * (noise_of(row[0], seed) - 0.5));
        });
    };
    const auto useless = kind_of_formula("useless", [](std::span<const double> row) { return noise_of(row[0], 9); });
    const auto weights = weights_of({disturbed(1), disturbed(2), useless});
    EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-12);
    EXPECT_GT(weights[0], 0.25);
    EXPECT_GT(weights[1], 0.25);
    EXPECT_LT(weights[2], 0.1);
    for (const auto& alone : {std::vector<double>{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}) {
        EXPECT_GT(area_of(weights), area_of(alone));
    }
    EXPECT_EQ(weights_of({disturbed(1), disturbed(2), useless}, 3), weights) << "for any number of threads";
}

}  // namespace
}  // namespace cellwise::customers
