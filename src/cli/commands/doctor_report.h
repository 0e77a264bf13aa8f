#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace cellwise::cli {

/// How a part of the machine stands: fine; works, but something better is missing; stands in the way of the
/// work that was asked about.
enum class Health { good, advice, problem };

/// One line of `doctor`.
struct Finding {
    std::string name;   ///< what was looked at: "processor", "GPU"
    std::string value;  ///< what it is
    Health health = Health::good;
    std::string remedy;  ///< what to do, where it is not good
};

/// For people: a line a finding, remedies below what they are for, and a closing line.
[[nodiscard]] std::string doctor_text(const std::vector<Finding>& findings);

/// {"healthy", "findings": [{"name", "value", "health": "good" | "advice" | "problem", "remedy"}]}.
[[nodiscard]] nlohmann::ordered_json doctor_json(const std::vector<Finding>& findings);

/// The problems in one line, for an error message; empty if there is none.
[[nodiscard]] std::string problems_of(const std::vector<Finding>& findings);

}  // namespace cellwise::cli
