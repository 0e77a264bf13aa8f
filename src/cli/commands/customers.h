#pragma once

#include <string>
#include <utility>
#include <vector>

#include "data/tables/table_file.h"

namespace CLI {
class App;
}

namespace cellwise::cli {

/// The command `customers`, without its subcommands.
CLI::App& add_customers_command(CLI::App& app);

// Each adds one subcommand to `customers`.
void add_customers_describe(CLI::App& customers);
void add_customers_clean(CLI::App& customers);
void add_customers_synthetic(CLI::App& customers);

/// The flags that say how a table is read, which all subcommands share.
struct CustomerTableFlags {
    std::string table;                 ///< empty: the synthetic one
    std::vector<std::string> columns;  ///< NAME=KIND
    std::vector<std::string> missing_values;
    std::string encoding, delimiter, quoting = "auto", id_column;
    bool no_header = false;
};
void add_customer_table_flags(CLI::App& command, CustomerTableFlags& flags);
/// Throws UsageError naming the flag.
[[nodiscard]] tables::ReadOptions read_options(const CustomerTableFlags& flags);

}  // namespace cellwise::cli
