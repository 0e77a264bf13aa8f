#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tasks/customers/understanding.h"

namespace cellwise::customers {

// What the terminal's text and the page share.

/// 2024-02-29, of days since 1970-01-01.
[[nodiscard]] std::string date_of(double days);
/// A number in at most eight letters: 0.3308, 2283.3, 1.23e+08.
[[nodiscard]] std::string short_number(double value);
/// 26.5%.
[[nodiscard]] std::string percent(double share);
/// 1.2 MB.
[[nodiscard]] std::string size_text(std::int64_t bytes);

/// Whether the column's figures are shown: numeric, or a boolean of 0 and 1.
[[nodiscard]] bool shows_numbers(const tables::ColumnDescription& column);
/// Whether its histogram says more than its levels: above ten distinct values.
[[nodiscard]] bool shows_histogram(const tables::ColumnDescription& column);

/// Bars of eight heights, `width` of them: ▁▃█. Empty for no counts.
[[nodiscard]] std::string small_histogram(const statistics::Histogram& histogram, std::size_t width);
/// The text cut to so many terminal columns, an ellipsis at its end if something is missing.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t width);
/// Broken at blanks into lines of at most 80 columns; all but the first begin with `indent` blanks.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent);

/// "telco_churn.csv", or what the synthetic table is called.
[[nodiscard]] std::string title_of(const Understanding& understanding, Language language);
/// One sentence on what is predicted.
[[nodiscard]] std::string target_text(const Understanding& understanding, Language language);
/// One sentence on the columns that may tell it.
[[nodiscard]] std::string candidates_text(const Understanding& understanding, Language language);

}  // namespace cellwise::customers
