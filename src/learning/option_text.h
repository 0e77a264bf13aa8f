#pragma once

#include <string>
#include <string_view>

#include "learning/options.h"

// Training options as the text of settings and back (settings/setting_text.h). parse() throws UsageError.
namespace cellwise::learning {

void parse(std::string_view text, std::string_view where, OptimizerKind& value);
void parse(std::string_view text, std::string_view where, WeightDecayMode& value);
void parse(std::string_view text, std::string_view where, Precision& value);
void parse(std::string_view text, std::string_view where, ScheduleKind& value);
void parse(std::string_view text, std::string_view where, Monitor& value);

[[nodiscard]] std::string format(OptimizerKind value);
[[nodiscard]] std::string format(WeightDecayMode value);
[[nodiscard]] std::string format(Precision value);
[[nodiscard]] std::string format(ScheduleKind value);
[[nodiscard]] std::string format(Monitor value);

}  // namespace cellwise::learning
