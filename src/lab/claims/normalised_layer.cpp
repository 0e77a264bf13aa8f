#include "lab/claims/normalised_layer.h"

#include <torch/torch.h>

#include "core/random.h"
#include "learning/batches.h"
#include "learning/examples.h"
#include "learning/loss.h"
#include "learning/optimizer.h"
#include "models/batch_norm.h"
#include "models/initialization.h"

namespace cellwise::lab {
namespace {

class NormalisedLayer {
public:
    explicit NormalisedLayer(const NormalisedLayerSpec& spec)
        : position_(spec.position),
          table_(torch::empty({spec.vocabulary_size, spec.embedding_size})),
          hidden_(torch::empty({spec.hidden_size, spec.embedding_size})),
          hidden_bias_(torch::zeros({spec.hidden_size})),
          dense_(torch::empty({1, spec.hidden_size})),
          dense_bias_(torch::zeros({1})),
          norm_(spec.hidden_size) {
        Random random(spec.seed, "weights");
        models::fill_uniform(table_, 0.05, random);
        models::fill_glorot_uniform(hidden_, spec.embedding_size, spec.hidden_size, random);
        models::fill_glorot_uniform(dense_, spec.hidden_size, 1, random);
        for (auto* weight : {&table_, &hidden_, &hidden_bias_, &dense_, &dense_bias_}) weight->set_requires_grad(true);
    }

    // ids: [batch, time]; result: logits [batch].
    torch::Tensor forward(const torch::Tensor& ids, bool training) {
        norm_->train(training);
        const auto real = ids.ne(data::padding_id).to(torch::kFloat32).unsqueeze(2);
        const auto mean = (torch::embedding(table_, ids) * real).sum(1) / real.sum(1).clamp_min(1);
        auto state = torch::addmm(hidden_bias_, mean, hidden_.t());
        if (position_ == NormPosition::before_activation) state = norm_->forward(state);
        state = torch::relu(state);
        if (position_ == NormPosition::after_activation) state = norm_->forward(state);
        return torch::addmm(dense_bias_, state, dense_.t()).squeeze(1);
    }

    [[nodiscard]] std::vector<models::Variable> variables() const {
        std::vector<models::Variable> all{{"embedding", table_, "embedding", false},
                                          {"hidden.weight", hidden_, "hidden.kernel", true},
                                          {"hidden.bias", hidden_bias_, "hidden.bias", false},
                                          {"dense.weight", dense_, "dense.kernel", true},
                                          {"dense.bias", dense_bias_, "dense.bias", false}};
        if (position_ != NormPosition::none) {
            all.push_back({"norm.weight", norm_->weight, "norm.gamma", false});
            all.push_back({"norm.bias", norm_->bias, "norm.beta", false});
        }
        return all;
    }

private:
    NormPosition position_;
    torch::Tensor table_, hidden_, hidden_bias_, dense_, dense_bias_;
    models::KerasBatchNorm1d norm_;
};

double accuracy(NormalisedLayer& layer, const learning::Examples& examples) {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> parts;
    for (const auto& batch : examples.inputs.split(256)) parts.push_back(layer.forward(batch, false));
    const auto right = (torch::cat(parts) > 0).eq(examples.labels.to(torch::kBool));
    return right.to(torch::kFloat64).mean().item<double>();
}

}  // namespace

NormalisedLayerOutcome train_normalised_layer(const NormalisedLayerSpec& spec, const data::PaddedReviews& train,
                                              const data::PaddedReviews& test) {
    NormalisedLayer layer(spec);
    learning::TrainingOptions options;  // the tutorial's Adam
    learning::Optimizer optimizer(layer.variables(), options);
    Random order(spec.seed, "order");
    const learning::Examples examples(train);
    NormalisedLayerOutcome outcome;
    for (std::int64_t epoch = 0; epoch < spec.epochs; ++epoch) {
        const auto batches = learning::shuffled_batches(examples, spec.batch_size, order);
        double sum = 0;
        for (const auto& batch : batches) {
            optimizer.zero_gradients();
            const auto labels = examples.labels.index_select(0, batch).to(torch::kFloat32);
            const auto logits = layer.forward(examples.inputs.index_select(0, batch), true);
            const auto loss = learning::keras_cross_entropy(logits, labels).mean();
            loss.backward();
            optimizer.step();
            sum += loss.item<double>();
        }
        if (epoch == 0) outcome.first_epoch_loss = sum / static_cast<double>(batches.size());
    }
    outcome.test_accuracy = accuracy(layer, test);
    return outcome;
}

}  // namespace cellwise::lab
