#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cellwise::interchange {

/// The layers of a Functional model from its input to its output, if each reads what the one before gives and nothing
/// else. `config`: the model's "config", of Keras 2 or 3. The pointers are into it. Throws DataError naming `origin`
/// and the layer where the model branches, is called twice, or has several inputs or outputs.
[[nodiscard]] std::vector<const nlohmann::json*> functional_chain(const nlohmann::json& config,
                                                                  const std::string& origin);

}  // namespace cellwise::interchange
