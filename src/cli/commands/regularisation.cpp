#include "lab/regularisation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/terminal/check_table.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "report/text/table.h"
#include "settings/setting_text.h"

namespace cellwise::cli {
namespace {

using Align = report::Table::Align;

struct RegularisationFlags {
    std::string seed = "0", batch_size = "32", learning_rate = "0.01", weight_decay = "0.01", json;
};

struct RegularisationSettings {
    std::uint64_t seed;
    std::int64_t batch_size;
    double learning_rate, weight_decay;
};

double real_in(const std::string& text, const char* flag, double most) {
    const double value = settings::real(text, flag);
    if (!(value > 0 && value <= most)) {
        throw UsageError(fmt::format("{}: {} is not above 0 and at most {}", flag, text, most));
    }
    return value;
}

RegularisationSettings resolve(const RegularisationFlags& flags) {
    RegularisationSettings settings{
        settings::natural(flags.seed, "--seed"), settings::integer(flags.batch_size, "--batch-size"),
        real_in(flags.learning_rate, "--learning-rate", 10), real_in(flags.weight_decay, "--weight-decay", 10)};
    if (settings.batch_size < 2 || settings.batch_size > 512) {
        throw UsageError(
            fmt::format("--batch-size: {} is not between 2 and 512 (a variance needs two values)", flags.batch_size));
    }
    return settings;
}

/// One of the two examples in both precisions.
struct Example {
    std::string layers;
    lab::NormalisationRun in_float32, in_float64;
};

void add_checks(std::vector<CheckRow>& rows, const std::string& name, const lab::NormalisationRun& run) {
    const std::string precision(run.precision), against = "torch::nn::" + name;
    rows.push_back({"output in training", against, precision, run.training});
    rows.push_back({"running statistics", against, precision, run.statistics});
    rows.push_back({"output at inference", against, precision, run.inference});
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return fmt::format("({})", fmt::join(shape, ", ")); }

/// The first channels' statistics; the JSON has all.
std::string channel_text(const lab::NormalisationRun& run) {
    report::Table table({{"channel"},
                         {"mean"},
                         {"variance"},
                         {"mean of x̂"},
                         {"variance of x̂"},
                         {"running mean"},
                         {"running variance"}});
    for (std::size_t channel = 0; channel < std::min<std::size_t>(3, run.mean.size()); ++channel) {
        table.add_row(
            {fmt::format("{}", channel + 1), fmt::format("{:.6f}", run.mean[channel]),
             fmt::format("{:.6f}", run.variance[channel]), fmt::format("{:.1e}", run.normalised_mean[channel]),
             fmt::format("{:.6f}", run.normalised_variance[channel]), fmt::format("{:.6f}", run.running_mean[channel]),
             fmt::format("{:.6f}", run.running_variance[channel])});
    }
    return table.text();
}

std::string example_text(const Example& example, const std::vector<CheckRow>& checks) {
    const auto& run = example.in_float64;
    return fmt::format(
        "{}: {} -> {}, standard normal x, γ and β at random\n"
        "{} training batches, then the last one at inference. The first 3 of {} channels of the last batch:\n{}"
        "Training uses the batch's μ and σ², inference the running ones: the same batch's outputs lie apart by\n"
        "at most {:.4f}. Batch normalisation acts at inference too.\n\n{}\n",
        example.layers, shape_text(run.input_shape), shape_text(run.output_shape), lab::training_batches,
        run.mean.size(), channel_text(run), run.inference_difference, check_text(checks));
}

nlohmann::ordered_json example_json(const Example& example, const std::vector<CheckRow>& checks) {
    const auto& run = example.in_float64;
    return {{"layers", example.layers},
            {"input_shape", run.input_shape},
            {"output_shape", run.output_shape},
            {"training_batches", lab::training_batches},
            {"mean", run.mean},
            {"variance", run.variance},
            {"normalised_mean", run.normalised_mean},
            {"normalised_variance", run.normalised_variance},
            {"running_mean", run.running_mean},
            {"running_variance", run.running_variance},
            {"inference_difference", run.inference_difference},
            {"checks", check_json(checks)}};
}

void add_checks(std::vector<CheckRow>& rows, const lab::WeightDecayRun& run) {
    const std::string precision(run.precision);
    rows.push_back({"gradient by hand", "autograd", precision, run.gradient_check});
    rows.push_back({"step by hand", "torch::optim::SGD", precision, run.step_check});
    rows.push_back({"loss + λ‖W‖²", "SGD with weight_decay 2λ", precision, run.full_penalty_double_decay});
    rows.push_back({"loss + λ/2·‖W‖²", "SGD with weight_decay λ", precision, run.half_penalty_decay});
}

std::string decay_text(const lab::WeightDecayRun& run, const RegularisationSettings& settings,
                       const std::vector<CheckRow>& checks) {
    report::Table table({{"parameter", Align::left}, {"before"}, {"gradient"}, {"decay λW"}, {"after"}});
    for (std::size_t j = 0; j < run.before.size(); ++j) {
        table.add_row({j + 1 < run.before.size() ? fmt::format("W{}", j + 1) : "b",
                       fmt::format("{:.8f}", run.before[j]), fmt::format("{:.8f}", run.gradient[j]),
                       fmt::format("{:.8f}", settings.weight_decay * run.before[j]),
                       fmt::format("{:.8f}", run.after[j])});
    }
    return fmt::format(
        "SGD(lr={}, weight_decay={}) on Linear(10, 1), mean squared error of {} examples: one step by hand,\n"
        "W − lr·(gradient + λW)\n{}\n"
        "The factor 2: the notes' penalty λ‖W‖² has the gradient 2λW, but weight_decay = λ adds λW. So on these\n"
        "numbers the penalty's step and the optimizer's lie apart by {:.6e} (lr·λ·max|W| = {:.6e});\n"
        "weight_decay = λ is the penalty λ/2·‖W‖², and the penalty λ‖W‖² is weight_decay = 2λ. ‖W‖² counts the\n"
        "bias here, since the optimizer decays every parameter it is given.\n\n{}",
        settings.learning_rate, settings.weight_decay, settings.batch_size, table.text(),
        run.full_penalty_decay_difference, run.predicted_difference, check_text(checks));
}

nlohmann::ordered_json decay_json(const lab::WeightDecayRun& run, const RegularisationSettings& settings,
                                  const std::vector<CheckRow>& checks) {
    return {{"learning_rate", settings.learning_rate},
            {"weight_decay", settings.weight_decay},
            {"before", run.before},
            {"gradient", run.gradient},
            {"after", run.after},
            {"full_penalty_decay_difference", run.full_penalty_decay_difference},
            {"predicted_difference", run.predicted_difference},
            {"checks", check_json(checks)}};
}

void run_regularisation(const RegularisationFlags& flags) {
    const auto settings = resolve(flags);
    const Output out(flags.json);
    const Example linear{"Linear(10, 20) + BatchNorm1d(20) + ReLU",
                         lab::run_linear_example<float>(settings.seed, settings.batch_size),
                         lab::run_linear_example<double>(settings.seed, settings.batch_size)};
    const Example convolution{"Conv2d(3, 16, 3, padding=1) + BatchNorm2d(16) + ReLU",
                              lab::run_convolution_example<float>(settings.seed, settings.batch_size),
                              lab::run_convolution_example<double>(settings.seed, settings.batch_size)};
    const auto decay_float32 = lab::run_weight_decay_example<float>(settings.seed, settings.batch_size,
                                                                    settings.learning_rate, settings.weight_decay);
    const auto decay = lab::run_weight_decay_example<double>(settings.seed, settings.batch_size, settings.learning_rate,
                                                             settings.weight_decay);
    std::vector<CheckRow> linear_checks, convolution_checks, decay_checks;
    for (const auto* run : {&linear.in_float32, &linear.in_float64}) add_checks(linear_checks, "BatchNorm1d", *run);
    for (const auto* run : {&convolution.in_float32, &convolution.in_float64}) {
        add_checks(convolution_checks, "BatchNorm2d", *run);
    }
    add_checks(decay_checks, decay_float32);
    add_checks(decay_checks, decay);

    out.print(fmt::format("Batch normalisation by hand, x̂ = (x − μ) / √(σ² + ε), y = γx̂ + β\n\n{}{}{}",
                          example_text(linear, linear_checks), example_text(convolution, convolution_checks),
                          decay_text(decay, settings, decay_checks)));
    auto all = linear_checks;
    all.insert(all.end(), convolution_checks.begin(), convolution_checks.end());
    all.insert(all.end(), decay_checks.begin(), decay_checks.end());
    out.write_json(
        with_schema("regularisation",
                    {{"seed", settings.seed},
                     {"batch_size", settings.batch_size},
                     {"normalisation", nlohmann::ordered_json::array({example_json(linear, linear_checks),
                                                                      example_json(convolution, convolution_checks)})},
                     {"weight_decay", decay_json(decay, settings, decay_checks)},
                     {"verdict", verdict(all)}}));
    require_agreement(all);
}

}  // namespace

void add_regularisation(CLI::App& app) {
    auto* command = add_command(app, "regularisation");
    auto flags = std::make_shared<RegularisationFlags>();
    const auto add = [&](const char* flag, std::string& text, const char* help, const char* type) {
        command->add_option(flag, text, help)->type_name(type)->capture_default_str();
    };
    add("--seed", flags->seed, "seed of every number in the examples", "COUNT");
    add("--batch-size", flags->batch_size, "examples in a batch", "COUNT");
    add("--learning-rate", flags->learning_rate, "of the SGD step", "NUMBER");
    add("--weight-decay", flags->weight_decay, "λ of the SGD step", "NUMBER");
    command->add_option("--json", flags->json, "write the results as JSON to a file, or - for standard output")
        ->type_name("FILE");
    command->callback([flags] { run_regularisation(*flags); });
    command->footer("Exit code 1: a computation by hand and torch's differ beyond the tolerance.");
}

}  // namespace cellwise::cli
