// The weights of one cell for `gates --weights`.
#include "lab/weights_file.h"

#include <nlohmann/json.hpp>

#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(weights_file) {
    using namespace cellwise;
    const auto written = [](const lab::CellWeights& weights) {
        return std::visit([](const auto& cell) { return lab::weights_document(cell).dump(); }, weights);
    };
    fuzz::may_refuse([&] {
        const auto text = written(lab::read_weights_file(fuzz::scratch_file("weights.json", bytes)));
        fuzz::require(written(lab::read_weights_file(fuzz::scratch_file("again.json", text))) == text,
                      "a weight changed on the way out and back");
    });
}
