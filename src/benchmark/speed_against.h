#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "benchmark/speed.h"

namespace cellwise::benchmark {

/// One cell, the product and a real framework taking turns.
struct PeerSpeed {
    Cell cell = Cell::lstm;
    Timing fused_train, fused_forward;
    Timing peer_train, peer_forward;
};

/// What `cellwise bench --against` measured.
struct PeerRecord {
    std::string peer;  ///< name and version
    std::string processor;
    std::int64_t threads = 0;
    std::int64_t rounds = 0;
    std::int64_t batch_size = 0, length = 0, hidden_size = 0;
    std::string data;
    bool generated = false;
    std::vector<PeerSpeed> cells;
};

[[nodiscard]] nlohmann::ordered_json peer_json(const PeerRecord& record);
[[nodiscard]] std::string peer_text(const PeerRecord& record);

/// One cell's whole training in the peer.
struct PeerJob {
    Cell cell = Cell::lstm;
    double seconds = 0;
    double accuracy = 0;  ///< of the validation after the last epoch
};

/// What `cellwise bench --against … --job` measured.
struct JobRecord {
    std::string peer;
    std::string processor;
    std::int64_t threads = 0;
    std::int64_t epochs = 0;
    std::string data;
    std::vector<PeerJob> peer_jobs;
    double product_seconds = 0;  ///< all cells, the whole process

    [[nodiscard]] double peer_seconds() const;
    [[nodiscard]] double ratio() const { return peer_seconds() / product_seconds; }
};

[[nodiscard]] nlohmann::ordered_json job_json(const JobRecord& record);
[[nodiscard]] std::string job_text(const JobRecord& record);

}  // namespace cellwise::benchmark
