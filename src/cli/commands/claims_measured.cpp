#include "cli/commands/claims_measured.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>

#include "claims_document.h"
#include "cli/terminal/help_text.h"
#include "core/error.h"
#include "report/text/table.h"

namespace cellwise::cli {
namespace {

constexpr std::string_view heading = "## Measured\n";
constexpr std::string_view measured_on = "Measured on ";
constexpr std::string_view measured_by = " with Cellwise ";

std::string between(std::string_view text, std::string_view before, std::string_view after) {
    const auto begin = text.find(before);
    const auto end = begin == text.npos ? begin : text.find(after, begin + before.size());
    if (end == text.npos) {
        throw InternalError(
            fmt::format("a document of measured claims: there is no '{}' with '{}' behind it", before, after));
    }
    return std::string(text.substr(begin + before.size(), end - begin - before.size()));
}

/// "| [name](#name) | supported | … |", taken apart.
MeasuredClaim claim_of_row(std::string_view row) {
    std::vector<std::string> cells;
    std::istringstream text{std::string(row.substr(2, row.size() - 4))};
    for (std::string cell; std::getline(text, cell, '|');) {
        const auto first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
        cells.push_back(first == cell.npos ? "" : cell.substr(first, last - first + 1));
    }
    if (cells.size() != 7)
        throw InternalError(fmt::format("a document of measured claims: a row has {} cells: {}", cells.size(), row));
    return {between(cells[0], "[", "]"), cells[1], cells[2], cells[3], cells[4], cells[5], cells[6]};
}

std::string family_text(const MeasuredClaims& measured) {
    using Align = report::Table::Align;
    report::Table table({{"claim", Align::left}, {"verdict", Align::left}, {"estimate"}});
    for (const auto& claim : measured.claims) {
        table.add_row({claim.name, claim.verdict, fmt::format("{} {}", claim.estimate, claim.unit)});
    }
    auto set_up = measured.set_up;
    std::ranges::replace(set_up, '\n', ' ');  // the document's lines are longer than a terminal's
    return fmt::format("{}\n{}\n", table.text(), wrapped(set_up));
}

void add_claims(nlohmann::ordered_json& claims, const MeasuredClaims& measured) {
    for (const auto& claim : measured.claims) {
        claims.push_back({{"name", claim.name},
                          {"verdict", claim.verdict},
                          {"estimate", std::stod(claim.estimate)},
                          {"interval", claim.interval},
                          {"unit", claim.unit},
                          {"true_if", claim.true_if},
                          {"runs", std::stoi(claim.runs)}});
    }
}

nlohmann::ordered_json origin_json(const MeasuredClaims& measured) {
    return {{"date", measured.date}, {"version", measured.version}, {"set_up", measured.set_up}};
}

}  // namespace

MeasuredClaims read_measured_claims(std::string_view document) {
    const auto begin = document.find(heading);
    if (begin == document.npos) throw InternalError("a document of measured claims has no section 'Measured'");
    const auto section = document.substr(begin);
    MeasuredClaims measured;
    measured.date = between(section, measured_on, measured_by);
    measured.version = between(section, measured_by, ".\n");
    measured.set_up = between(section, heading, "\n\n");
    std::istringstream lines{std::string(section)};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("| [")) measured.claims.push_back(claim_of_row(line));
    }
    return measured;
}

AllMeasuredClaims measured_claims() {
    return {read_measured_claims(claims_document), read_measured_claims(customer_claims_document),
            read_measured_claims(search_claims_document)};
}

std::string measured_claims_text(const AllMeasuredClaims& measured) {
    return fmt::format(
        "{}\n{}\n{}\nThese tables were measured before, not now.\n"
        "Intervals, rules and set-ups: docs/claims.md, docs/claims-customers.md,\ndocs/claims-search.md.\n"
        "To measure here: cellwise claims NAME…, or cellwise claims --all --results DIR\n",
        family_text(measured.reviews), family_text(measured.customers), family_text(measured.searches));
}

nlohmann::ordered_json measured_claims_json(const AllMeasuredClaims& measured) {
    auto claims = nlohmann::ordered_json::array();
    add_claims(claims, measured.reviews);
    add_claims(claims, measured.customers);
    add_claims(claims, measured.searches);
    return {{"measured", origin_json(measured.reviews)},
            {"measured_customers", origin_json(measured.customers)},
            {"measured_searches", origin_json(measured.searches)},
            {"claims", std::move(claims)}};
}

}  // namespace cellwise::cli
