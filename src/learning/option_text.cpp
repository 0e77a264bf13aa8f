#include "learning/option_text.h"

namespace cellwise::learning {

void parse(std::string_view text, std::string_view, OptimizerKind& value) { value = parse_optimizer(text); }
void parse(std::string_view text, std::string_view, WeightDecayMode& value) { value = parse_weight_decay_mode(text); }
void parse(std::string_view text, std::string_view, Precision& value) { value = parse_precision(text); }
void parse(std::string_view text, std::string_view, ScheduleKind& value) { value = parse_schedule(text); }
void parse(std::string_view text, std::string_view, Monitor& value) { value = parse_monitor(text); }

std::string format(OptimizerKind value) { return std::string(optimizer_name(value)); }
std::string format(WeightDecayMode value) { return std::string(weight_decay_mode_name(value)); }
std::string format(Precision value) { return std::string(precision_name(value)); }
std::string format(ScheduleKind value) { return std::string(schedule_name(value)); }
std::string format(Monitor value) { return std::string(monitor_name(value)); }

}  // namespace cellwise::learning
