#pragma once

#include <hdf5.h>

#include <optional>
#include <string>
#include <vector>

namespace cellwise::interchange {

/// The texts of an attribute that is there: one, or a list of up to 1024. None where it is of another type, as
/// numpy's empty lists are; nothing if it is damaged or larger than any that Keras writes.
[[nodiscard]] std::optional<std::vector<std::string>> read_text_attribute(hid_t place, const std::string& name);

}  // namespace cellwise::interchange
