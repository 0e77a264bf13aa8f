#include "training/checkpoint_state.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"

namespace cellwise::training {
namespace {

template <class Value>
Value get(const nlohmann::json& json, const std::string& key, const std::string& where) {
    try {
        return json.at(key).get<Value>();
    } catch (const nlohmann::json::exception&) {
        throw DataError(fmt::format("{}: '{}' is missing or of the wrong type", where, key));
    }
}

nlohmann::ordered_json number_or_null(const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

std::optional<double> optional_number(const nlohmann::json& json, const char* key, const std::string& where) {
    if (json.contains(key) && json[key].is_null()) return std::nullopt;
    return get<double>(json, key, where);
}

}  // namespace

nlohmann::ordered_json epoch_json(const EpochResult& epoch, const std::string& validation) {
    return {{"epoch", epoch.epoch},
            {"train_loss", epoch.train.loss},
            {"train_accuracy", epoch.train.accuracy},
            {validation + "_loss", epoch.validation.loss},
            {validation + "_accuracy", epoch.validation.accuracy},
            {"learning_rate", epoch.learning_rate},
            {"train_seconds", epoch.train_seconds},
            {validation + "_seconds", epoch.validation_seconds},
            {"unix_time", epoch.unix_time}};
}

EpochResult epoch_of(const nlohmann::json& json, const std::string& where) {
    const std::string validation = json.contains("validation_loss") ? "validation" : "test";
    EpochResult epoch;
    epoch.epoch = get<std::int64_t>(json, "epoch", where);
    epoch.train = {get<double>(json, "train_loss", where), get<double>(json, "train_accuracy", where)};
    epoch.validation = {get<double>(json, validation + "_loss", where),
                        get<double>(json, validation + "_accuracy", where)};
    epoch.learning_rate = json.contains("learning_rate") ? get<double>(json, "learning_rate", where) : 0;
    epoch.train_seconds = get<double>(json, "train_seconds", where);
    epoch.validation_seconds = get<double>(json, validation + "_seconds", where);
    epoch.unix_time = json.contains("unix_time") ? get<double>(json, "unix_time", where) : 0;
    return epoch;
}

nlohmann::ordered_json checkpoint_state(const Fit& fit, const CheckpointOrigin& origin) {
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
    for (const auto& epoch : fit.epochs()) state["epochs"].push_back(epoch_json(epoch, "validation"));
    const auto& schedule = fit.schedule().state();
    state["schedule"] = {
        {"plateau_rate", schedule.plateau_rate}, {"best", number_or_null(schedule.best)}, {"wait", schedule.wait}};
    const auto& stopping = fit.early_stopping().state();
    state["early_stopping"] = {
        {"best", number_or_null(stopping.best)}, {"best_epoch", stopping.best_epoch}, {"wait", stopping.wait}};
    return state;
}

CheckpointOrigin origin_of(const nlohmann::json& state, const std::string& where) {
    return {get<std::map<std::string, std::string>>(state, "settings", where),
            get<std::string>(state, "data_sha256", where)};
}

void restore_state(const nlohmann::json& state, std::map<std::string, torch::Tensor> best, Fit& fit,
                   const std::string& where) {
    const auto saved = get<nlohmann::json>(state, "position", where);
    EpochPosition position;
    position.epoch = get<std::int64_t>(saved, "epoch", where);
    position.step = get<std::int64_t>(saved, "step", where);
    position.loss_sum = get<double>(saved, "loss_sum", where);
    position.right = get<double>(saved, "right", where);
    position.seen = get<double>(saved, "seen", where);
    position.seconds = get<double>(saved, "seconds", where);
    position.is_open = get<bool>(saved, "is_open", where);
    position.order = get<std::string>(saved, "order", where);

    std::vector<EpochResult> epochs;
    for (const auto& epoch : get<std::vector<nlohmann::json>>(state, "epochs", where)) {
        epochs.push_back(epoch_of(epoch, where));
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
    fit.trainer().optimizer().resume(get<std::int64_t>(state, "steps", where));
    const auto schedule = get<nlohmann::json>(state, "schedule", where);
    const auto stopping = get<nlohmann::json>(state, "early_stopping", where);
    fit.resume(std::move(epochs),
               {get<double>(schedule, "plateau_rate", where), optional_number(schedule, "best", where),
                get<std::int64_t>(schedule, "wait", where)},
               {optional_number(stopping, "best", where), get<std::int64_t>(stopping, "best_epoch", where),
                get<std::int64_t>(stopping, "wait", where), std::move(best)});
}

}  // namespace cellwise::training
