#include "parity/replay.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <cmath>
#include <span>

#include "interchange/keras_layout.h"
#include "learning/trainer.h"

namespace cellwise::parity {
namespace {

struct Tolerance {
    double absolute = 2e-5, relative = 1e-4, movement = 5e-4;
};
constexpr double rounding_of_a_value = 1e-6;

// A bfloat16 has 8 bits of mantissa, a float32 24.
Tolerance tolerance_of(learning::Precision precision) {
    if (precision == learning::Precision::bfloat16) return {2e-3, 1e-2, 5e-2};
    return {};
}

using Tensors = std::map<std::string, torch::Tensor>;

std::vector<double> numbers(const torch::Tensor& tensor) {
    const auto values = tensor.detach().to(torch::kCPU, torch::kFloat64).contiguous();
    const auto* begin = values.const_data_ptr<double>();
    return {begin, begin + values.numel()};
}

torch::Tensor tensor_of(const GoldenArray& array) {
    return torch::tensor(array.values, torch::kFloat64).reshape(array.shape);
}

/// The larger of two, where "not a number" is the largest of all.
void raise(double& largest, double value) {
    if (std::isnan(value) || value > largest) largest = value;
}

Difference elementwise(std::string quantity, std::span<const double> ours, std::span<const double> keras,
                       const Tolerance& tolerance) {
    Difference difference{std::move(quantity)};
    for (std::size_t i = 0; i < keras.size(); ++i) {
        if (std::isnan(difference.share_of_tolerance)) break;
        const double distance = std::abs(ours[i] - keras[i]);
        raise(difference.largest_absolute, distance);
        if (keras[i] != 0) raise(difference.largest_relative, distance / std::abs(keras[i]));
        raise(difference.share_of_tolerance, distance / (tolerance.absolute + tolerance.relative * std::abs(keras[i])));
    }
    return difference;
}

Difference by_movement(std::string quantity, std::span<const double> ours, const GoldenArray& keras,
                       const GoldenArray& initial, const Tolerance& tolerance) {
    Difference difference{std::move(quantity)};
    double distance = 0;
    double movement = 0;
    for (std::size_t i = 0; i < keras.values.size(); ++i) {
        distance = std::hypot(distance, ours[i] - keras.values[i]);
        movement = std::hypot(movement, keras.values[i] - initial.values[i]);
        raise(difference.largest_absolute, std::abs(ours[i] - keras.values[i]));
    }
    if (movement > 0) difference.largest_relative = distance / movement;
    difference.share_of_tolerance =
        distance /
        (tolerance.movement * movement + rounding_of_a_value * std::sqrt(static_cast<double>(keras.values.size())));
    return difference;
}

class Replay {
public:
    Replay(const GoldenCase& golden, models::Engine engine, learning::Precision precision, torch::Device device)
        : golden_(golden),
          device_(device),
          tolerance_(tolerance_of(precision)),
          trainer_(model_of(golden, device.is_cpu() ? engine : models::Engine::torch), options_of(golden, precision), 0,
                   {device}) {
        Tensors initial;
        for (const auto& [name, array] : golden.initial) initial[name] = tensor_of(array);
        interchange::set_from_keras_layout(trainer_.model(), initial);
    }

    std::vector<Difference> run() {
        std::vector<double> probabilities;
        std::vector<double> losses;
        std::vector<Difference> gradients;
        std::vector<Difference> variables;
        for (std::int64_t step = 0; step < golden_.steps; ++step) {
            const auto result = trainer_.forward_backward(ids(step), labels(step));
            const auto batch = numbers(result.logits.sigmoid());
            probabilities.insert(probabilities.end(), batch.begin(), batch.end());
            losses.push_back(numbers(result.loss).front());
            if (step == 0) gradients = compare_gradients();
            trainer_.update();
            if (step == 0) append(variables, compare_variables("after 1 step", golden_.after_first));
        }
        if (golden_.steps > 1) {
            append(variables, compare_variables(fmt::format("after {} steps", golden_.steps), golden_.after_last));
        }
        std::vector<Difference> all{elementwise("probability", probabilities, golden_.probability.values, tolerance_),
                                    elementwise("loss", losses, golden_.loss.values, tolerance_)};
        append(all, gradients);
        append(all, variables);
        all.push_back(elementwise("inference probability", infer(), golden_.inference.values, tolerance_));
        return all;
    }

private:
    static models::Classifier model_of(const GoldenCase& golden, models::Engine engine) {
        auto options = golden.model;
        options.engine = engine;
        return models::Classifier(options);
    }
    static learning::TrainingOptions options_of(const GoldenCase& golden, learning::Precision precision) {
        auto options = golden.training;
        options.precision = precision;
        return options;
    }
    static void append(std::vector<Difference>& all, const std::vector<Difference>& more) {
        all.insert(all.end(), more.begin(), more.end());
    }

    torch::Tensor ids(std::int64_t step) const {
        return torch::tensor(golden_.ids, torch::kInt64).reshape({golden_.steps, golden_.batch, golden_.length})[step];
    }
    torch::Tensor labels(std::int64_t step) const { return tensor_of(golden_.labels)[step]; }

    std::vector<double> infer() {
        const torch::NoGradGuard no_grad;
        trainer_.model()->eval();
        return numbers(trainer_.model()->forward(ids(0).to(device_)).sigmoid());
    }

    std::vector<Difference> compare_gradients() {
        std::vector<Difference> differences;
        const auto ours = interchange::keras_layout(trainer_.model(), interchange::WeightPart::gradient);
        for (const auto& [name, keras] : golden_.gradient) {
            differences.push_back(elementwise("gradient " + golden_.keras_names.at(name), numbers(ours.at(name)),
                                              keras.values, tolerance_));
        }
        return differences;
    }

    std::vector<Difference> compare_variables(const std::string& when, const GoldenVariables& expected) {
        std::vector<Difference> differences;
        const auto ours = interchange::keras_layout(trainer_.model(), interchange::WeightPart::value);
        for (const auto& [name, keras] : expected) {
            differences.push_back(by_movement(fmt::format("{} {}", when, golden_.keras_names.at(name)),
                                              numbers(ours.at(name)), keras, golden_.initial.at(name), tolerance_));
        }
        return differences;
    }

    const GoldenCase& golden_;
    torch::Device device_;
    Tolerance tolerance_;
    learning::Trainer trainer_;
};

}  // namespace

models::Engine engine_in_force(const GoldenCase& golden, models::Engine wanted, learning::Precision precision,
                               torch::Device device) {
    if (precision == learning::Precision::float64 || !device.is_cpu()) return models::Engine::torch;
    auto options = golden.model;
    options.engine = wanted;
    return models::Classifier(options)->active_engine();
}

std::vector<Difference> replay(const GoldenCase& golden, models::Engine engine, learning::Precision precision,
                               torch::Device device) {
    return Replay(golden, engine, precision, device).run();
}

}  // namespace cellwise::parity
