#pragma once

#include <cstdint>

#include "verbs/explain_request.h"

namespace CLI {
class App;
}

namespace cellwise::cli {

/// The flags of `predict --explain`.
struct ExplainFlags : verbs::ExplainRequest {
    std::int64_t top_words = 10;  ///< in the table

    /// Adds --explain, --steps and --top-words.
    void add_to(CLI::App& command);
    [[nodiscard]] bool wanted() const { return !method.empty(); }
    /// Throws UsageError naming the flag.
    void validate() const;
};

}  // namespace cellwise::cli
