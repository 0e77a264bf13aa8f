#pragma once

#include <string>
#include <string_view>

namespace cellwise {

/// A cell of a CSV table as it must be written: quoted where RFC 4180 asks for it.
[[nodiscard]] std::string csv_cell(std::string_view text);

}  // namespace cellwise
