#include "report/page/static_page.h"

#include <fmt/format.h>

#include "report/charts/svg.h"
#include "report/page_files.h"

namespace cellwise::report {

std::string static_page_html(const StaticPage& page) {
    std::string links, body;
    for (const auto& section : page.sections) {
        if (section.content.empty()) continue;
        links += fmt::format("<a href=\"#s-{}\">{}</a>\n", section.id, escaped_xml(section.title));
        body +=
            fmt::format("<section id=\"s-{0}\" aria-labelledby=\"h-{0}\">\n<h2 id=\"h-{0}\">{1}</h2>\n{2}</section>\n",
                        section.id, escaped_xml(section.title), section.content);
    }
    std::string html = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'{}\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n{}<title>{} · Cellwise</title>\n<style>\n",
        page.language, page.has_pictures ? "; img-src data:" : "", page.meta, escaped_xml(page.title));
    html += page_style;
    html += page.style;
    html += fmt::format(
        "</style>\n</head>\n<body>\n<header>\n<p class=\"brand\">{}</p>\n<h1>{}</h1>\n<p class=\"lead\">{}</p>\n{}"
        "</header>\n<nav "
        "aria-label=\"{}\">\n{}</nav>\n<main>\n{}</main>\n<footer><p>{}</p></footer>\n</body>\n</html>\n",
        escaped_xml(page.brand), escaped_xml(page.title), escaped_xml(page.lead), page.header,
        escaped_xml(page.sections_label), links, body, escaped_xml(page.footer));
    return html;
}

}  // namespace cellwise::report
