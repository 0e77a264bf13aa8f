// gpu_speed DEVICE DATA ROUNDS FOLDER CELL,BATCH,HIDDEN…: what training steps and forward batches of these shapes take
// on a device, as JSON on standard output. DATA: reviews, or "synthetic". For each shape FOLDER gets a file with the
// same batches and initial weights, CELL-BATCH-HIDDEN.safetensors, for scripts/gpu_peer.py to do the same work with
// PyTorch. scripts/gpu_kit.sh packs this program.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "benchmark/device_speed.h"
#include "benchmark/measure.h"
#include "benchmark/peer_file.h"
#include "core/error.h"
#include "learning/device.h"
#include "settings/setting_text.h"

namespace cellwise {
namespace {

constexpr std::size_t batch_count = 32;  // different batches, one after the other in each round

struct Wanted {
    Cell cell = Cell::lstm;
    benchmark::Shape shape;
};

Wanted parse(const std::string& text) {
    const auto parts = settings::split(text);
    if (parts.size() != 3) throw UsageError(fmt::format("'{}' must be CELL,BATCH,HIDDEN", text));
    Wanted wanted;
    wanted.cell = parse_cell(parts[0]);
    wanted.shape.batch_size = settings::integer(parts[1], "BATCH");
    wanted.shape.hidden_size = settings::integer(parts[2], "HIDDEN");
    return wanted;
}

void run(const std::vector<std::string>& arguments) {
    if (arguments.size() < 5) throw UsageError("usage: gpu_speed DEVICE DATA ROUNDS FOLDER CELL,BATCH,HIDDEN…");
    const auto device = learning::resolve_device(arguments[0]);
    learning::set_threads(0);
    learning::set_gpu_arithmetic(/*deterministic=*/false, /*tf32=*/false);
    data::DataOptions data;
    data.path = arguments[1];
    const benchmark::BatchSource source(data);
    const auto rounds = settings::integer(arguments[2], "ROUNDS");
    const std::filesystem::path folder = arguments[3];
    nlohmann::ordered_json document{{"data", source.description()}, {"shapes", nlohmann::ordered_json::array()}};
    for (std::size_t i = 4; i < arguments.size(); ++i) {
        const auto wanted = parse(arguments[i]);
        const auto batches = source.batches(wanted.shape, batch_count);
        const auto name = fmt::format("{}-{}-{}.safetensors", cell_name(wanted.cell), wanted.shape.batch_size,
                                      wanted.shape.hidden_size);
        write_safetensors(
            folder / name,
            benchmark::peer_tensors(benchmark::device_classifier(wanted.cell, wanted.shape), batches, wanted.shape),
            benchmark::peer_settings(wanted.cell, wanted.shape));
        const auto speed = benchmark::measure_on_device(wanted.cell, wanted.shape, batches, device, rounds);
        auto json = benchmark::device_speed_json(speed);
        json["file"] = name;
        json["probabilities"] = speed.probabilities;
        document["shapes"].push_back(json);
    }
    fmt::print("{}\n", document.dump());
}

}  // namespace
}  // namespace cellwise

int main(int argc, char** argv) {
    try {
        cellwise::run({argv + 1, argv + argc});
    } catch (const cellwise::Error& error) {
        fmt::print(stderr, "gpu_speed: error: {}\n", error.what());
        return static_cast<int>(error.exit_code());
    } catch (const std::exception& error) {
        fmt::print(stderr, "gpu_speed: error: {}\n", error.what());
        return 70;
    }
}
