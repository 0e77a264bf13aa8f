#include "tasks/customers/ensemble.h"

#include <algorithm>
#include <cassert>

#include "core/parallel_for.h"

namespace cellwise::customers {

std::vector<double> weighted_answers(std::span<const std::vector<double>* const> answers,
                                     std::span<const double> weights) {
    assert(answers.size() == weights.size() && !answers.empty());
    std::vector<double> sum(answers.front()->size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (weights[i] == 0) continue;
        for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += weights[i] * (*answers[i])[j];
    }
    return sum;
}

std::vector<double> ensemble_weights(const TrainingFolds& folds, std::span<const std::vector<FoldAnswers>> answers,
                                     const TuningMetric& metric, std::size_t threads) {
    constexpr std::size_t rounds = 30;
    const auto candidates = answers.size();
    const auto objective = [&](const std::vector<double>& weights) {
        double sum = 0;
        for (std::size_t fold = 0; fold < folds.size(); ++fold) {
            std::vector<const std::vector<double>*> columns;
            for (const auto& one : answers) columns.push_back(&one[fold].answers);
            sum += metric.objective(folds.figures(weighted_answers(columns, weights), fold, 0.5));
        }
        return sum / static_cast<double>(folds.size());
    };
    std::vector<double> counts(candidates), best_weights(candidates);
    double best = 0;
    for (std::size_t round = 1; round <= rounds; ++round) {
        std::vector<double> values(candidates);
        const auto weights_with = [&](std::size_t candidate) {
            auto weights = counts;
            weights[candidate] += 1;
            for (auto& weight : weights) weight /= static_cast<double>(round);
            return weights;
        };
        parallel_for(candidates, static_cast<int>(threads),
                     [&](std::size_t candidate) { values[candidate] = objective(weights_with(candidate)); });
        const auto place = static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
        if (round == 1 || values[place] > best) {
            best = values[place];
            best_weights = weights_with(place);
        }
        counts[place] += 1;
    }
    return best_weights;
}

}  // namespace cellwise::customers
