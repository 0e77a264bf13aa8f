// The HDF5 image of weights. HDF5's own code is not instrumented and crashes on hostile bytes, which is why the product
// reads it in a child process: so does this target, with tighter limits. What counts is that the parent always gets the
// variables or a DataError.
#include "interchange/hdf5_file.h"

#include "fuzz/child_outcome.h"
#include "fuzz/target.h"
#include "interchange/limited_process.h"

CELLWISE_FUZZ_TARGET(hdf5) {
    using namespace cellwise;
    fuzz::let_children_crash();
    const auto read = [&] {
        std::string outcome;
        interchange::Hdf5File file(bytes, "fuzz");
        for (const auto& text : file.texts("/", "layer_names").value_or(std::vector<std::string>())) outcome += text;
        outcome += file.text("/", "model_config").value_or("");
        for (const auto& [path, variable] : file.read("layers")) {
            std::size_t values = 1;
            for (const auto size : variable.shape) values *= static_cast<std::size_t>(size);
            fuzz::require(values == variable.values.size(), "a variable has other values than its shape");
            outcome += path + ";";
        }
        return outcome + ".";
    };
    try {
        fuzz::report_outcome(interchange::run_in_limited_process(
            read, "fuzz", {.memory_bytes = std::uint64_t{1} << 30, .most_result_bytes = 1 << 26, .seconds = 2}));
    } catch (const DataError& error) {
        fuzz::report_outcome(error.what());
    }
}
