#include "learning/checkpoint_state.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/json_value.h"

namespace cellwise::learning {
namespace {

nlohmann::ordered_json number_or_null(const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

std::optional<double> optional_number(const nlohmann::json& json, const char* key, const std::string& where) {
    if (json.contains(key) && json[key].is_null()) return std::nullopt;
    return json_value<double>(json, key, where);
}

}  // namespace

nlohmann::ordered_json checkpoint_state(const Fit& fit, const settings::Origin& origin) {
    const auto position = fit.trainer().position();
    nlohmann::ordered_json state{{"settings", origin.settings},
                                 {"data_sha256", origin.data_sha256},
                                 {"steps", fit.trainer().optimizer().steps()},
                                 {"position",
                                  {{"epoch", position.epoch},
                                   {"step", position.step},
                                   {"loss_sum", position.loss_sum},
                                   {"right", position.right},
                                   {"seen", position.seen},
                                   {"seconds", position.seconds},
                                   {"is_open", position.is_open},
                                   {"order", position.order}}},
                                 {"epochs", nlohmann::ordered_json::array()}};
    for (const auto& epoch : fit.epochs())
        state["epochs"].push_back(epoch_json(epoch, records::EpochShape::metrics_line, "validation"));
    const auto& schedule = fit.schedule().state();
    state["schedule"] = {
        {"plateau_rate", schedule.plateau_rate}, {"best", number_or_null(schedule.best)}, {"wait", schedule.wait}};
    const auto& stopping = fit.early_stopping().state();
    state["early_stopping"] = {
        {"best", number_or_null(stopping.best)}, {"best_epoch", stopping.best_epoch}, {"wait", stopping.wait}};
    return state;
}

settings::Origin origin_of(const nlohmann::json& state, const std::string& where) {
    return {json_value<std::map<std::string, std::string>>(state, "settings", where),
            json_value<std::string>(state, "data_sha256", where)};
}

void restore_state(const nlohmann::json& state, std::map<std::string, torch::Tensor> best, Fit& fit,
                   const std::string& where) {
    const auto saved = json_value<nlohmann::json>(state, "position", where);
    EpochPosition position;
    position.epoch = json_value<std::int64_t>(saved, "epoch", where);
    position.step = json_value<std::int64_t>(saved, "step", where);
    position.loss_sum = json_value<double>(saved, "loss_sum", where);
    position.right = json_value<double>(saved, "right", where);
    position.seen = json_value<double>(saved, "seen", where);
    position.seconds = json_value<double>(saved, "seconds", where);
    position.is_open = json_value<bool>(saved, "is_open", where);
    position.order = json_value<std::string>(saved, "order", where);

    std::vector<records::EpochFigures> epochs;
    for (const auto& epoch : json_value<std::vector<nlohmann::json>>(state, "epochs", where)) {
        epochs.push_back(records::epoch_of(epoch, where));
        if (epochs.back().epoch != static_cast<std::int64_t>(epochs.size())) {
            throw DataError(fmt::format("{}: its epochs are not numbered from 1", where));
        }
    }
    const auto complete = static_cast<std::int64_t>(epochs.size());
    if (position.step < 0 || position.epoch != complete + (position.is_open ? 1 : 0)) {
        throw DataError(fmt::format("{}: its position does not follow its epochs", where));
    }
    try {
        fit.trainer().set_position(position);
    } catch (const DataError& error) {
        throw DataError(fmt::format("{}: {}", where, error.what()));
    }
    fit.trainer().optimizer().resume(json_value<std::int64_t>(state, "steps", where));
    const auto schedule = json_value<nlohmann::json>(state, "schedule", where);
    const auto stopping = json_value<nlohmann::json>(state, "early_stopping", where);
    fit.resume(std::move(epochs),
               {json_value<double>(schedule, "plateau_rate", where), optional_number(schedule, "best", where),
                json_value<std::int64_t>(schedule, "wait", where)},
               {optional_number(stopping, "best", where), json_value<std::int64_t>(stopping, "best_epoch", where),
                json_value<std::int64_t>(stopping, "wait", where), std::move(best)});
}

}  // namespace cellwise::learning
