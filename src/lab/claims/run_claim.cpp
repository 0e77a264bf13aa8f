#include "lab/claims/run_claim.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/strict_json.h"
#include "statistics/paired.h"

namespace cellwise::lab {
namespace {

constexpr std::uintmax_t most_measurement_bytes = 1 << 22;

// What a measurement depends on; another text, another measurement.
std::string conditions_of(const ClaimResult& result, models::Engine engine) {
    return fmt::format("{} | {} | {} | seeds {} | engine {} | data {}", result.claim.name, result.claim.estimand,
                       result.set_up, fmt::join(result.seeds, ","), models::engine_name(engine),
                       result.source ? result.source->sha256 : "none");
}

// JSON has no number for what is not finite (an exploded gradient's norm): it is written as null.
std::vector<double> numbers_of(const nlohmann::json& list) {
    std::vector<double> numbers;
    for (const auto& number : list) {
        numbers.push_back(number.is_null() ? std::numeric_limits<double>::quiet_NaN() : number.get<double>());
    }
    return numbers;
}

std::optional<Measurement> read_measurement(const std::filesystem::path& file, const std::string& conditions) {
    if (!is_there(file)) return {};
    const auto json = parse_strict_json(read_file(file, most_measurement_bytes), file.string());
    try {
        if (json.at("conditions").get<std::string>() != conditions) return {};
        Measurement measurement;
        measurement.values = numbers_of(json.at("values"));
        measurement.unfit = json.at("unfit").get<std::string>();
        measurement.test_over_train = json.value("test_over_train", 0.0);
        for (const auto& detail : json.at("details")) {
            measurement.details.push_back({detail.at("name").get<std::string>(), numbers_of(detail.at("values"))});
        }
        return measurement;
    } catch (const nlohmann::json::exception& error) {
        throw DataError(
            fmt::format("{}: not a claim's measurement ({}); remove it to measure again", file.string(), error.what()));
    }
}

void write_measurement(const std::filesystem::path& file, const std::string& conditions,
                       const Measurement& measurement) {
    nlohmann::ordered_json json{
        {"conditions", conditions}, {"values", measurement.values}, {"unfit", measurement.unfit}};
    if (measurement.test_over_train > 0) json["test_over_train"] = measurement.test_over_train;
    json["details"] = nlohmann::ordered_json::array();
    for (const auto& detail : measurement.details) {
        json["details"].push_back({{"name", detail.name}, {"values", detail.values}});
    }
    write_file_atomically(file, json_text(json, 2) + "\n");
}

Judgement judged(const ClaimResult& result, double confidence) {
    if (!result.measurement.unfit.empty() && result.measurement.values.empty()) {
        Judgement nothing;
        nothing.estimate = std::numeric_limits<double>::quiet_NaN();
        return nothing;
    }
    auto judgement = judge(result.claim.rule, result.claim.scale, result.measurement.values, confidence,
                           result.measurement.test_over_train);
    if (!result.measurement.unfit.empty()) {
        judgement.verdict = Verdict::undecided;
        judgement.runs_needed.reset();
    }
    return judgement;
}

}  // namespace

ClaimResult run_claim(const Claim& claim, Laboratory& lab, std::vector<std::uint64_t> seeds) {
    ClaimResult result;
    result.claim = claim;
    result.seeds = std::move(seeds);
    result.quick = lab.sizes().quick;
    result.set_up = claim.set_up(lab.sizes());
    if (claim.on_reviews) result.source = lab.dataset().source;
    if (claim.table) result.source = claim.table();
    const auto file = lab.folder() / (claim.name + ".json");
    const auto conditions = conditions_of(result, lab.engine());
    if (auto known = read_measurement(file, conditions)) {
        result.measurement = std::move(*known);
        result.from_file = true;
        log::notice(fmt::format("{}: taken from {}", claim.name, file.string()));
    } else {
        log::notice(fmt::format("{}: {}", claim.name, claim.statement));
        result.measurement = claim.measure(lab, result.seeds);
        write_measurement(file, conditions, result.measurement);
    }
    result.judgement = judged(result, 0.95);
    result.simultaneous = result.judgement.verdict;
    return result;
}

void judge_together(std::vector<ClaimResult>& results) {
    std::vector<ClaimResult*> reviews, customers;
    for (auto& result : results) {
        if (result.claim.scale == Scale::exact) continue;
        (result.claim.family == Family::customers ? customers : reviews).push_back(&result);
    }
    for (auto* result : reviews) {
        result->simultaneous = judged(*result, 1 - 0.05 / static_cast<double>(reviews.size())).verdict;
    }
    std::vector<double> p;
    for (const auto* result : customers) {
        const auto& measured = result->measurement;
        p.push_back(measured.unfit.empty() ? p_of_verdict(result->claim.rule, result->claim.scale, measured.values,
                                                          measured.test_over_train)
                                           : 1);
    }
    const auto corrected = statistics::holm(p);
    for (std::size_t i = 0; i < customers.size(); ++i) {
        customers[i]->simultaneous = corrected[i] < 0.05 ? customers[i]->judgement.verdict : Verdict::undecided;
    }
}

}  // namespace cellwise::lab
