#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "statistics/summary.h"

namespace cellwise::benchmark {

/// How another build of this program is measured against this one.
struct BuildTurnsOptions {
    std::filesystem::path other;         ///< its `cellwise`
    std::vector<std::string> arguments;  ///< of `bench` for both: cells, sizes, threads
    std::int64_t turns = 7;              ///< of each build, one after the other; at least 2
};

/// One kind of work, one value a turn.
struct BuildTurns {
    std::string cell;                ///< "lstm", with its sizes where there are several
    std::string work;                ///< "training step" or "forward only"
    std::vector<double> own, other;  ///< milliseconds: the median of a turn's own rounds

    /// other / own turn by turn: above 1 this build is the quicker one; with its 95% interval.
    [[nodiscard]] statistics::Summary ratio() const;
};

struct BuildTurnsRecord {
    std::string other, other_version, own_version;
    std::string processor;
    std::vector<BuildTurns> work;
};

/// Runs `bench` of both builds in turns, so that a machine that slows down slows both. Throws UsageError for fewer than
/// two turns, EnvironmentError if `other` cannot be run or tells nothing.
[[nodiscard]] BuildTurnsRecord measure_build_turns(const BuildTurnsOptions& options);

/// The document of docs/schema/bench-builds.json, without its "schema".
[[nodiscard]] nlohmann::ordered_json build_turns_json(const BuildTurnsRecord& record);
[[nodiscard]] std::string build_turns_text(const BuildTurnsRecord& record);

}  // namespace cellwise::benchmark
