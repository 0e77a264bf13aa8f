#include "data/tables/text_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/utf8.h"
#include "data/tables/date_text.h"

namespace cellwise::tables {
namespace {

using Level = WholeColumn::Level;
constexpr std::int64_t fewest_cells = 20;  // below, that no text comes twice tells nothing

struct Decision {
    Column column;
    WholeColumn whole;
    const CellSource& source;
    std::int64_t present = 0;

    /// Numbers in place of the texts, by level.
    void set_numbers(const std::vector<double>& value_of) {
        std::vector<double> numbers(whole.codes.size(), std::numeric_limits<double>::quiet_NaN());
        whole.codes.visit([&](auto codes) {
            for (std::size_t row = 0; row < codes.size(); ++row) {
                if (codes[row] >= 0) numbers[row] = value_of[static_cast<std::size_t>(codes[row])];
            }
        });
        column.numbers = numbers;
    }
    void set_texts(Kind kind, std::string reason) {
        column.kind = kind;
        column.reason = std::move(reason);
        column.codes = std::move(whole.codes);
        column.levels.reserve(whole.levels.size());
        for (const auto& level : whole.levels) column.levels.emplace_back(level.text);
    }
};

/// The values of all levels by `read`; nothing as soon as one has none.
template <class Read>
std::optional<std::vector<double>> values_of(const std::vector<Level>& levels, Read&& read) {
    std::vector<double> values;
    for (const auto& level : levels) {
        const std::optional<double> value = read(level.text);
        if (!value) return std::nullopt;
        values.push_back(*value);
    }
    return values;
}

std::optional<double> plain_value(std::string_view text) {
    const auto number = read_number(text);
    return number ? std::optional(number->value) : std::nullopt;
}

bool try_large_integers(Decision& decision, bool wanted) {
    std::vector<std::int64_t> values;
    for (const auto& level : decision.whole.levels) {
        const auto value = read_integer(level.text);
        if (!value) return false;
        values.push_back(*value);
    }
    const bool is_full = decision.present == static_cast<std::int64_t>(decision.whole.codes.size());
    const bool are_distinct = decision.present == static_cast<std::int64_t>(values.size());
    if (!is_full || (are_distinct && !wanted && decision.present >= fewest_cells)) return false;
    decision.column.kind = Kind::numeric;
    decision.column.reason = "whole numbers beyond 2^53, kept exactly";
    for (const auto code : decision.whole.codes) {
        decision.column.integers.push_back(values[static_cast<std::size_t>(code)]);
    }
    return true;
}

/// Numbers that are no plain ones or tell more than a double holds; false if they are not to be numbers.
bool try_numbers(Decision& decision, bool wanted) {
    const auto& levels = decision.whole.levels;
    if (const auto values = values_of(levels, plain_value)) {
        const auto any = [&](auto member) {
            return std::ranges::any_of(levels, [&](const Level& level) { return (*read_number(level.text)).*member; });
        };
        if (any(&NumberText::is_padded) && !wanted) return false;
        if (any(&NumberText::is_large) && try_large_integers(decision, wanted)) return true;
        if (any(&NumberText::is_large) && !wanted) return false;
        decision.column.kind = Kind::numeric;
        decision.column.reason = "numbers";
        decision.set_numbers(*values);
        return true;
    }
    if (levels.empty()) return false;
    const auto style = agreed_style(levels, decision.source.delimiter);
    if (!style) return false;
    decision.column.kind = Kind::numeric;
    decision.column.reason = "numbers with " + style->description();
    decision.set_numbers(*values_of(levels, [&](std::string_view text) { return read_number(text, *style); }));
    return true;
}

bool try_dates(Decision& decision) {
    const auto& levels = decision.whole.levels;
    if (levels.empty()) return false;
    std::vector<DateOrder> orders(all_date_orders.begin(), all_date_orders.end());
    if (levels.front().text.find('.') != std::string_view::npos) std::swap(orders[1], orders[2]);
    std::optional<std::vector<double>> values;
    std::string reason;
    for (const auto order : orders) {
        auto read = values_of(levels, [order](std::string_view text) { return read_date(text, order); });
        if (!read) continue;
        if (values) {
            reason += "; day and month could stand the other way round";
            break;
        }
        values = std::move(read);
        reason = fmt::format("dates: {}", date_order_name(order));
    }
    if (!values) return false;
    decision.column.kind = Kind::date;
    decision.column.reason = reason;
    decision.set_numbers(*values);
    return true;
}

bool try_boolean(Decision& decision, bool wanted) {
    const auto& levels = decision.whole.levels;
    const bool fits =
        wanted ? levels.size() <= 2 : levels.size() == 2 && are_truth_values(levels[0].text, levels[1].text);
    if (!fits) return false;
    decision.set_numbers({0, 1});
    std::string reason = wanted ? "" : fmt::format("{} and {} alone", levels[0].text, levels[1].text);
    decision.set_texts(Kind::boolean, std::move(reason));
    return true;
}

/// What a column of texts looks like.
struct TextShape {
    double mean_length = 0, mean_words = 0;  ///< of the distinct texts, in bytes and words
    std::int64_t numbers = 0;                ///< cells that are plain numbers
    const Level* first_other = nullptr;      ///< the level that is none and comes first in the file
};

TextShape shape_of(const std::vector<Level>& levels) {
    TextShape shape;
    for (const auto& level : levels) {
        shape.mean_length += static_cast<double>(level.text.size());
        shape.mean_words += 1 + static_cast<double>(std::ranges::count(level.text, ' '));
        if (plain_value(level.text)) {
            shape.numbers += level.count;
        } else if (shape.first_other == nullptr || level.place < shape.first_other->place) {
            shape.first_other = &level;
        }
    }
    const auto count = static_cast<double>(std::max<std::size_t>(1, levels.size()));
    shape.mean_length /= count;
    shape.mean_words /= count;
    return shape;
}

std::string nearly_numbers(const Decision& decision, const TextShape& shape) {
    const auto line = decision.source.line_of(shape.first_other->place);
    std::string reason =
        fmt::format("numbers but for {} of {} cells: '{}' on line {}", decision.present - shape.numbers,
                    decision.present, printable(shape.first_other->text), line);
    if (looks_missing(shape.first_other->text)) {
        reason += fmt::format("; --missing-value '{0}' reads '{0}' as missing", shape.first_other->text);
    }
    return reason;
}

void decide_by_repetition(Decision& decision) {
    const auto& levels = decision.whole.levels;
    const TextShape shape = shape_of(levels);
    const auto distinct = static_cast<std::int64_t>(levels.size());
    const bool mostly_distinct = 2 * distinct > decision.present;
    const std::string found = fmt::format("{} distinct texts in {} cells", distinct, decision.present);
    const bool are_padded = shape.first_other == nullptr;
    if (names_identifier(decision.column.name) && mostly_distinct) {
        return decision.set_texts(Kind::identifier, "its name, and " + found);
    }
    if (!are_padded && shape.numbers * 10 >= decision.present * 9) {
        return decision.set_texts(Kind::category, nearly_numbers(decision, shape));
    }
    if (mostly_distinct && decision.present >= fewest_cells) {
        const bool are_sentences = shape.mean_words >= 2 || shape.mean_length > 64;
        if (are_sentences) return decision.set_texts(Kind::text, found);
        if (20 * distinct >= 19 * decision.present) return decision.set_texts(Kind::identifier, found);
    }
    if (shape.mean_words > 8 && distinct > 20) return decision.set_texts(Kind::text, found);
    decision.set_texts(Kind::category, are_padded ? found + ", numbers with zeros before them or beyond 2^53" : found);
}

void note_spellings(const WholeColumn& whole, Column& column) {
    for (const auto& level : whole.levels) {
        const auto text = without_blanks(level.text);
        if (looks_missing(text)) column.spellings.push_back({std::string(text), level.count});
    }
}

[[noreturn]] void refuse(const Decision& decision, Kind given) {
    const auto wrong = std::ranges::min_element(decision.whole.levels, {}, [&](const Level& level) {
        const bool fits = given == Kind::numeric && plain_value(level.text).has_value();
        return std::pair(fits, level.place);
    });
    const std::string name = printable(decision.column.name);
    if (given == Kind::boolean) {
        throw DataError(fmt::format("{}: column '{}' has {} distinct texts and cannot be boolean, which has two",
                                    decision.source.origin, name, decision.whole.levels.size()));
    }
    throw DataError(
        fmt::format("{}, line {}: column '{}' cannot be {}: it holds '{}'\nPass --missing-value '{}' if that "
                    "stands for nothing, or leave --column {} out.",
                    decision.source.origin, decision.source.line_of(wrong->place), name, kind_name(given),
                    printable(wrong->text), printable(wrong->text), name));
}

void decide_as_given(Decision& decision, Kind given) {
    bool fits = true;
    if (decision.whole.levels.empty() && (given == Kind::numeric || given == Kind::date)) {
        decision.set_numbers({});
        decision.column.kind = given;
    } else if (given == Kind::numeric) {
        fits = try_numbers(decision, true);
    } else if (given == Kind::date) {
        fits = try_dates(decision);
    } else if (given == Kind::boolean) {
        fits = try_boolean(decision, true);
    } else {
        decision.set_texts(given, "");
    }
    if (!fits) refuse(decision, given);
    decision.column.reason = "as asked for";
}

}  // namespace

bool are_truth_values(std::string_view no, std::string_view yes) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> pairs{{{"no", "yes"},
                                                                                  {"false", "true"},
                                                                                  {"n", "y"},
                                                                                  {"f", "t"},
                                                                                  {"off", "on"},
                                                                                  {"0", "1"},
                                                                                  {"아니오", "예"},
                                                                                  {"아니요", "예"}}};
    const auto lower = [](std::string_view text) {
        std::string result(text);
        for (char& letter : result) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        return result;
    };
    return std::ranges::find(pairs, std::pair<std::string_view, std::string_view>(lower(no), lower(yes))) !=
           pairs.end();
}

Column decide_texts(WholeColumn&& whole, std::optional<Kind> given, const CellSource& source) {
    Decision decision{{}, std::move(whole), source, 0};
    decision.column.name = decision.whole.name;
    for (const auto& level : decision.whole.levels) decision.present += level.count;
    note_spellings(decision.whole, decision.column);
    if (given) {
        decide_as_given(decision, *given);
    } else if (!try_boolean(decision, false) && !try_numbers(decision, false) && !try_dates(decision)) {
        decide_by_repetition(decision);
    }
    return std::move(decision.column);
}

}  // namespace cellwise::tables
