#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http/guard.h"
#include "serve/http/message.h"
#include "serve/http/traffic.h"
#include "serve/queue/batch_queue.h"
#include "serve/routes/live_runs.h"
#include "serve/serve.h"

namespace cellwise::serve {

/// What the server answers: each route's function turns a request into work for a queue, or answers at once from what
/// is at hand. It never computes or reads files on the event loop.
class Application {
public:
    /// Loads the models on a thread of their own. `models` and `runs` outlive it.
    Application(const ServeOptions& options, Models& models, Runs& runs, const http::Guard& guard,
                http::Traffic& traffic);
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    /// http::Handler.
    void handle(http::Request request, bool token, const std::shared_ptr<http::Exchange>& exchange);
    /// Ten times a second, on the event loop.
    void tick();
    void drain() { draining_ = true; }
    /// Ends the threads; what waits gets 503.
    void stop();

private:
    using Reply = std::shared_ptr<http::Exchange>;
    using Work = std::function<http::Response()>;
    struct Call {  ///< one request on its way
        http::Request request;
        std::vector<std::string> parts;  ///< of the path where the route has {…}
        Reply reply;
    };
    using Handle = void (Application::*)(Call&);
    struct Route {
        std::string_view method, path;  ///< "/v1/customers/{id}"
        Handle handle;
        bool open = false;  ///< without the token
    };
    static const std::vector<Route>& routes();
    bool answer_asset(const http::Request& request, const Reply& reply);
    void dispatch(http::Request request, bool token, const Reply& reply);

    struct Review {
        nlohmann::ordered_json description;
        std::unique_ptr<BatchQueue<ReviewInput, ReviewPrediction>> predictions;
    };
    struct Customer {
        nlohmann::ordered_json description;
        std::vector<FeatureInfo> features;
    };
    Review& review_named(const std::string& name, std::string& used);
    CustomerModel& customer_named(const std::string& name, std::string& used);
    void load(Models& models);

    void models(Call& call);
    void predict(Call& call);
    void explain(Call& call);
    void gates(Call& call);
    void customer(Call& call);
    void predict_customers(Call& call);
    void list_runs(Call& call);
    void show_run(Call& call);
    void compare_runs(Call& call);
    void report(Call& call);
    void events(Call& call);
    void health(Call& call);
    void ready(Call& call);
    void metrics(Call& call);
    void openapi(Call& call);
    void open_session(Call& call);
    void close_session(Call& call);
    /// Puts work into one of the queues whose works are done one at a time; 503 if it is full.
    void submit(BatchQueue<Work, http::Response>& queue, std::string_view route, const Reply& reply, Work work);

    ServeOptions options_;
    const http::Guard& guard_;
    http::Traffic& traffic_;
    Runs& runs_;
    LiveRuns live_;
    bool draining_ = false;
    std::uint64_t ticks_ = 0;
    std::string openapi_;
    LoadedModels loaded_;  ///< of the model thread, but for their names
    Worker model_thread_, runs_thread_;
    std::map<std::string, Review, std::less<>> reviews_;
    std::map<std::string, Customer, std::less<>> customers_;
    std::unique_ptr<BatchQueue<Work, http::Response>> questions_, explanations_, files_, polls_;
};

}  // namespace cellwise::serve
