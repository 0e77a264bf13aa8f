#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"
#include "models/options.h"
#include "training/options.h"

// A setting's value as text and back: one way for flags, config.toml and what is shown.
// parse() throws UsageError that begins with `where` (a flag or a file).
namespace cellwise::training::setting_text {

[[nodiscard]] std::int64_t integer(std::string_view text, std::string_view where);
[[nodiscard]] std::uint64_t natural(std::string_view text, std::string_view where);
[[nodiscard]] double real(std::string_view text, std::string_view where);
/// The parts between commas, surrounding blanks removed.
[[nodiscard]] std::vector<std::string> split(std::string_view text);

void parse(std::string_view text, std::string_view where, std::string& value);
void parse(std::string_view text, std::string_view where, std::optional<std::string>& value);
void parse(std::string_view text, std::string_view where, std::optional<double>& value);
void parse(std::string_view text, std::string_view where, bool& value);
void parse(std::string_view text, std::string_view where, std::int64_t& value);
void parse(std::string_view text, std::string_view where, std::uint64_t& value);
void parse(std::string_view text, std::string_view where, double& value);
void parse(std::string_view text, std::string_view where, std::vector<Cell>& value);
void parse(std::string_view text, std::string_view where, std::vector<models::RecurrentOptions>& value);
void parse(std::string_view text, std::string_view where, models::GruReset& value);
void parse(std::string_view text, std::string_view where, models::Engine& value);
void parse(std::string_view text, std::string_view where, OptimizerKind& value);
void parse(std::string_view text, std::string_view where, WeightDecayMode& value);
void parse(std::string_view text, std::string_view where, Precision& value);
void parse(std::string_view text, std::string_view where, ScheduleKind& value);
void parse(std::string_view text, std::string_view where, Monitor& value);

[[nodiscard]] std::string format(const std::string& value);
[[nodiscard]] std::string format(const std::optional<std::string>& value);
[[nodiscard]] std::string format(const std::optional<double>& value);
[[nodiscard]] std::string format(bool value);
[[nodiscard]] std::string format(std::int64_t value);
[[nodiscard]] std::string format(std::uint64_t value);
[[nodiscard]] std::string format(double value);
[[nodiscard]] std::string format(const std::vector<Cell>& value);
[[nodiscard]] std::string format(const std::vector<models::RecurrentOptions>& value);
[[nodiscard]] std::string format(models::GruReset value);
[[nodiscard]] std::string format(models::Engine value);
[[nodiscard]] std::string format(OptimizerKind value);
[[nodiscard]] std::string format(WeightDecayMode value);
[[nodiscard]] std::string format(Precision value);
[[nodiscard]] std::string format(ScheduleKind value);
[[nodiscard]] std::string format(Monitor value);

}  // namespace cellwise::training::setting_text
