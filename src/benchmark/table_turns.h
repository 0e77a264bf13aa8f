#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "benchmark/peer.h"

namespace cellwise::benchmark {

/// What is measured: `customers describe` and `clean` against pandas, `customers compare` against scikit-learn.
struct TableTurnsOptions {
    std::string against;  ///< pandas or sklearn
    std::string table;    ///< a path; empty: telco_churn.csv among the data, else SYNTHETIC customers
    std::string target;
    std::vector<std::string> missing_values;
    bool is_classification = true;
    std::int64_t rows = 0;  ///< positive: so many SYNTHETIC customers in place of a table
    std::int64_t rounds = 5;
    std::int64_t threads = 0;  ///< of both sides; 0: all processors
    bool offline = false;
};

/// One job: whole processes, seconds and peak megabytes of each turn.
struct TableTurns {
    std::string job;  ///< "describe"
    std::vector<double> seconds, peer_seconds, megabytes, peer_megabytes;

    [[nodiscard]] double ratio() const;         ///< of the medians of seconds: the peer's by ours
    [[nodiscard]] double memory_share() const;  ///< of the medians of peaks: ours by the peer's
};

struct TableTurnsRecord {
    std::string peer;  ///< its packages: "numpy==2.4.6 pandas==3.1.1 …"
    std::string processor, table;
    std::int64_t threads = 0, rounds = 0;
    std::vector<TableTurns> jobs;
};

/// Whether the name is that of a peer for tables: pandas, sklearn.
[[nodiscard]] bool is_table_peer(const std::string& framework);
/// The environment that serves both.
[[nodiscard]] PeerKind table_peer();

/// Runs this program and the script in turns; both sides begin once without being counted. Throws UsageError for a
/// table without target, EnvironmentError if Python or the program fails.
[[nodiscard]] TableTurnsRecord measure_table_turns(const TableTurnsOptions& options);

/// The document of docs/schema/bench-tables.json, without its "schema".
[[nodiscard]] nlohmann::ordered_json table_turns_json(const TableTurnsRecord& record);
[[nodiscard]] std::string table_turns_text(const TableTurnsRecord& record);

}  // namespace cellwise::benchmark
