// A golden case: the text of its .json file, a zero byte, then its .npz file.
#include "parity/golden_case.h"

#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(golden_case) {
    using namespace cellwise;
    const auto end = bytes.find('\0');
    if (end == std::string_view::npos) return;
    const auto path = fuzz::scratch_file("case.json", bytes.substr(0, end));
    static_cast<void>(fuzz::scratch_file("case.npz", bytes.substr(end + 1)));
    fuzz::may_refuse([&] {
        const auto golden = parity::read_golden_case(path);
        fuzz::require(golden.initial.size() == golden.after_last.size(), "a variable is missing at the end");
    });
}
