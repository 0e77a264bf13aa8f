#include "records/figures.h"

#include <nlohmann/json.hpp>

#include "core/json_value.h"

namespace cellwise::records {

nlohmann::ordered_json epoch_json(const EpochFigures& epoch, EpochShape shape, std::string_view validation) {
    const std::string prefix(validation);
    nlohmann::ordered_json json{{"epoch", epoch.epoch},
                                {"train_loss", epoch.train.loss},
                                {"train_accuracy", epoch.train.accuracy},
                                {prefix + "_loss", epoch.validation.loss},
                                {prefix + "_accuracy", epoch.validation.accuracy}};
    for (const auto& figure : epoch.more) json[figure.name] = figure.value;
    if (shape == EpochShape::report) return json;
    if (shape == EpochShape::run_list) {
        json["seconds"] = epoch.train_seconds + epoch.validation_seconds;
        return json;
    }
    if (shape == EpochShape::metrics_line) json["learning_rate"] = epoch.learning_rate;
    json["train_seconds"] = epoch.train_seconds;
    json[prefix + "_seconds"] = epoch.validation_seconds;
    if (shape == EpochShape::metrics_line) json["unix_time"] = epoch.unix_time;
    return json;
}

EpochFigures epoch_of(const nlohmann::json& json, const std::string& where) {
    const auto number = [&](const std::string& key) { return json_value<double>(json, key, where); };
    const std::string validation = json.contains("validation_loss") ? "validation" : "test";
    EpochFigures epoch;
    epoch.epoch = json_value<std::int64_t>(json, "epoch", where);
    epoch.train = {number("train_loss"), number("train_accuracy")};
    epoch.validation = {number(validation + "_loss"), number(validation + "_accuracy")};
    epoch.learning_rate = json.contains("learning_rate") ? number("learning_rate") : 0;
    epoch.train_seconds = number("train_seconds");
    epoch.validation_seconds = number(validation + "_seconds");
    epoch.unix_time = json.contains("unix_time") ? number("unix_time") : 0;
    return epoch;
}

}  // namespace cellwise::records
