#pragma once

namespace CLI {
class App;
}

namespace cellwise::cli {

/// Lets every command below `app` refuse, with UsageError and before it works, to write its results over a file that
/// it is given to read, or two results into one file.
void guard_inputs(CLI::App& app);

}  // namespace cellwise::cli
