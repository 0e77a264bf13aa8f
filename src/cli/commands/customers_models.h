#pragma once

#include "tasks/customers/model.h"

namespace CLI {
class App;
}

namespace cellwise::cli {

// The subcommands of `cellwise customers` that fit models and ask them. Each adds itself to the command `customers`.
// `kinds` are the models that there are: customers::plain_model_kinds(), and LibTorch's behind them.

void add_customers_compare(CLI::App& customers, const customers::ModelKinds& kinds = customers::plain_model_kinds());
void add_customers_train(CLI::App& customers, const customers::ModelKinds& kinds = customers::plain_model_kinds());
void add_customers_tune(CLI::App& customers, const customers::ModelKinds& kinds = customers::plain_model_kinds());
void add_customers_leaderboard(CLI::App& customers, const customers::ModelKinds& kinds);
void add_customers_predict(CLI::App& customers, const customers::ModelKinds& kinds = customers::plain_model_kinds());
void add_customers_explain(CLI::App& customers, const customers::ModelKinds& kinds = customers::plain_model_kinds());

}  // namespace cellwise::cli
