// A file in the place of Keras's imdb.npz.
#include "data/reviews/imdb_npz.h"
#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(npz) {
    using namespace cellwise;
    const auto path = fuzz::scratch_file("imdb.npz", bytes);
    fuzz::may_refuse([&] {
        const auto prepared = data::prepare_npz(path, "");
        for (const auto* reviews : {&prepared.train, &prepared.test}) {
            fuzz::require(reviews->offsets.size() == reviews->size() + 1, "reviews without labels");
            fuzz::require(reviews->offsets.back() == reviews->ids.size(), "the reviews do not cover their ids");
        }
    });
}
