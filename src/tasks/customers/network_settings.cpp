#include "tasks/customers/network_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "trees/parameter_text.h"

namespace cellwise::customers {
namespace {

NetworkSettings defaults_of(models::TableArchitecture architecture) {
    NetworkSettings settings;
    switch (architecture) {
        case models::TableArchitecture::mlp:
            settings.hidden_size = 64;
            settings.learning_rate = 0.005;
            break;
        case models::TableArchitecture::cnn:
        case models::TableArchitecture::lstm:
            settings.hidden_size = 16;
            settings.learning_rate = 0.02;
            break;
    }
    return settings;
}

/// One parameter: where it is kept, and between what its value lies.
struct Whole {
    const char* name;
    std::int64_t NetworkSettings::*value;
    std::int64_t most;
};
struct Real {
    const char* name;
    double NetworkSettings::*value;
    double least, below;
};
constexpr Whole wholes[] = {{"hidden_size", &NetworkSettings::hidden_size, 4096},
                            {"step_size", &NetworkSettings::step_size, 1024},
                            {"epochs", &NetworkSettings::epochs, 1'000'000},
                            {"batch_size", &NetworkSettings::batch_size, 1'000'000},
                            {"max_steps", &NetworkSettings::max_steps, 1'000'000'000}};
constexpr Real reals[] = {{"learning_rate", &NetworkSettings::learning_rate, 1e-9, 100},
                          {"weight_decay", &NetworkSettings::weight_decay, 0, 100},
                          {"dropout", &NetworkSettings::dropout, 0, 1}};

void set(NetworkSettings& settings, const std::string& full_name, const std::string& name, const std::string& text) {
    for (const auto& [own_name, value, most] : wholes) {
        if (name != own_name) continue;
        const auto number = trees::whole_number(full_name, text);
        if (number < 1 || number > static_cast<std::size_t>(most)) {
            throw UsageError(fmt::format("{} {} is not from 1 to {}", full_name, text, most));
        }
        settings.*value = static_cast<std::int64_t>(number);
        return;
    }
    for (const auto& [own_name, value, least, below] : reals) {
        if (name != own_name) continue;
        const double number = trees::number(full_name, text);
        if (!(number >= least && number < below)) {
            throw UsageError(fmt::format("{} {} is not at least {} and below {}", full_name, text, least, below));
        }
        settings.*value = number;
        return;
    }
}

}  // namespace

std::vector<std::string> NetworkSettings::names(models::TableArchitecture architecture) {
    std::vector<std::string> names;
    for (const auto& whole : wholes) {
        const bool has_steps = architecture != models::TableArchitecture::mlp;
        if (has_steps || whole.value != &NetworkSettings::step_size) names.emplace_back(whole.name);
    }
    for (const auto& real : reals) names.emplace_back(real.name);
    return names;
}

NetworkSettings NetworkSettings::from(models::TableArchitecture architecture, const Parameters& parameters) {
    const auto kind = models::table_architecture_name(architecture);
    const auto known = names(architecture);
    auto settings = defaults_of(architecture);
    for (const auto& [name, text] : parameters) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            throw UsageError(fmt::format("{} has no parameter '{}', but\n{}", kind, name, fmt::join(known, ", ")));
        }
        set(settings, fmt::format("{}.{}", kind, name), name, text);
    }
    return settings;
}

}  // namespace cellwise::customers
