#include "tasks/sentiment/baseline.h"

#include <torch/torch.h>

#include <cmath>
#include <map>
#include <vector>

#include "core/random.h"
#include "core/stopwatch.h"
#include "learning/batches.h"
#include "learning/divergence.h"
#include "learning/examples.h"
#include "learning/loss.h"
#include "learning/optimizer.h"
#include "models/initialization.h"

namespace cellwise::sentiment {
namespace {

// How often each word stands in each review, as the rows of a sparse matrix.
struct WordCounts {
    std::vector<std::int64_t> row_starts{0};
    std::vector<std::int64_t> words;
    std::vector<double> counts;
};

WordCounts count_words(const data::PaddedReviews& reviews) {
    WordCounts matrix;
    for (std::size_t row = 0; row < reviews.size(); ++row) {
        std::map<std::int64_t, double> of_row;
        for (const auto id : reviews.row(row)) {
            if (id != data::padding_id && id != data::start_id) of_row[id] += 1;
        }
        for (const auto& [word, count] : of_row) {
            matrix.words.push_back(word);
            matrix.counts.push_back(count);
        }
        matrix.row_starts.push_back(static_cast<std::int64_t>(matrix.words.size()));
    }
    return matrix;
}

std::vector<double> inverse_document_frequency(const WordCounts& train, std::int64_t vocabulary_size) {
    std::vector<double> frequency(static_cast<std::size_t>(vocabulary_size), 0);
    for (const auto word : train.words) frequency[static_cast<std::size_t>(word)] += 1;
    const auto reviews = static_cast<double>(train.row_starts.size() - 1);
    for (auto& value : frequency) value = std::log((1 + reviews) / (1 + value)) + 1;
    return frequency;
}

// TF-IDF rows of length 1, [reviews, vocabulary_size].
torch::Tensor tfidf(WordCounts matrix, const std::vector<double>& idf) {
    for (std::size_t row = 0; row + 1 < matrix.row_starts.size(); ++row) {
        const auto first = static_cast<std::size_t>(matrix.row_starts[row]);
        const auto last = static_cast<std::size_t>(matrix.row_starts[row + 1]);
        double squares = 0;
        for (std::size_t i = first; i < last; ++i) {
            matrix.counts[i] *= idf[static_cast<std::size_t>(matrix.words[i])];
            squares += matrix.counts[i] * matrix.counts[i];
        }
        for (std::size_t i = first; i < last; ++i) matrix.counts[i] /= std::sqrt(squares);
    }
    const auto rows = static_cast<std::int64_t>(matrix.row_starts.size()) - 1;
    const auto row_of_each = torch::repeat_interleave(torch::arange(rows), torch::tensor(matrix.row_starts).diff());
    return torch::sparse_coo_tensor(torch::stack({row_of_each, torch::tensor(matrix.words)}),
                                    torch::tensor(matrix.counts, torch::kFloat64),
                                    {rows, static_cast<std::int64_t>(idf.size())})
        .coalesce();
}

struct LogisticRegression {
    torch::Tensor weight;  // [vocabulary_size, 1]
    torch::Tensor bias;    // [1]
    [[nodiscard]] torch::Tensor logits(const torch::Tensor& features) const {
        return (features.mm(weight) + bias).squeeze(1);
    }
};

LogisticRegression fit(const torch::Tensor& features, const torch::Tensor& labels) {
    const auto rows = static_cast<double>(features.size(0));
    const auto transposed = features.t().coalesce();
    LogisticRegression model{torch::zeros({features.size(1), 1}, torch::kFloat64).set_requires_grad(true),
                             torch::zeros(1, torch::kFloat64).set_requires_grad(true)};
    torch::optim::LBFGS optimizer(
        {model.weight, model.bias},
        torch::optim::LBFGSOptions(1).max_iter(200).tolerance_grad(1e-7).line_search_fn("strong_wolfe"));
    // The gradient by its formula: autograd does not go through a sparse product.
    optimizer.step([&]() -> torch::Tensor {
        const torch::NoGradGuard no_grad;
        const auto logits = model.logits(features);
        const auto error = (torch::sigmoid(logits) - labels) / rows;
        model.weight.mutable_grad() = transposed.mm(error.unsqueeze(1)) + model.weight / rows;
        model.bias.mutable_grad() = error.sum().unsqueeze(0);
        return torch::binary_cross_entropy_with_logits(logits, labels) + model.weight.square().sum() / (2 * rows);
    });
    return model;
}

records::Metrics metrics_of(const torch::Tensor& logits, const torch::Tensor& labels) {
    return {learning::keras_cross_entropy(logits, labels).mean(torch::kFloat64).item<double>(),
            (logits > 0).eq(labels > 0.5).to(torch::kFloat64).mean().item<double>()};
}

// Mean of the rows of `embedding` that the words choose, then a dense unit: logits [batch].
torch::Tensor bag_logits(const torch::Tensor& embedding, const torch::Tensor& dense, const torch::Tensor& bias,
                         const torch::Tensor& ids) {
    const auto real = ids.ne(data::padding_id).to(embedding.scalar_type()).unsqueeze(2);
    const auto count = real.sum(1).clamp_min(1);
    const auto mean = (torch::embedding(embedding, ids) * real).sum(1) / count;
    return torch::addmm(bias, mean, dense.t()).squeeze(1);
}

}  // namespace

BaselineResult tfidf_logistic_regression(const data::PaddedReviews& train, const data::PaddedReviews& test,
                                         std::int64_t vocabulary_size) {
    const Stopwatch watch;
    auto counts = count_words(train);
    const auto idf = inverse_document_frequency(counts, vocabulary_size);
    const auto features = tfidf(std::move(counts), idf);
    const auto labels = learning::Examples(train).labels.to(torch::kFloat64);
    const auto model = fit(features, labels);
    const torch::NoGradGuard no_grad;
    BaselineResult result{"tfidf_logistic_regression", vocabulary_size + 1, {}, {}, 0};
    result.train = metrics_of(model.logits(features), labels);
    result.test =
        metrics_of(model.logits(tfidf(count_words(test), idf)), learning::Examples(test).labels.to(torch::kFloat64));
    result.seconds = watch.seconds();
    return result;
}

BaselineResult bag_of_embeddings(const data::PaddedReviews& train, const data::PaddedReviews& test,
                                 std::int64_t vocabulary_size, std::int64_t embedding_size,
                                 const learning::TrainingOptions& options, std::uint64_t seed) {
    const Stopwatch watch;
    Random random(seed, "weights");
    auto embedding = torch::empty({vocabulary_size, embedding_size});
    auto dense = torch::empty({1, embedding_size});
    auto bias = torch::zeros({1});
    models::fill_uniform(embedding, 0.05, random);
    models::fill_glorot_uniform(dense, embedding_size, 1, random);
    learning::Optimizer optimizer(
        {{"embedding.weight", embedding.set_requires_grad(true), "embedding.embeddings", false},
         {"dense.weight", dense.set_requires_grad(true), "dense.kernel", true},
         {"dense.bias", bias.set_requires_grad(true), "dense.bias", false}},
        options);
    const auto metrics_on = [&](const learning::Examples& examples) {
        const torch::NoGradGuard no_grad;
        std::vector<torch::Tensor> parts;
        for (const auto& batch : examples.inputs.split(256)) {
            parts.push_back(bag_logits(embedding, dense, bias, batch));
        }
        return metrics_of(torch::cat(parts), examples.labels.to(torch::kFloat32));
    };
    const learning::Examples examples(train);
    Random order(seed, "order");
    for (std::int64_t epoch = 0; epoch < options.epochs; ++epoch) {
        for (const auto& batch : learning::shuffled_batches(examples, options.batch_size, order)) {
            optimizer.zero_gradients();
            const auto labels = examples.labels.index_select(0, batch).to(torch::kFloat32);
            const auto ids = examples.inputs.index_select(0, batch);
            learning::keras_cross_entropy(bag_logits(embedding, dense, bias, ids), labels).mean().backward();
            optimizer.step();
        }
    }
    BaselineResult result{"bag_of_embeddings", (vocabulary_size + 1) * embedding_size + 1, {}, {}, 0};
    result.train = metrics_on(examples);
    result.test = metrics_on(test);
    if (!std::isfinite(result.test.loss))
        throw learning::Diverged("training diverged: its test loss is no finite number");
    result.seconds = watch.seconds();
    return result;
}

}  // namespace cellwise::sentiment
