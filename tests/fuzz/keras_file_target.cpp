// A .keras or .weights.h5 file the whole way that `import` goes, with its child process.
#include "interchange/keras_file.h"

#include "fuzz/child_outcome.h"
#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(keras_file) {
    using namespace cellwise;
    fuzz::let_children_crash();
    const auto path = fuzz::scratch_file("model.keras", bytes);
    try {
        const auto model = interchange::read_keras_file(path);
        for (const auto& place : interchange::variable_places(model.options)) {
            fuzz::require(model.variables.at(place.name).shape == place.shape, "a variable does not fit its layer");
        }
        fuzz::report_outcome(interchange::encode_keras_file(model));
    } catch (const DataError& error) {
        fuzz::report_outcome(error.what());
    }
}
