#pragma once

namespace CLI {
class App;
}

namespace cellwise::cli {

// Each function adds one subcommand to the program: its flags, its help and, as a callback, the work.
// The callback throws a cellwise::Error when something is wrong; main() turns it into a message and
// an exit code.

}  // namespace cellwise::cli
