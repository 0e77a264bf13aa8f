#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/hash.h"
#include "core/json_text.h"
#include "report/charts/svg.h"
#include "report/page/html.h"
#include "report/page/html_sections.h"
#include "report/page_files.h"
#include "report/text/summary_text.h"

namespace cellwise::report {
namespace {

/// The hash by which a Content-Security-Policy allows one script.
std::string script_hash(std::string_view script) {
    const auto digits = sha256(script);
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    }
    return fmt::format("'sha256-{}'", base64(bytes));
}

std::string section(std::string_view id, std::string_view title, const std::string& content) {
    if (content.empty()) return "";
    return fmt::format("<section id=\"s-{0}\" aria-labelledby=\"h-{0}\">\n<h2 id=\"h-{0}\">{1}</h2>\n{2}</section>\n",
                       id, title, content);
}

std::string learning_html(const RunReport& report, bool held_out) {
    const auto validation = held_out ? std::string("held-out training reviews") : std::string("test reviews");
    const bool several = std::any_of(report.groups.begin(), report.groups.end(),
                                     [](const ReportGroup& group) { return group.runs.size() > 1; });
    const auto lines =
        fmt::format("Solid: {}, after each epoch. Dashed: training reviews, as they went by.{}", validation,
                    several ? " Bands: ± one standard deviation over the runs, which are drawn thin." : "");
    std::string told;
    for (const auto& group : report.groups) {
        const auto& last = group.epochs.back();
        told += fmt::format("{}{}: after epoch {} loss {}, accuracy {:.4f}", told.empty() ? "" : "; ", group.name,
                            last.epoch, figure(last.validation_loss.mean, 4), last.validation_accuracy.mean);
    }
    return "<div class=\"charts\">\n" + chart_figure("loss", "Loss", lines, told) +
           chart_figure("accuracy", "Accuracy", lines, told) + "</div>\n";
}

std::string pictures_html(const ReportInput& input) {
    std::string figures;
    for (const auto& picture : input.pictures) {
        figures += fmt::format(
            "<figure><figcaption><strong>{0}</strong><span>{1}</span></figcaption><div class=\"picture\" "
            "role=\"region\" "
            "aria-label=\"{0}\" tabindex=\"0\"><img alt=\"{0}\" "
            "src=\"data:image/svg+xml;base64,{2}\"></div></figure>\n",
            escaped_xml(picture.title), escaped_xml(picture.folder), base64(picture.svg));
    }
    return figures.empty() ? "" : fmt::format("<div class=\"charts\">\n{}</div>\n", figures);
}

std::string text_at(const nlohmann::json& json, const char* pointer) {
    const auto path = nlohmann::json::json_pointer(pointer);
    if (!json.contains(path)) return "";
    const auto& value = json.at(path);
    return value.is_string() ? value.get<std::string>() : json_text(value);
}

std::string environment_table(const ReportInput& input) {
    constexpr std::pair<const char*, const char*> rows[] = {{"Begun", "/begun"},
                                                            {"Processor", "/machine/processor"},
                                                            {"Processors", "/machine/processors"},
                                                            {"Instruction set", "/machine/instruction_set"},
                                                            {"System", "/machine/system"},
                                                            {"Threads", "/threads"},
                                                            {"Device", "/device"},
                                                            {"Cellwise", "/program/version"},
                                                            {"Revision", "/program/git_revision"},
                                                            {"LibTorch", "/program/libtorch"},
                                                            {"Compiler", "/program/compiler"},
                                                            {"Data", "/data/path"},
                                                            {"Data's SHA-256", "/data/sha256"},
                                                            {"Training reviews", "/data/train_reviews"},
                                                            {"Test reviews", "/data/test_reviews"}};
    HtmlTable table("Environment", {{"Environment", true}, {"", true}});
    for (const auto& [name, pointer] : rows) {
        std::set<std::string> values;
        for (const auto& run : input.runs) values.insert(text_at(run.environment, pointer));
        values.erase("");
        std::string text;
        for (const auto& value : values) text += (text.empty() ? "" : "<br>") + escaped_xml(value);
        if (!text.empty() && values.size() <= 3) table.add_row({name, text});
        if (values.size() > 3) table.add_row({name, fmt::format("{} different", values.size())});
    }
    return table.markup();
}

std::string configuration_html(const ReportInput& input, const RunReport& report) {
    HtmlTable settings("Settings", {{"Setting", true}, {"Value, the same in all runs", true}});
    for (const auto& [key, value] : report.shared_settings) {
        settings.add_row({escaped_xml(key), value.empty() ? "–" : escaped_xml(value)});
    }
    std::string files;
    for (const auto& run : input.runs) {
        files += fmt::format("<details><summary>{}/config.toml</summary><pre>", escaped_xml(run.folder));
        std::string_view rest = run.configuration;
        while (!rest.empty()) {  // line by line: an escaped line end would be a replacement character
            const auto end = std::min(rest.find('\n'), rest.size());
            files += escaped_xml(rest.substr(0, end)) + "\n";
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        files += "</pre></details>\n";
    }
    if (input.runs.size() > 3) {
        files = fmt::format("<details><summary>{} files</summary>\n{}</details>\n", input.runs.size(), files);
    }
    return "<div class=\"charts\"><div>" + settings.markup() + "</div><div>" + environment_table(input) +
           "</div></div>\n<h3>Configuration files</h3>\n<p class=\"muted\">Each can be given back with "
           "--config.</p>\n" +
           files;
}

std::string notes_html(const RunReport& report) {
    std::string items;
    for (const auto& note : report.notes) items += fmt::format("<li>{}</li>\n", escaped_xml(note));
    return items.empty() ? "" : fmt::format("<ul class=\"notes\">\n{}</ul>\n", items);
}

std::string lead(const ReportInput& input) {
    const auto reviews = input.runs.front().test_reviews;
    auto text = fmt::format("{} run{}", input.runs.size(), input.runs.size() == 1 ? "" : "s");
    if (reviews > 0) text += fmt::format(", {} test reviews", grouped(static_cast<std::int64_t>(reviews)));
    return fmt::format("{}. Written {} by Cellwise {}.", text, escaped_xml(input.made), escaped_xml(input.version));
}

}  // namespace

std::string report_marker() { return "<meta name=\"generator\" content=\"Cellwise report\">"; }

std::string report_html(const ReportInput& input, const RunReport& report) {
    const bool held_out =
        std::all_of(input.runs.begin(), input.runs.end(), [](const ReportRun& run) { return run.record.held_out; });
    struct Section {
        const char *id, *title;
        std::string content;
    };
    const Section sections[] = {
        {"results", "Results", results_html(input, report)},
        {"learning", "Learning curves", learning_html(report, held_out)},
        {"discrimination", "ROC and precision-recall", discrimination_html(report)},
        {"calibration", "Calibration", calibration_html(report)},
        {"confusion", "Confusion matrix", confusion_html(report)},
        {"lengths", "Review length", lengths_html(input, report)},
        {"pictures", "Gradients and gates", pictures_html(input)},
        {"errors", "Most confident errors", errors_html(input, report)},
        {"runs", "Every run", runs_html(input, report)},
        {"configuration", "Configuration", configuration_html(input, report)},
    };
    std::string links, body;
    for (const auto& [id, title, content] : sections) {
        if (!content.empty()) links += fmt::format("<a href=\"#s-{}\">{}</a>\n", id, title);
        body += section(id, title, content);
    }
    auto numbers = report_json(input, report);
    for (std::size_t i = 0; i < report.groups.size(); ++i) numbers["series"].push_back(series_of(report, i));

    // Nothing is loaded, and no script runs but these two, whatever a review or a name holds.
    const auto policy = fmt::format("default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src {} {}",
                                    script_hash(chart_js), script_hash(page_script));
    std::string page = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n{}\n<title>{} · Cellwise</title>\n<style>\n",
        policy, report_marker(), escaped_xml(report.title));
    page += page_style;
    page += fmt::format(
        "</style>\n</head>\n<body>\n<header>\n<p class=\"brand\">Cellwise report</p>\n<h1>{}</h1>\n<p class=\"lead\">{}"
        "</p>\n{}{}</header>\n<nav aria-label=\"Sections\">\n{}</nav>\n"
        "<noscript class=\"absent\">The charts need JavaScript; the tables do not.</noscript>\n<main>\n{}</main>\n",
        escaped_xml(report.title), lead(input), notes_html(report), cards_html(report), links, body);
    page += "<footer><p>This file is whole: it loads nothing. Charts by Chart.js (MIT License).</p></footer>\n";
    page += fmt::format("<script type=\"application/json\" id=\"report-data\">{}</script>\n", script_json(numbers));
    page += fmt::format("<!--\n{}-->\n<script>", chart_js_licence);
    page += chart_js;
    page += "</script>\n<script>";
    page += page_script;
    return page + "</script>\n</body>\n</html>\n";
}

}  // namespace cellwise::report
