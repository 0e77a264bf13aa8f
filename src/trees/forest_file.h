#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "trees/decision_tree.h"
#include "trees/tree_model.h"

namespace cellwise::trees {

/// All that a forest is.
struct ForestContent {
    Objective objective = Objective::regression;
    std::size_t outputs = 1;
    std::vector<DecisionTree> trees;
    std::vector<double> importance;  ///< [columns]
    std::vector<std::string> names;  ///< [columns], or empty
};

// A safetensors file: begins I64 [trees + 1] (the places of the trees' roots), feature and right I32 [nodes], threshold
// F32 [nodes], cover F64 [nodes], values F64 [nodes, outputs], importance F64 [columns]; right counts from its tree's
// root. The metadata has "format", "objective" and "names", a JSON list.

[[nodiscard]] std::string encode_forest(const ForestContent& content);
/// Throws DataError naming `origin` for bytes that are no such file: a child that lies before its parent or beyond its
/// tree, a feature that is none.
[[nodiscard]] ForestContent decode_forest(std::string_view bytes, const std::string& origin);

}  // namespace cellwise::trees
