// The container of a .keras file.
#include "interchange/zip.h"

#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(zip) {
    using namespace cellwise;
    constexpr std::uint64_t most_bytes = 1 << 20;
    const auto path = fuzz::scratch_file("model.keras", bytes);
    fuzz::may_refuse([&] {
        for (const auto& [name, member] : interchange::read_zip(
                 path,
                 {{"config.json", most_bytes}, {"metadata.json", most_bytes}, {"model.weights.h5", most_bytes}})) {
            fuzz::require(member.size() <= most_bytes, "a member is larger than allowed");
        }
    });
}
