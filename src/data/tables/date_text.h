#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace cellwise::tables {

/// The order in which a date's numbers stand; one for a whole column.
enum class DateOrder { year_month_day, day_month_year, month_day_year };
inline constexpr std::array all_date_orders{DateOrder::year_month_day, DateOrder::month_day_year,
                                            DateOrder::day_month_year};
/// "year, month, day" and the like.
[[nodiscard]] std::string_view date_order_name(DateOrder order);

/// Days since 1970-01-01 of the proleptic Gregorian calendar, with a fraction for the time of day; a time zone (Z,
/// +09:00) is taken into account. The year has four digits; - / or . stands between the numbers, the same twice; a time
/// is hh:mm, hh:mm:ss or hh:mm:ss.fff behind a blank or a T. Nothing for other texts and for days that no month has.
[[nodiscard]] std::optional<double> read_date(std::string_view text, DateOrder order);

/// The date of a whole number of days since 1970-01-01, and back.
struct CivilDate {
    int year = 1970;
    int month = 1, day = 1;
};
[[nodiscard]] CivilDate civil_date(long days);
[[nodiscard]] long days_since_1970(const CivilDate& date);

}  // namespace cellwise::tables
