#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/commands/customers.h"
#include "cli/commands/customers_models.h"
#include "tasks/customers/network_kinds.h"

namespace cellwise::cli {

void add_customers(CLI::App& app) {
    auto& customers = add_customers_command(app);
    const auto kinds = customers::all_model_kinds();
    add_customers_describe(customers);
    add_customers_clean(customers);
    add_customers_compare(customers, kinds);
    add_customers_train(customers, kinds);
    add_customers_tune(customers, kinds);
    add_customers_leaderboard(customers, kinds);
    add_customers_predict(customers, kinds);
    add_customers_explain(customers, kinds);
    add_customers_synthetic(customers);
}

}  // namespace cellwise::cli
