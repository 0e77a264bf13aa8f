// The documents whose command needs Keras, PyTorch or pandas, written by the same code from numbers made up here: a
// JSON object with each by its name.
#include <iostream>
#include <nlohmann/json.hpp>

#include "benchmark/build_turns.h"
#include "benchmark/speed_against.h"
#include "benchmark/table_turns.h"

int main() {
    using namespace cellwise;
    const benchmark::Timing timing{2.5, 2.25, 3.0};
    benchmark::PeerRecord peer{"Keras 3.15 on JAX", "a processor", 2, 5, 64, 200, 64, "made-up ids", true, {}};
    peer.cells.push_back({Cell::gru, timing, timing, timing, timing});
    benchmark::JobRecord job{"Keras 3.15 on JAX", "a processor", 2, 3, "imdb", {{Cell::lstm, 90.5, 0.86}}, 12.5};
    const benchmark::BuildTurnsRecord builds{
        "old/bin/cellwise", "0.1.0", "0.1.0 (abc)", "a processor", {{"lstm", "training step", {7.5, 8.5}, {9.0, 9.5}}}};
    benchmark::TableTurnsRecord tables{"pandas==3.1.1", "a processor", "customers.csv", 2, 3, {}};
    tables.jobs.push_back({"describe", {0.2, 0.1, 0.3}, {1.5, 2, 1}, {20, 21, 19}, {100, 90, 110}});
    std::cout << nlohmann::ordered_json{{"bench-peer", benchmark::peer_json(peer)},
                                        {"bench-job", benchmark::job_json(job)},
                                        {"bench-builds", benchmark::build_turns_json(builds)},
                                        {"bench-tables", benchmark::table_turns_json(tables)}}
              << '\n';
}
