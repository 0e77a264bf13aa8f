#pragma once

namespace CLI {
class App;
}

namespace cellwise::cli {

/// `cellwise data synthetic`, added to `cellwise data`.
void add_data_synthetic(CLI::App& data);

}  // namespace cellwise::cli
