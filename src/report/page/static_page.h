#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cellwise::report {

/// A part of a page with a heading. A section without content is left out.
struct PageSection {
    std::string id, title;  ///< the title is text
    std::string content;    ///< markup
};

/// A page in report.html's dress that runs no script: light or dark as the reader prefers, from phones to wide screens.
struct StaticPage {
    std::string language = "en";             ///< BCP 47
    std::string brand, title, lead, footer;  ///< text
    std::string header;                      ///< markup below the lead
    std::string style;                       ///< CSS of its own
    std::string meta;                        ///< markup in the head
    bool has_pictures = false;               ///< of <img src="data:…">, which the page's policy forbids otherwise
    std::string sections_label = "Sections";
    std::vector<PageSection> sections;
};
[[nodiscard]] std::string static_page_html(const StaticPage& page);

}  // namespace cellwise::report
