#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"

namespace cellwise::models {

/// Where the GRU applies its reset gate: after the recurrent product (Keras's default, torch::nn::GRU)
/// or to the state before it (the original paper, the tutorial's formula).
enum class GruReset { after, before };

/// Who computes the recurrent layers: the fused CPU kernels, torch::nn, or the better that fits.
enum class Engine { automatic, fused, torch };

/// One recurrent layer of a stack whose layers differ from one another.
struct RecurrentOptions {
    Cell cell = Cell::lstm;
    std::int64_t hidden_size = 64;
    bool bidirectional = false;
    GruReset gru_reset = GruReset::after;
    double dropout = 0;  ///< of its output on the way to the next recurrent layer

    [[nodiscard]] std::int64_t directions() const { return bidirectional ? 2 : 1; }
    bool operator==(const RecurrentOptions&) const = default;
};

/// The sizes and variants of one classifier. Defaults are the tutorial's.
struct ClassifierOptions {
    Cell cell = Cell::lstm;
    std::int64_t vocabulary_size = 10000;  ///< rows of the embedding; ids are below it
    std::int64_t embedding_size = 128;
    std::int64_t hidden_size = 64;
    std::int64_t layers = 1;
    bool bidirectional = false;
    double dropout = 0;       ///< between stacked layers and before the dense layer; share set to zero
    bool batch_norm = false;  ///< between the last hidden state and the dense layer
    GruReset gru_reset = GruReset::after;
    Engine engine = Engine::automatic;
    /// Layers that differ from one another, first to last. If there are any, they stand for cell,
    /// hidden_size, layers, bidirectional and gru_reset, and `dropout` is before the dense layer alone.
    std::vector<RecurrentOptions> stack;

    /// The recurrent layers, first to last: `stack`, or `layers` equal ones.
    [[nodiscard]] std::vector<RecurrentOptions> recurrent_layers() const;
    /// These options with one layer's cell, hidden_size, bidirectional and gru_reset.
    [[nodiscard]] ClassifierOptions for_layer(const RecurrentOptions& layer) const;

    /// Throws UsageError naming the flag whose value is out of range, with the bytes that absurd
    /// sizes would need.
    void validate() const;

    [[nodiscard]] std::int64_t directions() const { return bidirectional ? 2 : 1; }
    /// Trainable parameters by Keras's count (one bias for SimpleRNN and LSTM, two for the GRU that
    /// resets after the product).
    [[nodiscard]] std::int64_t parameter_count() const;
};

/// "gru:64:bidirectional:before:dropout=0.2": a layer of a stack as text, what is default left out.
[[nodiscard]] std::string format_layer(const RecurrentOptions& layer);
/// Reads it. Throws UsageError.
[[nodiscard]] RecurrentOptions parse_layer(std::string_view text);

[[nodiscard]] std::string_view gru_reset_name(GruReset reset);
[[nodiscard]] GruReset parse_gru_reset(std::string_view name);
[[nodiscard]] std::string_view engine_name(Engine engine);
[[nodiscard]] Engine parse_engine(std::string_view name);

}  // namespace cellwise::models
