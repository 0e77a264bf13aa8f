#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cellwise::report {

struct Rgb {
    std::uint8_t red = 0, green = 0, blue = 0;
    bool operator==(const Rgb&) const = default;
};

/// A range of numbers as colours. Sequential: from pale to deep blue. Diverging: orange below the middle,
/// blue above, pale between, for numbers that have a neutral middle. Both can be told apart by the colour-blind.
struct ColourScale {
    double low = 0, high = 1;
    bool diverging = false;

    /// Values outside the range take its ends' colours; one that is not a number is grey.
    [[nodiscard]] Rgb colour(double value) const;
};

/// Black or white, whichever reads better on the ground (WCAG's contrast ratio).
[[nodiscard]] Rgb text_on(Rgb ground);

/// "#rrggbb".
[[nodiscard]] std::string hexadecimal(Rgb colour);

/// The text on a coloured ground for a terminal of 256 colours, reset behind it.
[[nodiscard]] std::string painted(std::string_view text, Rgb ground);

}  // namespace cellwise::report
