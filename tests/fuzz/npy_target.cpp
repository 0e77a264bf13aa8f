// An array of an .npz file, the pickle subset of object arrays included.
#include "data/files/npy.h"

#include "data/files/pickle.h"
#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(npy) {
    using namespace cellwise;
    fuzz::may_refuse([&] {
        const auto array = data::parse_npy(std::string(bytes), "fuzz");
        if (array.dtype != data::DType::object) {
            fuzz::require(array.as_float64().size() == array.size(), "an array has other elements than its shape");
            static_cast<void>(array.as_int64());
            return;
        }
        const auto lists = data::read_integer_lists(array);
        fuzz::require(lists.size() == array.size(), "an array has other lists than its shape");
        fuzz::require(lists.offsets.back() == lists.values.size(), "the lists do not cover their numbers");
    });
}
