#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "benchmark/measure.h"
#include "benchmark/peer.h"
#include "benchmark/speed_against.h"

namespace cellwise::benchmark {

struct AgainstOptions {
    SpeedOptions speed;  ///< one shape
    PeerKind peer;
    bool offline = false;  ///< do not install the peer
};

/// Training steps and forward batches of the product and of a real framework in a process of its own, in
/// turns, on the same batches and from the same initial weights. CheckFailed if their first
/// predictions differ.
[[nodiscard]] benchmark::PeerRecord measure_against(const AgainstOptions& options);

/// The tutorial's whole job: each cell trained and validated for `epochs` epochs. The peer's time is its
/// fit alone, cell after cell; `run_job` does the product's, from the start of its process with
/// the loading of the data to its end, and returns the seconds.
[[nodiscard]] benchmark::JobRecord measure_job(const AgainstOptions& options, std::int64_t epochs,
                                               const std::function<double()>& run_job);

/// Runs this program with these arguments, its output thrown away; the seconds it took. Throws
/// EnvironmentError if it fails.
[[nodiscard]] double time_this_program(const std::vector<std::string>& arguments);

}  // namespace cellwise::benchmark
