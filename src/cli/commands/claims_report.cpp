#include "cli/commands/claims_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/text/table.h"

namespace cellwise::cli {
namespace {

using lab::ClaimResult;
using lab::Scale;
using lab::Verdict;

// Differences with their sign, four decimals where that shows enough.
std::string number(double value, Scale scale) {
    if (std::isnan(value)) return "–";
    const bool plain = value == 0 || (std::abs(value) >= 0.001 && std::abs(value) < 10000);
    if (!plain) return scale == Scale::difference ? fmt::format("{:+.2e}", value) : fmt::format("{:.2e}", value);
    return scale == Scale::difference ? fmt::format("{:+.4f}", value) : fmt::format("{:.4f}", value);
}

std::string interval_text(const ClaimResult& result) {
    const auto& interval = result.judgement.interval;
    if (result.measurement.values.empty()) return "not measured";
    if (!interval) return "none (one run)";
    const auto scale = result.claim.scale;
    if (scale == Scale::exact && interval->low == interval->high) return "exact";
    return fmt::format("{} to {}{}", number(interval->low, scale), number(interval->high, scale),
                       scale == Scale::exact ? " (exact, range)" : "");
}

bool is_of_folds(const ClaimResult& result) { return result.measurement.test_over_train > 0; }

std::size_t runs_of(const ClaimResult& result) { return result.measurement.values.size(); }

std::string verdict_text(const ClaimResult& result) {
    std::string text(shown_verdict(result));
    if (result.quick) return text;
    if (result.judgement.verdict != Verdict::undecided) return text;
    if (!result.measurement.unfit.empty()) return text + ": " + result.measurement.unfit;
    if (is_of_folds(result))
        return text + ": more folds of the same customers would hardly decide it, more customers would";
    if (runs_of(result) < 2) return text + ": one run leaves no interval; give two seeds or more";
    const auto needed = result.judgement.runs_needed;
    if (!needed) return text + ": no number of seeds is in sight that would decide";
    return text + fmt::format(": about {} more seeds would decide, if mean and spread stay as they are",
                              *needed - runs_of(result));
}

std::string rule_text(const lab::Claim& claim) {
    const char* how = claim.scale == Scale::exact ? "every run is" : "the 95% interval lies wholly";
    return fmt::format("supported if {} {}", how, claim.rule.text());
}

std::string interval_kind(const lab::Claim& claim) {
    const auto scale = claim.scale;
    if (scale == Scale::exact) return "exact";
    if (claim.family == lab::Family::customers) return "corrected resampled t";
    return scale == Scale::ratio ? "paired t of the logarithm" : "paired t";
}

std::string data_text(const ClaimResult& result) {
    if (!result.source) return {};
    if (result.claim.family == lab::Family::customers) {
        if (!result.source->is_synthetic()) return fmt::format("On {}.", result.source->kind);
        if (result.claim.meant == "the SYNTHETIC customers") return "On the built-in SYNTHETIC customers.";
        return fmt::format("NOT tested on {}: on the built-in SYNTHETIC customers.", result.claim.meant);
    }
    if (result.on_imdb()) return {};
    return fmt::format("NOT tested on IMDB: on {}.",
                       result.source->is_synthetic() ? "the built-in synthetic reviews" : "the given texts");
}

std::string detail_text(const lab::Detail& detail) {
    const auto summary = statistics::summarise(detail.values);
    const auto spread = summary.standard_deviation;
    if (!spread || *spread == 0) return fmt::format("{} {:.4g}", detail.name, summary.mean);
    return fmt::format("{} {:.4g} ± {:.2g}", detail.name, summary.mean, *spread);
}

std::string details_text(const lab::Measurement& measurement) {
    std::vector<std::string> parts;
    for (const auto& detail : measurement.details) parts.push_back(detail_text(detail));
    return fmt::format("{}", fmt::join(parts, "; "));
}

std::string measured_text(const ClaimResult& result) {
    return fmt::format("{}: {}, interval {} ({}, {} {}{})", result.claim.estimand,
                       number(result.judgement.estimate, result.claim.scale), interval_text(result),
                       interval_kind(result.claim), runs_of(result), is_of_folds(result) ? "fold" : "run",
                       runs_of(result) == 1 ? "" : "s");
}

/// What the intervals of one family say, and what becomes of its verdicts together.
std::string judged_text(const std::vector<ClaimResult>& results, lab::Family family) {
    std::size_t by_chance = 0;
    std::vector<std::string> lost;
    for (const auto& result : results) {
        if (result.claim.scale == Scale::exact || result.claim.family != family) continue;
        ++by_chance;
        if (result.simultaneous != result.judgement.verdict) lost.push_back(result.claim.name);
    }
    if (by_chance == 0 && family == lab::Family::customers) return {};
    const bool of_folds = family == lab::Family::customers;
    std::string text =
        of_folds
            ? "Each verdict about customers stands by its own 95% interval over folds, corrected for the rows that "
              "folds share (± is the standard deviation)."
            : "Each verdict stands by its own 95% interval over seeds (± is the standard deviation); the intervals "
              "are not simultaneous.";
    if (by_chance > 1) {
        text += fmt::format(" {} all {} {}, {}.", of_folds ? "With" : "Widened so that", by_chance,
                            of_folds ? "judged together (Holm)" : "hold together with 95% (Bonferroni)",
                            lost.empty() ? "every verdict stays"
                                         : fmt::format("these verdicts become undecided: {}", fmt::join(lost, ", ")));
    }
    return text;
}

bool has_reviews(const std::vector<ClaimResult>& results) {
    return std::any_of(results.begin(), results.end(),
                       [](const auto& result) { return result.claim.family == lab::Family::reviews; });
}

// What the reader must know to trust the table.
std::string closing_text(const std::vector<ClaimResult>& results) {
    std::string text =
        "This was a quick look, with small models, few reviews or customers and few seeds: it shows what is measured, "
        "and judges "
        "nothing. Leave --quick out for a verdict.";
    if (std::none_of(results.begin(), results.end(), [](const ClaimResult& result) { return result.quick; })) {
        text = has_reviews(results) ? judged_text(results, lab::Family::reviews) : "";
        const auto customers = judged_text(results, lab::Family::customers);
        text += (text.empty() || customers.empty() ? "" : "\n") + customers;
    }
    if (std::any_of(results.begin(), results.end(), [](const ClaimResult& result) {
            return result.claim.family == lab::Family::reviews && result.source && !result.on_imdb();
        })) {
        text += "\nNo IMDB reviews were used: what the claims say of IMDB is not tested here.";
    }
    return text + "\n";
}

report::Table verdict_table(const std::vector<ClaimResult>& results) {
    using Align = report::Table::Align;
    report::Table table({{"claim", Align::left},
                         {"verdict", Align::left},
                         {"estimate"},
                         {"95% interval"},
                         {"unit", Align::left},
                         {"true if", Align::left},
                         {"runs"}});
    for (const auto& result : results) {
        table.add_row({result.claim.name, std::string(shown_verdict(result)),
                       number(result.judgement.estimate, result.claim.scale), interval_text(result), result.claim.unit,
                       result.claim.rule.text(), fmt::format("{}", runs_of(result))});
    }
    return table;
}

}  // namespace

std::string_view shown_verdict(const ClaimResult& result) {
    return result.quick ? "not judged" : lab::verdict_name(result.judgement.verdict);
}

std::string claims_text(const std::vector<ClaimResult>& results) {
    std::string text = verdict_table(results).text();
    for (const auto& result : results) {
        text += fmt::format("\n{}: {}\n  \"{}\"\n  {}; {}\n  {}\n", result.claim.name, verdict_text(result),
                            result.claim.statement, measured_text(result), rule_text(result.claim), result.set_up);
        if (!result.measurement.details.empty()) text += "  " + details_text(result.measurement) + "\n";
        if (const auto data = data_text(result); !data.empty()) text += "  " + data + "\n";
    }
    return text + "\n" + closing_text(results);
}

std::string claims_markdown(const std::vector<ClaimResult>& results) {
    std::string text =
        "| claim | verdict | estimate | 95% interval | unit | true if | runs |\n| --- | --- | ---: | ---: | --- | --- "
        "| ---: |\n";
    for (const auto& result : results) {
        text += fmt::format("| [{0}](#{0}) | {1} | {2} | {3} | {4} | {5} | {6} |\n", result.claim.name,
                            shown_verdict(result), number(result.judgement.estimate, result.claim.scale),
                            interval_text(result), result.claim.unit, result.claim.rule.text(), runs_of(result));
    }
    text += "\n" + closing_text(results);
    for (const auto& result : results) {
        text += fmt::format("\n### {}\n**{}** — {}\n\n- Measured: {}; {}.\n- Done: {}\n- Seeds: {}\n",
                            result.claim.name, result.claim.statement, verdict_text(result), measured_text(result),
                            rule_text(result.claim), result.set_up, fmt::join(result.seeds, ", "));
        if (!result.measurement.details.empty()) text += "- " + details_text(result.measurement) + "\n";
        if (const auto data = data_text(result); !data.empty()) text += "- " + data + "\n";
    }
    return text;
}

nlohmann::ordered_json claims_json(const std::vector<ClaimResult>& results) {
    auto claims = nlohmann::ordered_json::array();
    for (const auto& result : results) {
        const auto& judgement = result.judgement;
        nlohmann::ordered_json json{
            {"name", result.claim.name},
            {"statement", result.claim.statement},
            {"verdict", result.quick ? nlohmann::ordered_json(nullptr) : lab::verdict_name(judgement.verdict)},
            {"estimate", judgement.estimate},
            {"low", nullptr},
            {"high", nullptr},
            {"unit", result.claim.unit},
            {"runs", runs_of(result)},
            {"runs_needed", nullptr},
            {"estimand", result.claim.estimand},
            {"true_if", result.claim.rule.text()},
            {"interval", interval_kind(result.claim)},
            {"simultaneous_verdict",
             result.quick ? nlohmann::ordered_json(nullptr) : lab::verdict_name(result.simultaneous)},
            {"unfit", result.measurement.unfit},
            {"set_up", result.set_up},
            {"quick", result.quick},
            {"data", result.source ? result.source->kind : "none"},
            {"seeds", result.seeds},
            {"values", result.measurement.values},
            {"details", nlohmann::ordered_json::array()}};
        if (judgement.interval) {
            json["low"] = judgement.interval->low;
            json["high"] = judgement.interval->high;
        }
        if (judgement.runs_needed) json["runs_needed"] = *judgement.runs_needed;
        for (const auto& detail : result.measurement.details) {
            json["details"].push_back({{"name", detail.name}, {"values", detail.values}});
        }
        claims.push_back(std::move(json));
    }
    return {{"claims", std::move(claims)}};
}

std::string claims_list(const std::vector<lab::Claim>& claims) {
    report::Table table({{"claim", report::Table::Align::left}, {"statement", report::Table::Align::left}, {"seeds"}});
    for (const auto& claim : claims) table.add_row({claim.name, claim.statement, fmt::format("{}", claim.seeds)});
    return table.text();
}

std::string claims_explained(const std::vector<lab::Claim>& claims, const lab::Sizes& sizes) {
    std::string text;
    for (const auto& claim : claims) {
        text += fmt::format(
            "{}\n  statement  {}\n  measured   {} ({}; {})\n  verdict    {}; contradicted if wholly not; else "
            "undecided\n"
            "  set-up     {}\n  seeds      {}\n\n",
            claim.name, claim.statement, claim.estimand, claim.unit, interval_kind(claim), rule_text(claim),
            claim.set_up(sizes), sizes.quick ? std::min(claim.seeds, lab::quick_seeds) : claim.seeds);
    }
    return text;
}

}  // namespace cellwise::cli
