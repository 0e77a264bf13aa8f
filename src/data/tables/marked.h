#pragma once

#include <cassert>
#include <cstddef>
#include <vector>

namespace cellwise::tables {

/// Leaves the values whose mark is true, in their order. kept: [values.size()].
template <class Value>
void keep_marked(std::vector<Value>& values, const std::vector<bool>& kept) {
    assert(values.size() == kept.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (kept[i]) values[next++] = values[i];
    }
    values.resize(next);
}

}  // namespace cellwise::tables
