#include "models/options.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/edit_distance.h"
#include "core/error.h"
#include "core/memory.h"

namespace cellwise::models {
namespace {

constexpr std::int64_t largest_size = 100'000'000;
constexpr std::size_t most_layers = 64;

void require_size(std::string_view flag, std::int64_t value) {
    if (value < 1 || value > largest_size) {
        throw UsageError(fmt::format("{} is {}: it must be between 1 and {}", flag, value, largest_size));
    }
}

void require_share(std::string_view flag, double value) {
    if (!(value >= 0 && value < 1)) {
        throw UsageError(fmt::format("{} is {}: it must be at least 0 and below 1", flag, value));
    }
}

// In double, so that absurd sizes do not overflow. Mirrors parameter_count().
double parameters_as_real(const ClassifierOptions& options) {
    auto input = static_cast<double>(options.embedding_size);
    double total = static_cast<double>(options.vocabulary_size) * input;
    for (const auto& layer : options.recurrent_layers()) {
        const auto gates = static_cast<double>(gate_count(layer.cell));
        const auto hidden = static_cast<double>(layer.hidden_size);
        const auto directions = static_cast<double>(layer.directions());
        const bool two_biases = layer.cell == Cell::gru && layer.gru_reset == GruReset::after;
        total += directions * gates * hidden * (input + hidden + (two_biases ? 2 : 1));
        input = hidden * directions;
    }
    if (options.batch_norm) total += 2 * input;
    return total + input + 1;
}

}  // namespace

std::vector<RecurrentOptions> ClassifierOptions::recurrent_layers() const {
    if (!stack.empty()) return stack;
    return {static_cast<std::size_t>(layers), RecurrentOptions{cell, hidden_size, bidirectional, gru_reset, dropout}};
}

ClassifierOptions ClassifierOptions::for_layer(const RecurrentOptions& layer) const {
    auto options = *this;
    options.cell = layer.cell;
    options.hidden_size = layer.hidden_size;
    options.bidirectional = layer.bidirectional;
    options.gru_reset = layer.gru_reset;
    return options;
}

void ClassifierOptions::validate() const {
    require_size("--vocabulary-size", vocabulary_size);
    require_size("--embedding-size", embedding_size);
    require_size("--hidden-size", hidden_size);
    require_size("--layers", layers);
    if (layers > static_cast<std::int64_t>(most_layers)) {
        throw UsageError(fmt::format("--layers is {}: at most {} are supported", layers, most_layers));
    }
    require_share("--dropout", dropout);
    if (stack.size() > most_layers) {
        throw UsageError(fmt::format("--stack has {} layers: at most {} are supported", stack.size(), most_layers));
    }
    for (const auto& layer : stack) {
        require_size("--stack", layer.hidden_size);
        require_share("dropout in --stack", layer.dropout);
    }
    // Weights, gradients and Adam's two moments, in float32.
    require_memory(parameters_as_real(*this) * 4 * 4, "a model of these sizes, with gradients and moments,",
                   "make --vocabulary-size, --embedding-size, --hidden-size or --layers smaller");
}

std::int64_t ClassifierOptions::parameter_count() const {
    return static_cast<std::int64_t>(std::llround(parameters_as_real(*this)));
}

std::string format_layer(const RecurrentOptions& layer) {
    auto text = fmt::format("{}:{}", cell_name(layer.cell), layer.hidden_size);
    if (layer.bidirectional) text += ":bidirectional";
    if (layer.gru_reset == GruReset::before) text += ":before";
    if (layer.dropout != 0) text += fmt::format(":dropout={}", layer.dropout);
    return text;
}

RecurrentOptions parse_layer(std::string_view text) {
    std::vector<std::string_view> parts;
    for (auto rest = text;;) {
        const auto colon = rest.find(':');
        parts.push_back(rest.substr(0, colon));
        if (colon == std::string_view::npos) break;
        rest.remove_prefix(colon + 1);
    }
    const auto number = [&](std::string_view digits, auto& value) {
        const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return code == std::errc() && end == digits.data() + digits.size();
    };
    constexpr std::string_view dropout = "dropout=";
    RecurrentOptions layer;
    layer.cell = parse_cell(parts[0]);
    bool understood = parts.size() > 1 && number(parts[1], layer.hidden_size);
    for (std::size_t i = 2; i < parts.size() && understood; ++i) {
        if (parts[i] == "bidirectional") {
            layer.bidirectional = true;
        } else if (parts[i] == "before" && layer.cell == Cell::gru) {
            layer.gru_reset = GruReset::before;
        } else {
            understood = parts[i].starts_with(dropout) && number(parts[i].substr(dropout.size()), layer.dropout);
        }
    }
    if (!understood) {
        throw UsageError(fmt::format(
            "layer '{}' is not CELL:SIZE with :bidirectional, :before (GRU) or :dropout=SHARE behind it", text));
    }
    return layer;
}

std::string_view gru_reset_name(GruReset reset) { return reset == GruReset::after ? "after" : "before"; }

GruReset parse_gru_reset(std::string_view name) {
    if (name == "after") return GruReset::after;
    if (name == "before") return GruReset::before;
    throw UsageError(fmt::format("--gru-reset '{}' is unknown: choose after or before{}", name,
                                 did_you_mean(name, {"after", "before"})));
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
    throw UsageError(fmt::format("--engine '{}' is unknown: choose auto, fused or torch{}", name,
                                 did_you_mean(name, {"auto", "fused", "torch"})));
}

}  // namespace cellwise::models
