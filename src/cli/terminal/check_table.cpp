#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/terminal/check_table.h"
#include "core/error.h"
#include "lab/matrix.h"
#include "report/text/table.h"
#include "report/text/vector_text.h"

namespace cellwise::cli {

std::string check_text(const std::vector<CheckRow>& rows) {
    using Align = report::Table::Align;
    report::Table table({{"compared", Align::left},
                         {"with", Align::left},
                         {"precision", Align::left},
                         {"largest difference"},
                         {"tolerance"},
                         {"verdict", Align::left}});
    for (const auto& row : rows) {
        table.add_row({row.what, row.against, row.precision, fmt::format("{:.2e}", row.comparison.largest_difference()),
                       fmt::format("{:.2e}", row.comparison.tolerance()),
                       row.comparison.agrees() ? "agrees" : "DIFFERS"});
    }
    return table.text();
}

nlohmann::ordered_json check_json(const std::vector<CheckRow>& rows) {
    auto checks = nlohmann::ordered_json::array();
    for (const auto& row : rows) {
        checks.push_back({{"compared", row.what},
                          {"against", row.against},
                          {"precision", row.precision},
                          {"largest_difference", row.comparison.largest_difference()},
                          {"tolerance", row.comparison.tolerance()},
                          {"agrees", row.comparison.agrees()}});
    }
    return checks;
}

std::string verdict(const std::vector<CheckRow>& rows) {
    return std::ranges::all_of(rows, [](const auto& row) { return row.comparison.agrees(); }) ? "agrees" : "differs";
}

void require_agreement(const std::vector<CheckRow>& rows) {
    for (const auto& row : rows) {
        if (row.comparison.agrees()) continue;
        throw CheckFailed(fmt::format("{} differs from {} by {:.3g} in {}; the tolerance is {:.3g}", row.what,
                                      row.against, row.comparison.largest_difference(), row.precision,
                                      row.comparison.tolerance()));
    }
}

std::string vector_line(const std::vector<double>& values, bool float32) {
    return float32 ? report::vector_text(lab::convert<float>(values)) : report::vector_text(values);
}

}  // namespace cellwise::cli
