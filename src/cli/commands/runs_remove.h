#pragma once

namespace CLI {
class App;
}

namespace cellwise::cli {

/// `cellwise runs remove`.
void add_runs_remove(CLI::App& runs);

}  // namespace cellwise::cli
