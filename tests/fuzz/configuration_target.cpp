// config.toml and --config FILE.
#include "fuzz/target.h"
#include "tasks/sentiment/configuration.h"

CELLWISE_FUZZ_TARGET(configuration) {
    using namespace cellwise;
    const auto path = fuzz::scratch_file("config.toml", bytes);
    fuzz::may_refuse([&] {
        sentiment::Configuration configuration;
        sentiment::apply_toml_file(configuration, path.string());
        configuration.validate();
        const auto text = sentiment::to_toml(configuration);
        sentiment::Configuration again;
        sentiment::apply_toml_file(again, fuzz::scratch_file("again.toml", text).string());
        fuzz::require(sentiment::to_toml(again) == text, "a setting changed on the way out and back");
    });
}
