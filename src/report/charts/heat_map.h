#pragma once

#include <string>
#include <vector>

#include "report/charts/colour_scale.h"

namespace cellwise::report {

/// Columns of a heat map that share a heading and a colour scale.
struct HeatMapGroup {
    std::string title;
    ColourScale scale;
    std::vector<std::vector<double>> values;  ///< [rows][columns]; each row equally long
};

/// A table of coloured cells: one row a label, one or more columns a group. A group of one column has its
/// numbers written in the cells.
struct HeatMap {
    std::string title, subtitle;
    std::vector<std::string> rows;
    std::vector<HeatMapGroup> groups;
    std::vector<std::string> notes;  ///< lines of small print below
};

/// Throws InternalError if a group does not have a row for each label.
[[nodiscard]] std::string heat_map_svg(const HeatMap& map);

}  // namespace cellwise::report
