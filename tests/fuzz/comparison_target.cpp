// A comparison.json that `report` and `reproduction` read, and recorded runs, one a line.
#include "fuzz/target.h"
#include "parity/reproduction.h"

CELLWISE_FUZZ_TARGET(comparison) {
    using namespace cellwise;
    fuzz::may_refuse([&] {
        const auto comparison = records::read_comparison(bytes, "fuzz");
        fuzz::require(!comparison.runs.empty(), "a comparison without runs");
        parity::require_tutorial(comparison, "fuzz");
    });
    fuzz::may_refuse([&] {
        for (const auto& run : parity::read_reference_runs(bytes, "fuzz")) {
            fuzz::require(!run.epochs.empty(), "a run without epochs");
        }
    });
}
