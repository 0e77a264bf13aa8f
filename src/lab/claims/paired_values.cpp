#include "lab/claims/paired_values.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace cellwise::lab {
namespace {

template <class Operation>
std::vector<double> pairwise(const std::vector<double>& first, const std::vector<double>& second, Operation operation) {
    if (first.size() != second.size()) {
        throw InternalError(fmt::format("{} values cannot be paired with {}", first.size(), second.size()));
    }
    std::vector<double> result(first.size());
    std::transform(first.begin(), first.end(), second.begin(), result.begin(), operation);
    return result;
}

std::string count_text(std::int64_t count) { return count == 0 ? "all" : fmt::format("{}", count); }

}  // namespace

std::vector<double> values_of(const std::vector<TrainingOutcome>& outcomes, double TrainingOutcome::*field) {
    std::vector<double> values;
    for (const auto& outcome : outcomes) values.push_back(outcome.*field);
    return values;
}

std::vector<double> accuracy_gaps(const std::vector<TrainingOutcome>& outcomes) {
    return minus(values_of(outcomes, &TrainingOutcome::train_accuracy),
                 values_of(outcomes, &TrainingOutcome::test_accuracy));
}

std::vector<double> minus(const std::vector<double>& first, const std::vector<double>& second) {
    return pairwise(first, second, [](double one, double other) { return one - other; });
}

std::vector<double> over(const std::vector<double>& first, const std::vector<double>& second) {
    return pairwise(first, second, [](double one, double other) { return one / other; });
}

std::vector<double> mean_of(const std::vector<std::vector<double>>& lists) {
    std::vector<double> sum(lists.at(0).size(), 0);
    for (const auto& list : lists) sum = pairwise(sum, list, [](double one, double other) { return one + other; });
    for (double& value : sum) value /= static_cast<double>(lists.size());
    return sum;
}

std::vector<double> diverged(const std::vector<TrainingOutcome>& outcomes) {
    std::vector<double> values;
    for (const auto& outcome : outcomes) values.push_back(outcome.diverged ? 1 : 0);
    return values;
}

std::string model_text(const std::string& cells, const Sizes& sizes) {
    return fmt::format("Embedding({}, {}), {} with {} units, Dense(1)", sizes.vocabulary_size, sizes.embedding_size,
                       cells, sizes.hidden_size);
}

std::string reviews_text(const Sizes& sizes, std::int64_t train, std::int64_t test) {
    return fmt::format("{} training and {} test reviews", count_text(sizes.reviews(train)),
                       count_text(sizes.reviews(test)));
}

}  // namespace cellwise::lab
