// config.toml and --config FILE.
#include "fuzz/target.h"
#include "training/configuration.h"

CELLWISE_FUZZ_TARGET(configuration) {
    using namespace cellwise;
    const auto path = fuzz::scratch_file("config.toml", bytes);
    fuzz::may_refuse([&] {
        training::Configuration configuration;
        training::apply_toml_file(configuration, path.string());
        configuration.validate();
        const auto text = training::to_toml(configuration);
        training::Configuration again;
        training::apply_toml_file(again, fuzz::scratch_file("again.toml", text).string());
        fuzz::require(training::to_toml(again) == text, "a setting changed on the way out and back");
    });
}
