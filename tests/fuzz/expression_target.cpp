// A feature's expression for `customers clean --feature`.
#include "data/tables/expression.h"

#include <cmath>
#include <string>

#include "data/tables/columns.h"
#include "fuzz/target.h"

namespace {

cellwise::tables::Table customers() {
    using namespace cellwise::tables;
    Table table;
    table.origin = "customers";
    table.rows = 2;
    table.columns = {numeric_column("spend", {10, std::nan("")}), numeric_column("visits", {0, 2}),
                     numeric_column("Monthly Charges", {1, 2}), level_column("plan", {"gold", std::nullopt}),
                     numeric_column("joined", {0, 19783.5})};
    table.columns.back().kind = Kind::date;
    return table;
}

}  // namespace

CELLWISE_FUZZ_TARGET(expression) {
    using namespace cellwise;
    fuzz::may_refuse([&] {
        const tables::Expression expression{std::string(bytes)};
        const auto result = expression.evaluate(customers());
        if (result.type == tables::ValueType::text) return;
        fuzz::require(result.values.size() == 2, "not one value a row");
        for (const double x : result.values) fuzz::require(!std::isinf(x), "a value is infinite");
    });
}
