#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/error.h"

// A fuzz target gives arbitrary bytes to one reader. In the preset "fuzz" each is a program of its own, which libFuzzer
// feeds; in every other build all of them are linked to one test, which feeds the files of tests/fuzz/corpus.
namespace cellwise::fuzz {

using Target = void (*)(std::string_view bytes);

/// All targets of this program by name. Made by CELLWISE_FUZZ_TARGET.
[[nodiscard]] inline std::map<std::string, Target>& targets() {
    static std::map<std::string, Target> all;
    return all;
}

/// A reader may refuse its bytes with a message for the user. An InternalError and whatever is no
/// cellwise::Error is a finding: it leaves the target.
template <class Read>
void may_refuse(Read&& read) {
    try {
        read();
    } catch (const InternalError&) {
        throw;
    } catch (const Error&) {
    }
}

/// What must hold of everything that a reader accepts.
inline void require(bool holds, const char* what) {
    if (!holds) throw std::logic_error(what);
}

/// Writes a file of this process's own in the folder for temporary files, over what it held.
[[nodiscard]] std::filesystem::path scratch_file(const std::string& name, std::string_view bytes);

/// Gives one input to a target. More than five seconds of processor time are a finding: libFuzzer's own limit counts
/// those on the wall, which pass on a busy machine without any work.
inline void run(Target target, std::string_view bytes) {
    constexpr std::clock_t most_seconds = 5;
    const auto start = std::clock();
    target(bytes);
    require(std::clock() - start <= most_seconds * CLOCKS_PER_SEC, "one input took more than five seconds to read");
}

}  // namespace cellwise::fuzz

#ifdef CELLWISE_LIBFUZZER
#define CELLWISE_FUZZ_TARGET(name)                                                        \
    static void name##_target(std::string_view bytes);                                    \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);    \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {   \
        cellwise::fuzz::run(&name##_target, {reinterpret_cast<const char*>(data), size}); \
        return 0;                                                                         \
    }                                                                                     \
    static void name##_target(std::string_view bytes)
#else
#define CELLWISE_FUZZ_TARGET(name)                                                                       \
    static void name##_target(std::string_view bytes);                                                   \
    static const bool name##_is_known = cellwise::fuzz::targets().emplace(#name, &name##_target).second; \
    static void name##_target(std::string_view bytes)
#endif
