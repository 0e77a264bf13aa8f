#pragma once

#include <cstdint>
#include <memory>

#include "core/communicator.h"
#include "core/error.h"

namespace cellwise::distributed {

/// Joins the processes that mpirun or srun started. One process alone is served too. The connection ends
/// with the object, unless an exception does: then leave_after_error() says how. A program may join once. Throws
/// EnvironmentError if it was built without MPI or MPI cannot start.
[[nodiscard]] std::unique_ptr<Communicator> join_processes();

/// Whether the program was built with MPI; which one, as it describes itself ("Open MPI v4.1.4, …"), else "".
[[nodiscard]] bool has_mpi();
[[nodiscard]] const char* mpi_version();

/// This process's number among those that were joined; 0 where none were.
[[nodiscard]] int own_rank();

/// Leaves the joined processes after an exception. Where all of them have the same one (`together`) this returns.
/// Otherwise it ends all of them, with this exit code, because the others would wait for ever; it returns where
/// there is only this one.
void leave_after_error(ExitCode code, bool together);

/// How many processor threads this process should compute with, so that the processes of one machine share
/// its processors: each processor that this process may use counts by the share of it that is not used by
/// others. At least 1.
[[nodiscard]] std::int64_t fair_threads(Communicator& processes);

}  // namespace cellwise::distributed
