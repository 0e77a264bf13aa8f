#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/table_network.h"
#include "tasks/customers/model.h"

namespace cellwise::customers {

/// How a network for tables is built and trained. The defaults were chosen by cross-validation on the training parts of
/// two tables (docs/customers-models.md).
struct NetworkSettings {
    std::int64_t hidden_size = 64, step_size = 16;
    std::int64_t epochs = 20;
    std::int64_t batch_size = 256;  ///< less for few rows: an epoch has at least 20 batches, of at least 16 rows
    std::int64_t max_steps = 4000;  ///< updates, whatever the epochs say
    double learning_rate = 0.005;   ///< at first; it falls to 0 as half a cosine
    double weight_decay = 0.01;     ///< decoupled (Loshchilov and Hutter, arXiv 1711.05101)
    double dropout = 0.1;

    /// What `from` takes.
    [[nodiscard]] static std::vector<std::string> names(models::TableArchitecture architecture);
    /// The architecture's defaults, changed by parameters of these names. Throws UsageError for a name that is none, or
    /// a value out of range.
    [[nodiscard]] static NetworkSettings from(models::TableArchitecture architecture, const Parameters& parameters);
};

}  // namespace cellwise::customers
