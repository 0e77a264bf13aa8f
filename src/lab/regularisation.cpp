#include "lab/regularisation.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "lab/difference_bounds.h"
#include "lab/normalisation.h"
#include "lab/torch_tensors.h"
#include "lab/weight_decay.h"

namespace cellwise::lab {
namespace {

template <class Real>
constexpr auto scalar_type = torch::CppTypeToScalarType<Real>::value;

/// Fills a layer's weight and bias with normal numbers of ordinary size.
template <class Real>
void draw_layer(const torch::Tensor& weight, const torch::Tensor& bias, Random& random) {
    const auto inputs = static_cast<double>(weight.numel() / weight.size(0));
    const torch::NoGradGuard no_grad;
    weight.set_data(normal_tensor<Real>(weight.sizes(), random) / std::sqrt(inputs));
    bias.set_data(normal_tensor<Real>(bias.sizes(), random) / 2);
}

BatchShape shape_of(const torch::Tensor& values) {
    const auto batch = values.size(0), channels = values.size(1);
    return {static_cast<std::size_t>(batch), static_cast<std::size_t>(channels),
            static_cast<std::size_t>(values.numel() / (batch * channels))};
}

/// The hand-written layer that starts as torch's module stands.
template <class Real, class Module>
BatchNormLayer<Real> layer_of(const Module& module) {
    return {values_of<Real>(module->weight),
            values_of<Real>(module->bias),
            {values_of<Real>(module->running_mean), values_of<Real>(module->running_var)},
            module->options.eps(),
            module->options.momentum().value()};
}

/// Differences of the running statistics grow as the statistics themselves do.
template <class Real>
void update_bounds(ChannelStatistics<double>& running, const ChannelStatistics<double>& batch,
                   const BatchNormLayer<Real>& layer) {
    const double rounding = 4 * static_cast<double>(std::numeric_limits<Real>::epsilon());
    const auto update = [&](std::vector<double>& bounds, const std::vector<double>& added,
                            const std::vector<Real>& values) {
        for (std::size_t channel = 0; channel < bounds.size(); ++channel) {
            // Twice the batch's own: the unbiased variance is at most twice the biased one.
            bounds[channel] = (1 - layer.momentum) * bounds[channel] + 2 * layer.momentum * added[channel] +
                              rounding * (1 + std::abs(static_cast<double>(values[channel])));
        }
    };
    update(running.mean, batch.mean, layer.running.mean);
    update(running.variance, batch.variance, layer.running.variance);
}

/// Runs training batches and then inference through `first` (a layer) and `module` (its normalisation).
template <class Real, class First, class Module>
NormalisationRun run_example(First& first, Module& module, at::IntArrayRef input_shape, Random& random) {
    const torch::NoGradGuard no_grad;
    module->to(scalar_type<Real>);
    module->weight.set_data(1 + normal_tensor<Real>(module->weight.sizes(), random) / 2);
    module->bias.set_data(normal_tensor<Real>(module->bias.sizes(), random) / 2);
    auto layer = layer_of<Real>(module);
    ChannelStatistics<double> running_bounds{std::vector<double>(layer.scale.size()),
                                             std::vector<double>(layer.scale.size())};
    NormalisationRun run;
    run.precision = precision_name<Real>;
    std::vector<Real> values, trained_output;
    BatchShape shape;
    torch::Tensor features;
    for (int i = 0; i < training_batches; ++i) {
        const auto x = normal_tensor<Real>(input_shape, random);
        features = first(x);
        shape = shape_of(features);
        values = values_of<Real>(features);
        const auto theirs = torch::relu(module(features));

        const auto statistics = channel_statistics<Real>(values, shape);
        const auto centred = normalised<Real>(values, shape, statistics, layer.epsilon);
        trained_output = scaled_and_rectified<Real>(centred, shape, layer);
        const auto batch_bounds = statistics_difference_bounds<Real>(values, shape, statistics);
        run.training.add(trained_output, values_of<Real>(theirs),
                         output_difference_bounds<Real>(values, shape, statistics, batch_bounds, layer),
                         base_tolerance<Real>);
        update_running_statistics(layer, statistics, shape);
        update_bounds(running_bounds, batch_bounds, layer);

        const auto after = channel_statistics<Real>(centred, shape);
        run.mean = convert<double>(statistics.mean);
        run.variance = convert<double>(statistics.variance);
        run.normalised_mean = convert<double>(after.mean);
        run.normalised_variance = convert<double>(after.variance);
        run.output_shape = theirs.sizes().vec();
    }
    run.input_shape = input_shape.vec();
    run.running_mean = convert<double>(layer.running.mean);
    run.running_variance = convert<double>(layer.running.variance);
    run.statistics.add(layer.running.mean, values_of<Real>(module->running_mean), running_bounds.mean,
                       base_tolerance<Real>);
    run.statistics.add(layer.running.variance, values_of<Real>(module->running_var), running_bounds.variance,
                       base_tolerance<Real>);

    module->eval();
    const auto inferred =
        scaled_and_rectified<Real>(normalised<Real>(values, shape, layer.running, layer.epsilon), shape, layer);
    run.inference.add(inferred, values_of<Real>(torch::relu(module(features))),
                      output_difference_bounds<Real>(values, shape, layer.running, running_bounds, layer),
                      base_tolerance<Real>);
    for (std::size_t i = 0; i < inferred.size(); ++i) {
        run.inference_difference =
            std::max(run.inference_difference, std::abs(static_cast<double>(inferred[i] - trained_output[i])));
    }
    return run;
}

/// A Linear(10, 1) on the same numbers every time it is made.
template <class Real>
struct Regression {
    torch::nn::Linear layer{10, 1};
    torch::Tensor inputs, targets;

    Regression(std::uint64_t seed, std::int64_t batch) {
        Random random(seed, "weight decay example");
        layer->to(scalar_type<Real>);
        draw_layer<Real>(layer->weight, layer->bias, random);
        inputs = normal_tensor<Real>({batch, 10}, random);
        targets = normal_tensor<Real>({batch, 1}, random);
    }

    /// Weights and bias, or their gradients.
    [[nodiscard]] std::vector<Real> values() const { return joined(layer->weight, layer->bias); }
    [[nodiscard]] std::vector<Real> gradients() const { return joined(layer->weight.grad(), layer->bias.grad()); }

    /// One step of torch::optim::SGD on the mean squared error plus penalty·‖W‖². Returns values().
    std::vector<Real> step(double learning_rate, double weight_decay, double penalty) {
        torch::optim::SGD optimizer(layer->parameters(),
                                    torch::optim::SGDOptions(learning_rate).weight_decay(weight_decay));
        auto loss = torch::mse_loss(layer(inputs), targets);
        if (penalty != 0) loss = loss + penalty * (layer->weight.square().sum() + layer->bias.square().sum());
        loss.backward();
        optimizer.step();
        return values();
    }

private:
    static std::vector<Real> joined(const torch::Tensor& weight, const torch::Tensor& bias) {
        return values_of<Real>(torch::cat({weight.flatten(), bias}));
    }
};

template <class Real>
LinearModel<Real> model_of(std::vector<Real> values) {
    const Real bias = values.back();
    values.pop_back();
    return {std::move(values), bias};
}

}  // namespace

template <class Real>
NormalisationRun run_linear_example(std::uint64_t seed, std::int64_t batch) {
    Random random(seed, "batch normalisation, linear");
    torch::nn::Linear linear(10, 20);
    linear->to(scalar_type<Real>);
    draw_layer<Real>(linear->weight, linear->bias, random);
    torch::nn::BatchNorm1d norm(20);
    return run_example<Real>(linear, norm, {batch, 10}, random);
}

template <class Real>
NormalisationRun run_convolution_example(std::uint64_t seed, std::int64_t batch) {
    Random random(seed, "batch normalisation, convolution");
    torch::nn::Conv2d convolution(torch::nn::Conv2dOptions(3, 16, 3).padding(1));
    convolution->to(scalar_type<Real>);
    draw_layer<Real>(convolution->weight, convolution->bias, random);
    torch::nn::BatchNorm2d norm(16);
    return run_example<Real>(convolution, norm, {batch, 3, 8, 8}, random);
}

template <class Real>
WeightDecayRun run_weight_decay_example(std::uint64_t seed, std::int64_t batch, double learning_rate,
                                        double weight_decay) {
    using Example = Regression<Real>;
    Example decayed(seed, batch);
    const auto model = model_of(decayed.values());
    Matrix<Real> inputs(static_cast<std::size_t>(batch), model.weight.size());
    inputs.values = values_of<Real>(decayed.inputs);
    const auto targets = values_of<Real>(decayed.targets);
    const auto gradient = mean_squared_error_gradient<Real>(model, inputs, targets);
    const auto next = sgd_step<Real>(model, gradient, learning_rate, weight_decay);

    const auto bounds = [&](double rate, double decay) {
        return sgd_difference_bounds<Real>(model, inputs, targets, rate, decay);
    };
    WeightDecayRun run;
    run.precision = precision_name<Real>;
    run.before = convert<double>(model.all());
    run.gradient = convert<double>(gradient.all());
    run.after = convert<double>(next.all());
    const auto by_optimizer = decayed.step(learning_rate, weight_decay, 0);
    run.step_check.add(next.all(), by_optimizer, bounds(learning_rate, weight_decay), base_tolerance<Real>);
    // A step of rate 1 without decay is off by what its gradient is off by, and a little more.
    run.gradient_check.add(gradient.all(), decayed.gradients(), bounds(1, 0), base_tolerance<Real>);

    const auto full_penalty = Example(seed, batch).step(learning_rate, 0, weight_decay);
    run.full_penalty_double_decay.add(full_penalty, Example(seed, batch).step(learning_rate, 2 * weight_decay, 0),
                                      bounds(learning_rate, 2 * weight_decay), base_tolerance<Real>);
    run.half_penalty_decay.add(Example(seed, batch).step(learning_rate, 0, weight_decay / 2), by_optimizer,
                               bounds(learning_rate, weight_decay), base_tolerance<Real>);
    for (std::size_t j = 0; j < full_penalty.size(); ++j) {
        run.full_penalty_decay_difference = std::max(run.full_penalty_decay_difference,
                                                     std::abs(static_cast<double>(full_penalty[j] - by_optimizer[j])));
        run.predicted_difference =
            std::max(run.predicted_difference, learning_rate * weight_decay * std::abs(run.before[j]));
    }
    return run;
}

template NormalisationRun run_linear_example<float>(std::uint64_t, std::int64_t);
template NormalisationRun run_linear_example<double>(std::uint64_t, std::int64_t);
template NormalisationRun run_convolution_example<float>(std::uint64_t, std::int64_t);
template NormalisationRun run_convolution_example<double>(std::uint64_t, std::int64_t);
template WeightDecayRun run_weight_decay_example<float>(std::uint64_t, std::int64_t, double, double);
template WeightDecayRun run_weight_decay_example<double>(std::uint64_t, std::int64_t, double, double);

}  // namespace cellwise::lab
