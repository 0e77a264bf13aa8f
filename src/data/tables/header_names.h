#pragma once

#include <string>
#include <vector>

namespace cellwise::tables {

struct HeaderName {
    std::string name;
    bool is_nameless = false;  ///< the file has none
};

/// Gives every column a name of its own, as pandas does: one without a name is "Unnamed: 3" after its place from 0, the
/// second "price" is "price.1". What was named anew is told in `notes`.
[[nodiscard]] std::vector<HeaderName> header_names(const std::vector<std::string>& names,
                                                   std::vector<std::string>& notes);

}  // namespace cellwise::tables
