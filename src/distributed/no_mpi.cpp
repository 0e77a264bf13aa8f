// Stands in for mpi.cpp where MPI was not found at build time.
#include "core/error.h"
#include "distributed/processes.h"

namespace cellwise::distributed {

std::unique_ptr<Communicator> join_processes() {
    throw EnvironmentError(
        "--distributed: this program was built without MPI: install an MPI (Debian: libopenmpi-dev, openmpi-bin) and "
        "build again (docs/distributed.md)");
}

bool has_mpi() { return false; }
const char* mpi_version() { return ""; }
int own_rank() { return 0; }
void leave_after_error(ExitCode, bool) {}

}  // namespace cellwise::distributed
