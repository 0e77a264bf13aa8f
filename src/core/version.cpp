#include "core/version.h"

#include "git_revision.h"

namespace cellwise {

std::string_view program_version() { return CELLWISE_VERSION; }
std::string_view git_revision() { return CELLWISE_GIT_REVISION; }
std::string_view libtorch_version() { return CELLWISE_LIBTORCH_VERSION; }
std::string_view compiler() { return CELLWISE_COMPILER " " __VERSION__; }

}  // namespace cellwise
