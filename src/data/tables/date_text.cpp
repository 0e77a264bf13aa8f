#include "data/tables/date_text.h"

#include <chrono>

#include "data/tables/number_text.h"

namespace cellwise::tables {
namespace {

/// Takes between `least` and `most` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t least, std::size_t most) {
    std::size_t count = 0;
    int value = 0;
    while (count < most && count < text.size() && text[count] >= '0' && text[count] <= '9') {
        value = value * 10 + (text[count] - '0');
        ++count;
    }
    if (count < least) return std::nullopt;
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char letter) {
    if (!text.starts_with(letter)) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<CivilDate> take_date(std::string_view& text, DateOrder order) {
    const bool year_first = order == DateOrder::year_month_day;
    const auto first = year_first ? take_digits(text, 4, 4) : take_digits(text, 1, 2);
    if (!first || text.empty()) return std::nullopt;
    const char mark = text.front();
    if (mark != '-' && mark != '/' && mark != '.') return std::nullopt;
    text.remove_prefix(1);
    const auto second = take_digits(text, 1, 2);
    if (!second || !take(text, mark)) return std::nullopt;
    const auto third = year_first ? take_digits(text, 1, 2) : take_digits(text, 4, 4);
    if (!third) return std::nullopt;
    switch (order) {
        case DateOrder::year_month_day:
            return CivilDate{*first, *second, *third};
        case DateOrder::day_month_year:
            return CivilDate{*third, *second, *first};
        case DateOrder::month_day_year:
            return CivilDate{*third, *first, *second};
    }
    return std::nullopt;
}

/// Seconds to take off for the zone at the end of a time; nothing if what stands there is no zone.
std::optional<int> take_zone(std::string_view& text) {
    if (text.empty() || take(text, 'Z')) return 0;
    const bool is_east = text.starts_with('+');
    if (!is_east && !text.starts_with('-')) return std::nullopt;
    text.remove_prefix(1);
    const auto hours = take_digits(text, 2, 2);
    if (!hours || *hours > 14) return std::nullopt;
    take(text, ':');
    const auto minutes = take_digits(text, 2, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    return (is_east ? 1 : -1) * (*hours * 3600 + *minutes * 60);
}

/// Seconds since midnight, of the whole rest of the text.
std::optional<double> read_time(std::string_view text) {
    const auto hours = take_digits(text, 1, 2);
    if (!hours || *hours > 23 || !take(text, ':')) return std::nullopt;
    const auto minutes = take_digits(text, 2, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    double seconds = *hours * 3600.0 + *minutes * 60.0;
    if (take(text, ':')) {
        const auto whole = take_digits(text, 2, 2);
        if (!whole || *whole > 60) return std::nullopt;
        seconds += *whole;
        if (take(text, '.')) {
            double unit = 0.1;
            if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
            for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), unit /= 10) {
                seconds += unit * (text.front() - '0');
            }
        }
    }
    const auto zone = take_zone(text);
    if (!zone || !text.empty()) return std::nullopt;
    return seconds - *zone;
}

}  // namespace

std::string_view date_order_name(DateOrder order) {
    switch (order) {
        case DateOrder::year_month_day:
            return "year, month, day";
        case DateOrder::day_month_year:
            return "day, month, year";
        case DateOrder::month_day_year:
            return "month, day, year";
    }
    return "";
}

long days_since_1970(const CivilDate& date) {
    const std::chrono::year_month_day day{std::chrono::year(date.year),
                                          std::chrono::month(static_cast<unsigned>(date.month)),
                                          std::chrono::day(static_cast<unsigned>(date.day))};
    return std::chrono::sys_days(day).time_since_epoch().count();
}

CivilDate civil_date(long days) {
    const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(days))};
    return {static_cast<int>(day.year()), static_cast<int>(static_cast<unsigned>(day.month())),
            static_cast<int>(static_cast<unsigned>(day.day()))};
}

std::optional<double> read_date(std::string_view text, DateOrder order) {
    text = without_blanks(text);
    const auto date = take_date(text, order);
    if (!date || date->month < 1 || date->month > 12) return std::nullopt;
    const std::chrono::year_month_day day{std::chrono::year(date->year),
                                          std::chrono::month(static_cast<unsigned>(date->month)),
                                          std::chrono::day(static_cast<unsigned>(date->day))};
    if (!day.ok()) return std::nullopt;
    const auto days = static_cast<double>(days_since_1970(*date));
    if (text.empty()) return days;
    if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
    const auto seconds = read_time(text);
    if (!seconds) return std::nullopt;
    return days + *seconds / 86400;
}

}  // namespace cellwise::tables
