#include "models/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include "core/error.h"

namespace cellwise::models {
namespace {

constexpr std::int64_t largest_size = 100'000'000;

void require_size(std::string_view flag, std::int64_t value) {
    if (value < 1 || value > largest_size) {
        throw UsageError(fmt::format("{} is {}: it must be between 1 and {}", flag, value, largest_size));
    }
}

// In double, so that absurd sizes do not overflow. Mirrors parameter_count().
double parameters_as_real(const ClassifierOptions& options) {
    const auto gates = static_cast<double>(gate_count(options.cell));
    const auto hidden = static_cast<double>(options.hidden_size);
    const auto directions = static_cast<double>(options.directions());
    const bool two_biases = options.cell == Cell::gru && options.gru_reset == GruReset::after;
    auto input = static_cast<double>(options.embedding_size);
    double total = static_cast<double>(options.vocabulary_size) * input;
    for (std::int64_t layer = 0; layer < options.layers; ++layer) {
        total += directions * gates * hidden * (input + hidden + (two_biases ? 2 : 1));
        input = hidden * directions;
    }
    if (options.batch_norm) total += 2 * input;
    return total + input + 1;
}

}  // namespace

void ClassifierOptions::validate() const {
    require_size("--vocabulary-size", vocabulary_size);
    require_size("--embedding-size", embedding_size);
    require_size("--hidden-size", hidden_size);
    require_size("--layers", layers);
    if (layers > 64) throw UsageError(fmt::format("--layers is {}: at most 64 are supported", layers));
    if (!(dropout >= 0 && dropout < 1)) {
        throw UsageError(fmt::format("--dropout is {}: it must be at least 0 and below 1", dropout));
    }
    // Weights, gradients and Adam's two moments, in float32.
    const double bytes = parameters_as_real(*this) * 4 * 4;
    const double memory = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGE_SIZE));
    if (bytes > memory) {
        throw UsageError(fmt::format(
            "a model of these sizes needs {:.3g} GB for weights, gradients and moments, and this machine has {:.3g} GB: "
            "make --vocabulary-size, --embedding-size, --hidden-size or --layers smaller",
            bytes / 1e9, memory / 1e9));
    }
}

std::int64_t ClassifierOptions::parameter_count() const {
    return static_cast<std::int64_t>(std::llround(parameters_as_real(*this)));
}

std::string_view gru_reset_name(GruReset reset) { return reset == GruReset::after ? "after" : "before"; }

GruReset parse_gru_reset(std::string_view name) {
    if (name == "after") return GruReset::after;
    if (name == "before") return GruReset::before;
    throw UsageError(fmt::format("--gru-reset '{}' is unknown: choose after or before", name));
}

std::string_view engine_name(Engine engine) {
    switch (engine) {
        case Engine::automatic:
            return "auto";
        case Engine::fused:
            return "fused";
        case Engine::torch:
            return "torch";
    }
    throw InternalError("engine_name: no such engine");
}

Engine parse_engine(std::string_view name) {
    for (const Engine engine : {Engine::automatic, Engine::fused, Engine::torch}) {
        if (name == engine_name(engine)) return engine;
    }
    throw UsageError(fmt::format("--engine '{}' is unknown: choose auto, fused or torch", name));
}

}  // namespace cellwise::models
