// The config.json of a .keras file.
#include "interchange/keras_config.h"

#include <nlohmann/json.hpp>

#include "core/strict_json.h"
#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(keras_config) {
    using namespace cellwise;
    fuzz::may_refuse([&] {
        const auto model = interchange::parse_keras_config(parse_strict_json(bytes, "fuzz"), "fuzz");
        static_cast<void>(interchange::variable_places(model.options));
        const auto written = interchange::keras_config(model).dump();
        const auto again = interchange::parse_keras_config(parse_strict_json(written, "written"), "written");
        fuzz::require(again.options.recurrent_layers() == model.options.recurrent_layers(),
                      "a layer changed on the way out and back");
    });
}
