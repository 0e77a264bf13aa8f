#pragma once

#include <string_view>

namespace cellwise {

/// What main does before anything else: a standard descriptor (0, 1, 2) that is closed is opened on /dev/null, so
/// that no file of ours gets its number, and a pipe that nobody reads is an error of the write (EPIPE) instead of a
/// signal that ends the program.
void prepare_standard_streams() noexcept;

/// Writes to standard error what people may read while the program works. It never fails and never waits for long: a
/// full disk, a reader that has ended and a terminal that was closed must not decide about the work.
void say(std::string_view text) noexcept;

/// Writes results to standard output. After the first failure it writes nothing more: the work goes on, so that
/// files are written all the same, and the program ends as output_failure() says.
void put_out(std::string_view text) noexcept;

/// The errno of the first failure of put_out(); 0 if all was written.
[[nodiscard]] int output_failure() noexcept;

/// Ends the program by SIGPIPE, as Unix programs end whose output nobody wants any more: quietly, 141 in a shell.
[[noreturn]] void end_by_broken_pipe() noexcept;

/// In a child, before it becomes another program: gives SIGPIPE back, which other programs expect.
void restore_broken_pipe_signal() noexcept;

}  // namespace cellwise
