#include "benchmark/against.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "benchmark/child_process.h"
#include "benchmark/fused_side.h"
#include "benchmark/peer_file.h"
#include "benchmark/temporary_folder.h"
#include "core/error.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/processor.h"
#include "core/safetensors.h"
#include "core/stopwatch.h"
#include "data/reviews/dataset.h"
#include "learning/device.h"

namespace cellwise::benchmark {
namespace {

constexpr std::size_t shared_batch_count = 32;
constexpr std::int64_t peer_steps_per_round = 5;

void add_split(std::vector<StoredTensor>& tensors, const std::string& name, const data::PaddedReviews& reviews) {
    const auto rows = static_cast<std::int64_t>(reviews.size());
    tensors.push_back(
        store_tensor<std::int32_t>(name + "_ids", {rows, static_cast<std::int64_t>(reviews.length)}, reviews.ids));
    tensors.push_back(store_tensor<std::uint8_t>(name + "_labels", {rows}, reviews.labels));
}

void check_that_both_agree(FusedSide& fused, Peer& peer) {
    const auto theirs = peer.ask("probabilities", 0).at("probabilities").get<std::vector<float>>();
    const auto ours = fused.first_probabilities().contiguous();
    if (!ours.allclose(torch::tensor(theirs), 1e-4, 2e-5)) {
        throw CheckFailed(
            fmt::format("{} and the fused engine predict differently from the same weights", peer.name()));
    }
}

benchmark::PeerSpeed measure_cell(Cell cell, const Shape& shape, const BatchSource& source,
                                  const std::filesystem::path& python, const AgainstOptions& options, int threads,
                                  std::string& peer_name) {
    const TemporaryFolder folder;
    const auto batches = source.batches(shape, shared_batch_count);
    FusedSide fused(cell, shape, batches, threads, false);
    const auto file = folder.path() / "work";
    write_safetensors(file, peer_tensors(fused.model(), batches, shape), peer_settings(cell, shape));
    log::detail(fmt::format("measuring {}", cell_title(cell)));
    Peer peer(options.peer, python, file, threads);
    peer_name = peer.name();
    check_that_both_agree(fused, peer);
    // The first call compiles.
    (void)peer.ask("train", 1);
    (void)peer.ask("forward", 1);
    std::vector<double> train, forward;
    for (std::int64_t round = 0; round < options.speed.rounds; ++round) {
        fused.run();
        train.push_back(peer.ask("train", peer_steps_per_round).at("ms").get<double>());
        forward.push_back(peer.ask("forward", peer_steps_per_round).at("ms").get<double>());
    }
    return {cell, fused.train(), fused.forward(), benchmark::Timing::of(train), benchmark::Timing::of(forward)};
}

}  // namespace

benchmark::PeerRecord measure_against(const AgainstOptions& options) {
    options.speed.validate();
    const auto shapes = options.speed.shapes();
    if (shapes.size() != 1) throw UsageError("--against measures one shape: give one size of each kind");
    const auto python = peer_python(options.peer, options.offline);
    const BatchSource source(options.speed.data);
    const auto threads = static_cast<int>(learning::set_threads(options.speed.threads));
    benchmark::PeerRecord record;
    record.processor = processor_with_count();
    record.threads = threads;
    record.rounds = options.speed.rounds;
    record.batch_size = shapes[0].batch_size;
    record.length = shapes[0].length;
    record.hidden_size = shapes[0].hidden_size;
    record.data = source.description();
    record.generated = source.generated();
    for (const Cell cell : options.speed.cells) {
        record.cells.push_back(measure_cell(cell, shapes[0], source, python, options, threads, record.peer));
    }
    return record;
}

benchmark::JobRecord measure_job(const AgainstOptions& options, std::int64_t epochs,
                                 const std::function<double()>& run_job) {
    const auto python = peer_python(options.peer, options.offline);
    const BatchSource source(options.speed.data);
    const auto threads = static_cast<int>(learning::set_threads(options.speed.threads));
    const Shape shape;
    const auto batches = source.batches(shape, 1);
    benchmark::JobRecord record;
    record.processor = processor_with_count();
    record.threads = threads;
    record.epochs = epochs;
    record.data = source.description();
    for (const Cell cell : options.speed.cells) {
        const TemporaryFolder folder;
        const auto file = folder.path() / "work";
        {
            FusedSide initial(cell, shape, batches, threads, false);
            auto tensors = peer_tensors(initial.model(), batches, shape);
            add_split(tensors, "train", source.padded_train(shape.length));
            add_split(tensors, "test", source.padded_test(shape.length));
            write_safetensors(file, tensors, peer_settings(cell, shape));
        }
        Peer peer(options.peer, python, file, threads);
        record.peer = peer.name();
        log::notice(fmt::format("{}: {} epochs of {}", peer.name(), epochs, cell_title(cell)));
        const auto answer = peer.ask("fit", epochs);
        record.peer_jobs.push_back({cell, answer.at("seconds").get<double>(), answer.at("accuracy").get<double>()});
    }
    log::notice("cellwise compare: the same cells");
    record.product_seconds = run_job();
    return record;
}

double time_this_program(const std::vector<std::string>& arguments) {
    const TemporaryFolder folder;
    std::vector<std::string> words{own_program()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.insert(words.end(), {"--output", (folder.path() / "run").string()});
    const auto log = folder.path() / "log";
    const Stopwatch watch;
    const int code = run_child(words, log);
    const double seconds = watch.seconds();
    if (code != 0) throw EnvironmentError(fmt::format("cellwise compare failed{}", last_lines(log, 4)));
    return seconds;
}

}  // namespace cellwise::benchmark
