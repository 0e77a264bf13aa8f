// The routes that ask models.
#include <fmt/format.h>

#include "core/utf8.h"
#include "serve/routes/api_json.h"
#include "serve/routes/application.h"

namespace cellwise::serve {
namespace {

using nlohmann::ordered_json;

/// The entry of that name; the only or first one if it is empty.
template <class Map>
auto& entry_named(Map& all, const std::string& name, const char* kind, std::string& used) {
    if (all.empty())
        throw Unanswerable(fmt::format("no {} is loaded: name one on the command line of serve", kind), 404);
    const auto found = name.empty() ? all.begin() : all.find(name);
    if (found == all.end()) {
        throw Unanswerable(fmt::format("there is no {} '{}': GET /v1/models lists them", kind, printable(name)), 404);
    }
    used = found->first;
    return found->second;
}

template <class Pairs>
auto& model_named(Pairs& pairs, const std::string& name) {
    for (auto& [own, model] : pairs) {
        if (own == name) return *model;
    }
    throw InternalError("a model has gone");
}

/// The numbers of each unit make a text's gates a megabyte; the page needs their means.
void remove_units(ordered_json& traced) {
    for (auto& word : traced["words"]) {
        for (const auto* key : {"candidate", "cell_state", "hidden_state"}) word.erase(key);
        for (auto& member : word) {
            if (member.is_object()) member.erase("units");
        }
    }
}

ordered_json with_id(const std::string& id, const ordered_json& rest) {
    ordered_json object = {{"id", id}};
    object.update(rest);
    return object;
}

}  // namespace

Application::Review& Application::review_named(const std::string& name, std::string& used) {
    return entry_named(reviews_, name, "review model", used);
}

CustomerModel& Application::customer_named(const std::string& name, std::string& used) {
    entry_named(customers_, name, "customer model", used);
    return model_named(loaded_.customers, used);
}

void Application::models(Call& call) {
    auto list = ordered_json::array();
    for (const auto& [name, review] : reviews_) {
        ordered_json entry = {{"name", name}, {"task", "reviews"}};
        entry.update(review.description);
        list.push_back(entry);
    }
    for (const auto& [name, customer] : customers_) {
        ordered_json entry = {{"name", name}, {"task", "customers"}};
        entry.update(customer.description);
        entry["features"] = ordered_json::array();
        for (const auto& feature : customer.features) entry["features"].push_back(to_json(feature));
        list.push_back(entry);
    }
    auto response = json_response({{"models", list}, {"runs_folder", runs_.folder()}});
    response.route = "/v1/models";
    call.reply->answer(std::move(response));
}

void Application::predict(Call& call) {
    const auto request = read_object(call.request.body, {"model", "texts", "ids"});
    std::string name;
    auto& model = review_named(read_text(request, "model", ""), name);
    const auto done = [reply = call.reply, name](const std::vector<ReviewPrediction>& predictions,
                                                 const std::exception_ptr& error) {
        http::Response response;
        try {
            if (error) std::rethrow_exception(error);
            ordered_json document = {{"model", name}, {"predictions", ordered_json::array()}};
            for (const auto& prediction : predictions) document["predictions"].push_back(to_json(prediction));
            response = json_response(document);
        } catch (const Dropped& dropped) {
            response = http::problem(503, dropped.what());
        } catch (const InternalError&) {
            response = http::problem(500, "the server failed to answer");
        } catch (const Error& refused) {
            response = http::problem(422, refused.what());
        } catch (const std::exception&) {
            response = http::problem(500, "the server failed to answer");
        }
        response.route = "/v1/predict";
        reply->answer(std::move(response));
    };
    if (!model.predictions->submit(read_reviews(request), done)) {
        throw Unanswerable("too many texts are waiting: try again in a second", 503);
    }
}

void Application::explain(Call& call) {
    const auto request = read_object(call.request.body, {"model", "text", "ids", "method", "steps"});
    std::string name;
    review_named(read_text(request, "model", ""), name);
    ExplainRequest wanted;
    auto reviews = request;
    if (request.contains("text")) reviews["texts"] = nlohmann::json::array({request["text"]});
    if (request.contains("ids")) reviews["ids"] = nlohmann::json::array({request["ids"]});
    wanted.review = read_reviews(reviews).front();
    wanted.method = read_text(request, "method", wanted.method);
    if (wanted.method != "occlusion" && wanted.method != "gradients") {
        throw Unanswerable("\"method\" must be \"occlusion\" or \"gradients\"");
    }
    wanted.steps = read_integer(request, "steps", wanted.steps, 1, 1024);
    submit(*explanations_, "/v1/explain", call.reply, [this, name, wanted] {
        ordered_json document = {{"model", name}};
        document["explanation"] = model_named(loaded_.reviews, name).explain(wanted);
        return json_response(document);
    });
}

void Application::gates(Call& call) {
    const auto request = read_object(call.request.body, {"model", "text", "layer", "direction", "units"});
    std::string name;
    review_named(read_text(request, "model", ""), name);
    if (!request.contains("text")) throw Unanswerable("\"text\" is missing");
    GatesRequest wanted;
    wanted.text = read_text(request, "text", "");
    wanted.layer = read_integer(request, "layer", 1, 1, 64);
    const auto direction = read_text(request, "direction", "forward");
    if (direction != "forward" && direction != "backward") {
        throw Unanswerable("\"direction\" must be \"forward\" or \"backward\"");
    }
    wanted.backward = direction == "backward";
    const bool units = read_flag(request, "units", false);
    submit(*explanations_, "/v1/gates", call.reply, [this, name, wanted, units] {
        ordered_json document = {{"model", name}};
        auto traced = model_named(loaded_.reviews, name).gates(wanted);
        if (!units) remove_units(traced);
        document["gates"] = std::move(traced);
        return json_response(document);
    });
}

void Application::customer(Call& call) {
    std::string name;
    customer_named(std::string(call.request.head.parameter("model")), name);
    submit(*questions_, "/v1/customers/{id}", call.reply, [this, name, id = call.parts.front()] {
        auto& model = model_named(loaded_.customers, name);
        const auto found = model.find(id);
        if (!found) throw Unanswerable(fmt::format("there is no customer '{}' in the table", printable(id)), 404);
        const auto prediction = model.predict({&found->row, 1}).front();
        const auto reasons = model.reasons(found->row);
        auto document = with_id(id, to_json(prediction, &reasons));
        document["model"] = name;
        document["trained_on"] = found->trained_on;
        document["row"] = to_json(found->row);
        return json_response(document);
    });
}

void Application::predict_customers(Call& call) {
    const auto request = read_object(call.request.body, {"model", "rows", "contributions"});
    std::string name;
    customer_named(read_text(request, "model", ""), name);
    const bool wants_reasons = read_flag(request, "contributions", true);
    const auto id_column = customers_.find(name)->second.description.value("id_column", std::string());
    auto& queue = wants_reasons ? *explanations_ : *questions_;
    submit(queue, "/v1/customers/predict", call.reply,
           [this, name, rows = read_rows(request), wants_reasons, id_column] {
               auto& model = model_named(loaded_.customers, name);
               const auto predictions = model.predict(rows);
               ordered_json document = {{"model", name}, {"predictions", ordered_json::array()}};
               for (std::size_t i = 0; i < rows.size(); ++i) {
                   std::optional<Reasons> reasons;
                   if (wants_reasons) reasons = model.reasons(rows[i]);
                   ordered_json entry = {{"id", nullptr}};
                   for (const auto& [column, value] : rows[i]) {
                       if (column == id_column) entry["id"] = to_json(value);
                   }
                   entry.update(to_json(predictions.at(i), reasons ? &*reasons : nullptr));
                   document["predictions"].push_back(entry);
               }
               return json_response(document);
           });
}

}  // namespace cellwise::serve
