#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace cellwise::interchange {

/// What a child process may use up.
struct ProcessLimits {
    std::uint64_t memory_bytes = std::uint64_t{5} << 30;  ///< beyond what the parent has mapped
    std::uint64_t most_result_bytes = std::uint64_t{2} << 30;
    int seconds = 60;
};

/// Runs `work` in a child process, so that whatever it does to itself (a crash of a parser, memory,
/// time) stays there, and returns the bytes that it returned. The child cannot write files.
///
/// A cellwise::DataError of `work` is thrown again here with its message; a crash or a limit reached
/// becomes a DataError that begins with `subject` (the file); EnvironmentError if no process can be
/// started. Call it while no other thread holds locks that `work` needs.
[[nodiscard]] std::string run_in_limited_process(const std::function<std::string()>& work, std::string_view subject,
                                                 const ProcessLimits& limits = {});

}  // namespace cellwise::interchange
