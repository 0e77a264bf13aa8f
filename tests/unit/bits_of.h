#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "learning/tensor_storage.h"
#include "learning/trainer.h"
#include "models/classifier.h"

namespace cellwise::test {

using Bits = std::map<std::string, std::vector<std::byte>>;

/// A model's state as bytes, by name.
inline Bits bits_of(const models::Classifier& model) {
    Bits bits;
    for (const auto& [name, value] : learning::named_state(model)) bits[name] = learning::stored(name, value).bytes;
    return bits;
}

/// All state that a continued training could differ in: the model, the optimizer's moments, the dropout's generator.
inline Bits bits_of(learning::Trainer& trainer) {
    auto bits = bits_of(trainer.model());
    for (const auto& [name, value] : trainer.optimizer().moments()) bits[name] = learning::stored(name, value).bytes;
    bits["dropout"] = learning::stored("", trainer.model()->dropout->state()).bytes;
    return bits;
}

}  // namespace cellwise::test
