#include "cli/commands/doctor_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cellwise::cli {
namespace {

std::string_view health_name(Health health) {
    switch (health) {
        case Health::good:
            return "good";
        case Health::advice:
            return "advice";
        case Health::problem:
            return "problem";
    }
    return "";
}

}  // namespace

std::string doctor_text(const std::vector<Finding>& findings) {
    std::size_t width = 0;
    for (const auto& finding : findings) width = std::max(width, finding.name.size());
    std::string text;
    for (const auto& finding : findings) {
        text += fmt::format("{:{}}  {}\n", finding.name, width, finding.value);
        if (finding.health == Health::good) continue;
        text += fmt::format("{:{}}  {} {}\n", "", width,
                            finding.health == Health::problem ? "problem:" : "advice:", finding.remedy);
    }
    const auto problems = std::count_if(findings.begin(), findings.end(),
                                        [](const Finding& finding) { return finding.health == Health::problem; });
    if (problems == 0) return text + "\nThis machine is ready.\n";
    return text + fmt::format("\n{} problem{} in the way.\n", problems, problems == 1 ? " is" : "s are");
}

nlohmann::ordered_json doctor_json(const std::vector<Finding>& findings) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& finding : findings) {
        list.push_back({{"name", finding.name},
                        {"value", finding.value},
                        {"health", health_name(finding.health)},
                        {"remedy", finding.remedy}});
    }
    return {{"healthy", problems_of(findings).empty()}, {"findings", list}};
}

std::string problems_of(const std::vector<Finding>& findings) {
    std::string text;
    for (const auto& finding : findings) {
        if (finding.health != Health::problem) continue;
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", finding.name, finding.remedy);
    }
    return text;
}

}  // namespace cellwise::cli
