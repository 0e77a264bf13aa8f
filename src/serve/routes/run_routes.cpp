// The routes about runs, and those about the server itself.
#include <fmt/format.h>

#include "core/atomic_file.h"
#include "core/utf8.h"
#include "serve/routes/api_json.h"
#include "serve/routes/application.h"

namespace cellwise::serve {
namespace {

using nlohmann::ordered_json;

constexpr std::uintmax_t most_report_bytes = 64 << 20;
constexpr std::size_t most_compared = 20;
/// A report brings its own script and style. In a sandbox it is no page of this server and cannot use its cookies.
constexpr std::string_view report_policy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts";

/// The run of that name among those listed: a name is compared, and never joined to a path.
RunEntry run_named(Runs& runs, const std::string& name) {
    for (auto& run : runs.list()) {
        if (run.name == name) return run;
    }
    throw Unanswerable(fmt::format("there is no run '{}'", printable(name)), 404);
}

}  // namespace

void Application::list_runs(Call& call) {
    submit(*files_, "/v1/runs", call.reply, [this] {
        ordered_json document = {{"folder", runs_.folder()}, {"runs", ordered_json::array()}};
        for (const auto& run : runs_.list()) document["runs"].push_back(to_json(run));
        return json_response(document);
    });
}

void Application::show_run(Call& call) {
    submit(*files_, "/v1/runs/{name}", call.reply,
           [this, name = call.parts.front()] { return json_response(to_json(run_named(runs_, name))); });
}

void Application::compare_runs(Call& call) {
    const auto request = read_object(call.request.body, {"runs"});
    std::vector<std::string> names;
    for (const auto& name : request.value("runs", nlohmann::json::array())) {
        if (!name.is_string()) throw Unanswerable("\"runs\" must be a list of names");
        names.push_back(name.get<std::string>());
    }
    if (names.size() < 2 || names.size() > most_compared) {
        throw Unanswerable(fmt::format("\"runs\" must name 2 to {} runs", most_compared));
    }
    submit(*files_, "/v1/runs/compare", call.reply, [this, names] {
        for (const auto& name : names) run_named(runs_, name);
        ordered_json document = {{"runs", names}};
        document["comparison"] = runs_.compare(names);
        return json_response(document);
    });
}

void Application::report(Call& call) {
    submit(*files_, "/v1/runs/{name}/report", call.reply, [this, name = call.parts.front()] {
        const auto run = run_named(runs_, name);
        std::error_code error;
        const auto status = std::filesystem::symlink_status(run.report, error);
        if (run.report.empty() || error || !std::filesystem::is_regular_file(status)) {
            throw Unanswerable("this run has no report: `cellwise report RUN` writes one", 404);
        }
        http::Response response;
        response.content_type = "text/html; charset=utf-8";
        response.policy = report_policy;
        response.body = read_file(run.report, most_report_bytes);
        return response;
    });
}

void Application::events(Call& call) {
    std::vector<std::string> names;
    for (const auto& [key, value] : call.request.head.query) {
        if (key == "run" && names.size() < most_compared) names.push_back(value);
    }
    auto sink = call.reply->answer_with_events("/v1/events");
    const bool taken = files_->submit({[this, sink, names, last = call.request.head.last_event_id] {
                                          live_.watch(sink, names, last);
                                          return http::Response();
                                      }},
                                      [](const auto&, const auto&) {});
    if (!taken) sink->send("event: busy\ndata: {}\n\n");
}

void Application::health(Call& call) {
    auto response = json_response({{"status", "ok"}});
    response.route = "/healthz";
    call.reply->answer(std::move(response));
}

void Application::ready(Call& call) {
    auto response = draining_ ? http::problem(503, "the server is stopping") : json_response({{"status", "ready"}});
    response.route = "/readyz";
    call.reply->answer(std::move(response));
}

void Application::metrics(Call& call) {
    http::Response response;
    response.route = "/metrics";
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = traffic_.text();
    std::size_t waiting = 0;
    std::uint64_t batches = 0, texts = 0;
    for (const auto& [name, review] : reviews_) {
        waiting += review.predictions->depth();
        batches += review.predictions->batches();
        texts += review.predictions->answered();
    }
    response.body += fmt::format(
        "# HELP cellwise_texts_waiting Texts in front of the models.\n# TYPE cellwise_texts_waiting gauge\n"
        "cellwise_texts_waiting {}\n"
        "# HELP cellwise_batches_total Batches predicted.\n# TYPE cellwise_batches_total counter\n"
        "cellwise_batches_total {}\n"
        "# HELP cellwise_texts_total Texts predicted.\n# TYPE cellwise_texts_total counter\ncellwise_texts_total {}\n"
        "# HELP cellwise_explanations_waiting Explanations in front of the models.\n"
        "# TYPE cellwise_explanations_waiting gauge\ncellwise_explanations_waiting {}\n",
        waiting, batches, texts, explanations_->depth());
    call.reply->answer(std::move(response));
}

void Application::openapi(Call& call) {
    http::Response response;
    response.route = "/openapi.json";
    response.fixed = openapi_;
    call.reply->answer(std::move(response));
}

void Application::open_session(Call& call) {
    const auto request = read_object(call.request.body, {"token"});
    if (!request.contains("token")) throw Unanswerable("\"token\" is missing: a text");
    const auto token = read_text(request, "token", "");
    if (guard_.wants_token() && !guard_.is_token(token)) {
        throw Unanswerable("this is not the token", 401);
    }
    http::Response response;
    response.route = "/v1/session";
    response.status = 204;
    if (guard_.wants_token()) response.headers.emplace_back("Set-Cookie", guard_.session_cookie());
    call.reply->answer(std::move(response));
}

void Application::close_session(Call& call) {
    http::Response response;
    response.route = "/v1/session";
    response.status = 204;
    response.headers.emplace_back("Set-Cookie", guard_.expired_cookie());
    call.reply->answer(std::move(response));
}

}  // namespace cellwise::serve
