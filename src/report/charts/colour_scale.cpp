#include "report/charts/colour_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace cellwise::report {
namespace {

// ColorBrewer's Blues and the two ends of its PuOr.
constexpr std::array sequential_stops{Rgb{247, 251, 255}, Rgb{198, 219, 239}, Rgb{107, 174, 214}, Rgb{33, 113, 181},
                                      Rgb{8, 48, 107}};
constexpr std::array diverging_stops{Rgb{179, 88, 6}, Rgb{241, 163, 64}, Rgb{247, 247, 247}, Rgb{103, 169, 207},
                                     Rgb{33, 102, 172}};

std::uint8_t between(std::uint8_t one, std::uint8_t other, double share) {
    return static_cast<std::uint8_t>(std::lround(one + share * (other - one)));
}

/// The brightness of a colour as the eye weighs it, in [0, 1] (WCAG 2.1, relative luminance).
double luminance(Rgb colour) {
    const auto linear = [](std::uint8_t part) {
        const double value = part / 255.0;
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

/// The nearest colour of xterm's 6 by 6 by 6 cube (levels 0, 95, 135, 175, 215, 255).
int xterm_colour(Rgb colour) {
    const auto level = [](std::uint8_t part) { return part < 48 ? 0 : part < 115 ? 1 : (part - 35) / 40; };
    return 16 + 36 * level(colour.red) + 6 * level(colour.green) + level(colour.blue);
}

}  // namespace

Rgb ColourScale::colour(double value) const {
    if (std::isnan(value)) return {160, 160, 160};
    const std::span<const Rgb> stops = diverging ? std::span<const Rgb>(diverging_stops) : sequential_stops;
    const double share = high > low ? std::clamp((value - low) / (high - low), 0.0, 1.0) : 0.0;
    const double place = share * static_cast<double>(stops.size() - 1);
    const auto index = std::min(static_cast<std::size_t>(place), stops.size() - 2);
    const double rest = place - static_cast<double>(index);
    const auto &from = stops[index], &to = stops[index + 1];
    return {between(from.red, to.red, rest), between(from.green, to.green, rest), between(from.blue, to.blue, rest)};
}

Rgb text_on(Rgb ground) {
    const double bright = luminance(ground);
    const double black = (bright + 0.05) / 0.05, white = 1.05 / (bright + 0.05);
    return black >= white ? Rgb{0, 0, 0} : Rgb{255, 255, 255};
}

std::string hexadecimal(Rgb colour) {
    return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
}

std::string painted(std::string_view text, Rgb ground) {
    return fmt::format("\x1b[38;5;{};48;5;{}m{}\x1b[0m", text_on(ground) == Rgb{0, 0, 0} ? 16 : 231,
                       xterm_colour(ground), text);
}

}  // namespace cellwise::report
