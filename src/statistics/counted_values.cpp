#include "statistics/counted_values.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/error.h"

namespace cellwise::statistics {

CountedValues counted(std::vector<double> sorted) {
    assert(std::ranges::is_sorted(sorted));
    CountedValues sample;
    sample.total = sorted.size();
    for (std::size_t i = 0; i < sorted.size();) {
        std::size_t end = i + 1;
        while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
        sorted[sample.counts.size()] = sorted[i];
        sample.counts.push_back(end - i);
        i = end;
    }
    sorted.resize(sample.counts.size());
    sample.values = std::move(sorted);
    return sample;
}

double quantile(const CountedValues& sample, double q) {
    if (sample.total == 0) throw InternalError("a quantile of no values was asked for");
    const double place = std::clamp(q, 0.0, 1.0) * static_cast<double>(sample.total - 1);
    const auto below = static_cast<std::size_t>(place);
    std::size_t i = 0, behind = sample.counts[0];  // how many values lie up to the i-th distinct one
    while (behind <= below) behind += sample.counts[++i];
    const double share = place - static_cast<double>(below), value = sample.values[i];
    if (share == 0 || below + 1 < behind) return value;
    return value + share * (sample.values[i + 1] - value);
}

std::size_t count_outside(const CountedValues& sample, double low, double high) {
    std::size_t outside = 0;
    for (std::size_t i = 0; i < sample.values.size() && sample.values[i] < low; ++i) outside += sample.counts[i];
    for (std::size_t i = sample.values.size(); i > 0 && sample.values[i - 1] > high; --i) {
        if (sample.values[i - 1] < low) break;  // counted already, where the bounds are upside down
        outside += sample.counts[i - 1];
    }
    return outside;
}

}  // namespace cellwise::statistics
