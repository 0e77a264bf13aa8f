#include <fmt/format.h>

#include <cmath>

#include "report/charts/svg.h"
#include "report/page/html.h"
#include "search/report/study_report.h"

namespace cellwise::search {
namespace {

using report::escaped_xml;

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--ground:#fff;--ink:#1f2328;--muted:#59636e;--rule:#d1d9e0}
@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--ink:#f0f6fc;--muted:#9198a1;--rule:#3d444d}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1000px;padding:0 24px 64px;background:var(--ground);color:var(--ink);
font:16px/1.55 system-ui,"Noto Sans","Noto Sans KR",sans-serif;overflow-wrap:break-word}
h1{font-size:1.9rem;margin:32px 0 4px}h2{font-size:1.3rem;margin:44px 0 8px;padding-top:14px;border-top:1px solid var(--rule)}
.muted{color:var(--muted)}.scroll{overflow-x:auto}.picture{overflow-x:auto;border:1px solid var(--rule);border-radius:8px}
.picture img{display:block;width:100%;min-width:620px;height:auto}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;min-width:100%}
th,td{padding:6px 14px 6px 0;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
th{font-weight:600}.text{text-align:left}dl{display:flex;flex-wrap:wrap;gap:8px 40px}dt{color:var(--muted)}dd{margin:0}
)";

std::string picture(std::string_view title, const std::string& svg) {
    if (svg.empty()) return "";
    return fmt::format(
        "<div class=\"picture\" role=\"region\" aria-label=\"{0}\" tabindex=\"0\"><img alt=\"{0}\" "
        "src=\"data:image/svg+xml;base64,{1}\"></div>\n",
        escaped_xml(title), report::base64(svg));
}

std::string item(std::string_view name, const std::string& text) {
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, escaped_xml(text));
}

std::string values_html(const Space& space, const Point& point) {
    std::string text;
    for (std::size_t j = 0; j < space.size(); ++j) {
        if (!is_active(point[j])) continue;
        const bool is_real = space[j].kind == Parameter::Kind::real;
        text += fmt::format("{}{}={}", text.empty() ? "" : ", ", space[j].name,
                            is_real ? fmt::format("{:.4g}", point[j]) : space[j].text(point[j]));
    }
    return escaped_xml(text);
}

std::string result_html(const StudyReport& report) {
    const auto best = best_trial(report.trials);
    if (!best) return "<p>No trial is complete, so there is no best one.</p>\n";
    const auto& trial = report.trials[*best];
    auto html = fmt::format("<p>The best of {} trials is trial {}: {} {:.4f} with {}.</p>\n", report.trials.size(),
                            trial.number, escaped_xml(report.metric), *trial.objective,
                            values_html(report.settings.space, trial.point));
    if (!report.confirmation) {
        return html + "<p class=\"muted\">It was not confirmed with fresh seeds, so its figure flatters.</p>\n";
    }
    const auto& confirmation = *report.confirmation;
    const auto& difference = confirmation.comparison.difference;
    html += "<dl>\n" + item("Default, fresh seeds", fmt::format("{:.4f}", confirmation.default_mean)) +
            item("Best, fresh seeds", fmt::format("{:.4f}", confirmation.best_mean)) +
            item("Difference", fmt::format("{:+.4f}", difference.mean));
    if (difference.interval) {
        html += item("95% interval",
                     fmt::format("{:+.4f} to {:+.4f}", difference.interval->low, difference.interval->high));
    }
    html += item("Verdict", std::string(verdict_name(confirmation.verdict))) +
            item("Optimism of the best trial", fmt::format("{:+.4f}", confirmation.optimism)) + "</dl>\n";
    return html + fmt::format(
                      "<p class=\"muted\">Both were trained again with the same {} fresh seeds. The optimism is what "
                      "the best trial's own figure says beyond that.</p>\n",
                      confirmation.runs.seeds.size());
}

std::string trials_html(const StudyReport& report) {
    report::HtmlTable table("Trials", {{"Trial", false},
                                       {escaped_xml(report.metric), false},
                                       {"State", true},
                                       {"Seconds", false},
                                       {"Settings", true},
                                       {"Message", true}});
    for (const auto place : best_first(report.trials)) {
        const auto& trial = report.trials[place];
        table.add_row({fmt::format("{}", trial.number), trial.objective ? fmt::format("{:.4f}", *trial.objective) : "–",
                       std::string(state_name(trial.state)), fmt::format("{:.1f}", trial.seconds),
                       values_html(report.settings.space, trial.point), escaped_xml(trial.message)});
    }
    return table.markup();
}

std::string settings_html(const StudyReport& report) {
    std::string text;
    for (const auto& line : report.settings.space.texts()) text += escaped_xml(line) + "<br>\n";
    const auto& settings = report.settings;
    return fmt::format(
        "<p>{}</p>\n<dl>\n{}{}{}{}</dl>\n", text, item("Sampler", std::string(sampler_name(settings.sampler.kind))),
        item("Pruner", std::string(pruner_name(settings.pruner.kind))),
        item("Seed", fmt::format("{}", settings.sampler.seed)), item("Round", fmt::format("{}", settings.round)));
}

}  // namespace

std::vector<StudySection> study_sections(const StudyReport& report) {
    std::vector<StudySection> sections{
        {"result", "Result", result_html(report)},
        {"history", "History", picture("History of the study", history_svg(report))},
        {"importance", "Importance", picture("Importance of the parameters", importance_svg(report))},
        {"slices", "Slices", picture("The objective by each parameter", slices_svg(report))},
        {"contours", "Contours", picture("The objective over two parameters", contours_svg(report))},
        {"parallel", "Parallel coordinates", picture("Parallel coordinates", parallel_svg(report))},
        {"trials", "Trials", trials_html(report)},
        {"settings", "Settings", settings_html(report)},
    };
    std::erase_if(sections, [](const StudySection& section) { return section.html.empty(); });
    return sections;
}

std::string study_html(const StudyReport& report, std::string_view made) {
    std::string body;
    for (const auto& [id, title, html] : study_sections(report)) {
        body +=
            fmt::format("<section id=\"s-{0}\" aria-labelledby=\"h-{0}\">\n<h2 id=\"h-{0}\">{1}</h2>\n{2}</section>\n",
                        id, title, html);
    }
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src "
        "data:\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{0} · "
        "Cellwise</title>\n<style>{1}</style>\n</head>\n"
        "<body>\n<header>\n<h1>{0}</h1>\n<p class=\"muted\">{2}</p>\n</header>\n<main>\n{3}</main>\n"
        "<footer class=\"muted\">This file is whole: it loads nothing.</footer>\n</body>\n</html>\n",
        escaped_xml(report.title), style, escaped_xml(made), body);
}

}  // namespace cellwise::search
