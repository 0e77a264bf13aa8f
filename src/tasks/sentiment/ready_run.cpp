#include "tasks/sentiment/ready_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/reviews/word_index.h"
#include "learning/options.h"
#include "tasks/sentiment/run_folder_files.h"

namespace cellwise::sentiment {
namespace fs = std::filesystem;
namespace {

using Shape = std::vector<std::int64_t>;

/// The values of tensors by name; each is asked for once, and must be float32, of this shape and finite.
class Values {
public:
    explicit Values(std::span<const StoredTensor> tensors) {
        for (const auto& tensor : tensors) tensors_[tensor.name] = &tensor;
    }

    const float* take(const std::string& name, const Shape& shape) {
        const auto found = tensors_.find(name);
        if (found == tensors_.end()) return fail();
        const auto& tensor = *found->second;
        tensors_.erase(found);
        if (tensor.dtype != DType::float32 || tensor.shape != shape) return fail();
        // Memory of operator new is aligned for every type.
        const auto* const values = reinterpret_cast<const float*>(tensor.bytes.data());
        const std::span all(values, tensor.bytes.size() / sizeof(float));
        if (!std::all_of(all.begin(), all.end(), [](float value) { return std::isfinite(value); })) return fail();
        return values;
    }

    /// What inference does not need.
    void drop(const std::string& name) { tensors_.erase(name); }

    /// Whether all that was asked for was there, and nothing else.
    [[nodiscard]] bool were_exactly_these() const { return !failed_ && tensors_.empty(); }

private:
    const float* fail() {
        failed_ = true;
        return nullptr;
    }

    std::map<std::string, const StoredTensor*> tensors_;
    bool failed_ = false;
};

/// Views of the tensors by the names that torch::nn gives them; nothing if they are not the model's.
std::optional<models::ClassifierWeights> weights_of(const models::ClassifierOptions& options,
                                                    std::span<const StoredTensor> tensors) {
    Values values(tensors);
    models::ClassifierWeights weights;
    weights.embedding = values.take("embedding.weight", {options.vocabulary_size, options.embedding_size});
    std::int64_t features = options.embedding_size;
    std::size_t index = 0;
    for (const auto& layer : options.recurrent_layers()) {
        const auto rows = gate_count(layer.cell) * layer.hidden_size;
        auto& of_layer = weights.recurrent.emplace_back();
        for (std::int64_t direction = 0; direction < layer.directions(); ++direction) {
            const auto value = [&](std::string_view name, const Shape& shape) {
                return values.take(
                    fmt::format("recurrent_{}.cell.{}_l0{}", index, name, direction == 0 ? "" : "_reverse"), shape);
            };
            of_layer[static_cast<std::size_t>(direction)] = {value("weight_ih", {rows, features}),
                                                             value("weight_hh", {rows, layer.hidden_size}),
                                                             value("bias_ih", {rows}), value("bias_hh", {rows})};
        }
        features = layer.directions() * layer.hidden_size;
        ++index;
    }
    if (options.batch_norm) {
        weights.batch_norm = {values.take("batch_norm.weight", {features}), values.take("batch_norm.bias", {features}),
                              values.take("batch_norm.running_mean", {features}),
                              values.take("batch_norm.running_var", {features})};
        values.drop("batch_norm.num_batches_tracked");
    }
    weights.dense_weight = values.take("dense.weight", {1, features});
    weights.dense_bias = values.take("dense.bias", {1});
    if (!values.were_exactly_these()) return std::nullopt;
    return weights;
}

}  // namespace

std::unique_ptr<ReadyRun> load_ready_run(const fs::path& folder, int threads) {
    auto run = std::make_unique<ReadyRun>();
    run->configuration = load_configuration(folder);
    const auto options = run->configuration.model_for(run->configuration.cells.front());
    if (options.engine == models::Engine::torch ||
        run->configuration.training.precision == learning::Precision::float64) {
        return nullptr;
    }
    run->tensors = read_safetensors(model_path(folder)).tensors;
    const auto weights = weights_of(options, run->tensors);
    if (!weights) return nullptr;
    run->vocabulary = data::read_vocabulary(vocabulary_path(folder));
    run->model.emplace(options, *weights, threads);
    return run;
}

}  // namespace cellwise::sentiment
