#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/cell.h"

namespace cellwise::models {

/// Where the GRU applies its reset gate: after the recurrent product (Keras's default, torch::nn::GRU)
/// or to the state before it (the original paper, the tutorial's formula).
enum class GruReset { after, before };

/// Who computes the recurrent layers: the fused CPU kernels, torch::nn, or the better that fits.
enum class Engine { automatic, fused, torch };

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

    /// Throws UsageError naming the flag whose value is out of range, with the bytes that absurd
    /// sizes would need.
    void validate() const;

    [[nodiscard]] std::int64_t directions() const { return bidirectional ? 2 : 1; }
    /// Trainable parameters by Keras's count (one bias for SimpleRNN and LSTM, two for the GRU that
    /// resets after the product).
    [[nodiscard]] std::int64_t parameter_count() const;
};

[[nodiscard]] std::string_view gru_reset_name(GruReset reset);
[[nodiscard]] GruReset parse_gru_reset(std::string_view name);
[[nodiscard]] std::string_view engine_name(Engine engine);
[[nodiscard]] Engine parse_engine(std::string_view name);

}  // namespace cellwise::models
