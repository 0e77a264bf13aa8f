#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A value as text and back: one way for flags, config.toml and what is shown. Types of a room's own have their parse()
// and format() beside them. parse() throws UsageError that begins with `where` (a flag or a file).
namespace cellwise::settings {

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

[[nodiscard]] std::string format(const std::string& value);
[[nodiscard]] std::string format(const std::optional<std::string>& value);
[[nodiscard]] std::string format(const std::optional<double>& value);
[[nodiscard]] std::string format(bool value);
[[nodiscard]] std::string format(std::int64_t value);
[[nodiscard]] std::string format(std::uint64_t value);
[[nodiscard]] std::string format(double value);

}  // namespace cellwise::settings
