#include "statistics/median.h"

#include <algorithm>

#include "core/error.h"

namespace cellwise::statistics {

double median(std::vector<double> values) {
    if (values.empty()) throw InternalError("median: no values");
    std::ranges::sort(values);
    const auto middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace cellwise::statistics
