#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"
#include "models/options.h"

// A model's options as the text of settings and back (settings/setting_text.h). parse() throws UsageError.
namespace cellwise::sentiment {

void parse(std::string_view text, std::string_view where, std::vector<Cell>& value);
void parse(std::string_view text, std::string_view where, std::vector<models::RecurrentOptions>& value);
void parse(std::string_view text, std::string_view where, models::GruReset& value);
void parse(std::string_view text, std::string_view where, models::Engine& value);

[[nodiscard]] std::string format(const std::vector<Cell>& value);
[[nodiscard]] std::string format(const std::vector<models::RecurrentOptions>& value);
[[nodiscard]] std::string format(models::GruReset value);
[[nodiscard]] std::string format(models::Engine value);

}  // namespace cellwise::sentiment
