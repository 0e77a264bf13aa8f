#include "serve/routes/application.h"

#include <fmt/format.h>

#include <algorithm>

#include "serve/page/assets.h"
#include "serve/routes/api_json.h"
#include "serve/routes/openapi.h"

namespace cellwise::serve {
namespace {

constexpr std::size_t most_batch = 64, most_waiting = 4096, most_explanations = 64, most_file_questions = 256;
constexpr std::uint64_t ticks_of_a_poll = 5;

/// Splits "/v1/customers/{id}".
std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    while (path.size() > 1) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

bool matches(std::string_view route, const std::vector<std::string>& path, std::vector<std::string>& parts) {
    const auto segments = segments_of(route);
    parts.clear();
    if (segments.size() != path.size()) return false;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (segments[i].starts_with('{')) {
            parts.push_back(path[i]);
        } else if (segments[i] != path[i]) {
            return false;
        }
    }
    return true;
}

bool is_json(std::string_view content_type) {
    const auto kind = content_type.substr(0, content_type.find(';'));
    return kind == "application/json" || kind == "application/json ";
}

http::Response named(http::Response response, std::string_view route) {
    response.route = route;
    return response;
}

}  // namespace

Application::Application(const ServeOptions& options, Models& models, Runs& runs, const http::Guard& guard,
                         http::Traffic& traffic)
    : options_(options),
      guard_(guard),
      traffic_(traffic),
      runs_(runs),
      live_(runs),
      openapi_(openapi_document(options.version)) {
    const auto one_by_one = [](std::span<const Work> works) {
        std::vector<http::Response> responses;
        for (const auto& work : works) responses.push_back(work());
        return responses;
    };
    using Works = BatchQueue<Work, http::Response>;
    load(models);
    questions_ = std::make_unique<Works>(model_thread_, one_by_one, 1, most_file_questions, 0);
    explanations_ = std::make_unique<Works>(model_thread_, one_by_one, 1, most_explanations, 1);
    files_ = std::make_unique<Works>(runs_thread_, one_by_one, 1, most_file_questions, 0);
    polls_ = std::make_unique<Works>(runs_thread_, one_by_one, 1, 1, 1);
}

Application::~Application() { stop(); }

void Application::load(Models& models) {
    try {
        model_thread_.run_and_wait([&] {
            loaded_ = models.load();
            for (const auto& [name, model] : loaded_.reviews) reviews_[name].description = model->description();
            for (const auto& [name, model] : loaded_.customers)
                customers_[name] = {model->description(), model->features()};
        });
    } catch (...) {
        model_thread_.run_and_wait([&] { loaded_ = {}; });
        throw;
    }
    for (const auto& [name, model] : loaded_.reviews) {
        reviews_[name].predictions = std::make_unique<BatchQueue<ReviewInput, ReviewPrediction>>(
            model_thread_, [&model = *model](std::span<const ReviewInput> inputs) { return model.predict(inputs); },
            most_batch, most_waiting, 0);
    }
}

void Application::stop() {
    try {
        model_thread_.run_and_wait([&] { loaded_ = {}; });
    } catch (const Dropped&) {
    }
    model_thread_.stop();
    runs_thread_.stop();
}

const std::vector<Application::Route>& Application::routes() {
    static const std::vector<Route> all{
        {"GET", "/v1/models", &Application::models},
        {"POST", "/v1/predict", &Application::predict},
        {"POST", "/v1/explain", &Application::explain},
        {"POST", "/v1/gates", &Application::gates},
        {"POST", "/v1/customers/predict", &Application::predict_customers},
        {"GET", "/v1/customers/{id}", &Application::customer},
        {"GET", "/v1/runs", &Application::list_runs},
        {"POST", "/v1/runs/compare", &Application::compare_runs},
        {"GET", "/v1/runs/{name}", &Application::show_run},
        {"GET", "/v1/runs/{name}/report", &Application::report},
        {"GET", "/v1/events", &Application::events},
        {"POST", "/v1/session", &Application::open_session, true},
        {"DELETE", "/v1/session", &Application::close_session, true},
        {"GET", "/healthz", &Application::health, true},
        {"GET", "/readyz", &Application::ready, true},
        {"GET", "/metrics", &Application::metrics},
        {"GET", "/openapi.json", &Application::openapi, true},
    };
    return all;
}

void Application::handle(http::Request request, bool token, const Reply& exchange) {
    if (!answer_asset(request, exchange)) dispatch(std::move(request), token, exchange);
}

bool Application::answer_asset(const http::Request& request, const Reply& reply) {
    if (request.head.method != "GET" && request.head.method != "HEAD") return false;
    const auto* asset = page::find_asset(request.head.path);
    if (asset == nullptr) return false;
    http::Response response;
    response.route = "page";
    response.content_type = asset->content_type;
    response.headers = {{"ETag", std::string(asset->etag)}, {"Cache-Control", "no-cache"}};
    if (request.head.if_none_match.find(asset->etag) != std::string::npos) {
        response.status = 304;
    } else {
        response.fixed = asset->content;
    }
    reply->answer(std::move(response));
    return true;
}

void Application::dispatch(http::Request request, bool token, const Reply& reply) {
    std::vector<std::string> parts;
    std::string allowed;
    const std::string method = request.head.method == "HEAD" ? "GET" : request.head.method;
    for (const auto& route : routes()) {
        if (!matches(route.path, request.head.path, parts)) continue;
        if (route.method != method) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
            continue;
        }
        if (!route.open && !token) {
            auto response =
                named(http::problem(401, "a token is needed: send it as Authorization: Bearer …"), route.path);
            response.headers.emplace_back("WWW-Authenticate", "Bearer");
            return reply->answer(std::move(response));
        }
        if (method == "POST" && !is_json(request.head.content_type)) {
            return reply->answer(named(http::problem(415, "Content-Type must be application/json"), route.path));
        }
        Call call{std::move(request), std::move(parts), reply};
        try {
            (this->*route.handle)(call);
        } catch (const Unanswerable& error) {
            reply->answer(named(http::problem(error.status, error.what()), route.path));
        }
        return;
    }
    if (allowed.empty()) return reply->answer(named(http::problem(404, "there is nothing under this path"), "none"));
    auto response = named(http::problem(405, "this path takes " + allowed), "none");
    response.headers.emplace_back("Allow", allowed);
    reply->answer(std::move(response));
}

void Application::submit(BatchQueue<Work, http::Response>& queue, std::string_view route, const Reply& reply,
                         Work work) {
    auto guarded = [work = std::move(work)]() -> http::Response {
        try {
            return work();
        } catch (const Unanswerable& error) {
            return http::problem(error.status, error.what());
        } catch (const InternalError&) {
            return http::problem(500, "the server failed to answer");
        } catch (const Error& error) {
            return http::problem(422, error.what());
        } catch (const std::exception&) {
            return http::problem(500, "the server failed to answer");
        }
    };
    const bool taken = queue.submit({std::move(guarded)}, [reply, route](auto responses, const auto& error) {
        reply->answer(
            named(error ? http::problem(503, "the server is stopping") : std::move(responses.front()), route));
    });
    if (!taken) reply->answer(named(http::problem(503, "too many requests are waiting"), route));
}

void Application::tick() {
    if (++ticks_ % ticks_of_a_poll != 0 || !live_.has_readers()) return;
    // A full queue means that the last poll is still under way.
    static_cast<void>(polls_->submit({[this] {
                                         live_.poll();
                                         return http::Response();
                                     }},
                                     [](const auto&, const auto&) {}));
}

}  // namespace cellwise::serve
