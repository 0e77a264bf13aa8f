#pragma once

#include "tasks/customers/network_model.h"
#include "tasks/customers/network_settings.h"

namespace cellwise::customers {

/// Trains by Adam for a fixed number of steps, on one thread. The weights depend on rows, settings and seed alone.
/// Throws DataError if they do not stay finite, Interrupted after Ctrl-C.
[[nodiscard]] std::unique_ptr<NetworkModel> fit_network(models::TableArchitecture architecture,
                                                        const TrainingRows& rows, const NetworkSettings& settings,
                                                        std::uint64_t seed);

}  // namespace cellwise::customers
