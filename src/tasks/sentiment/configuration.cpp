#include "tasks/sentiment/configuration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/edit_distance.h"
#include "core/error.h"
#include "settings/setting_text.h"

namespace cellwise::sentiment {
namespace {

struct Preset {
    std::string_view name;
    double clip_norm;
    bool batch_norm;
    double weight_decay;
};
constexpr std::array<Preset, 3> presets{
    {{"tutorial", 0, false, 0}, {"clipped", 1, false, 0}, {"regularised", 1, true, 1e-5}}};
constexpr std::string_view custom_preset = "custom";

std::vector<std::string> preset_names() {
    std::vector<std::string> names;
    for (const auto& each : presets) names.emplace_back(each.name);
    return names;
}

}  // namespace

void Configuration::apply_preset(const std::string& name) {
    preset = name;
    if (name == custom_preset) return;
    const auto found = std::ranges::find(presets, name, &Preset::name);
    if (found == presets.end()) {
        throw UsageError(fmt::format("--preset '{}' is unknown: choose tutorial, clipped or regularised{}", name,
                                     did_you_mean(name, preset_names())));
    }
    training.clip_norm = found->clip_norm;
    model.batch_norm = found->batch_norm;
    training.weight_decay = found->weight_decay;
}

std::string Configuration::preset_in_force() const {
    const auto found = std::ranges::find_if(presets, [&](const Preset& each) {
        return each.clip_norm == training.clip_norm && each.batch_norm == model.batch_norm &&
               each.weight_decay == training.weight_decay;
    });
    return std::string(found == presets.end() ? custom_preset : found->name);
}

void Configuration::validate() const {
    if (cells.empty()) throw UsageError("--cells is empty: choose from simple_rnn, lstm, gru");
    if (std::set(cells.begin(), cells.end()).size() != cells.size()) {
        throw UsageError("--cells names a cell twice");
    }
    model.validate();
    if (!model.stack.empty() && cells != std::vector{model.stack.back().cell}) {
        throw UsageError(fmt::format("--stack names the cells of its layers: give it to one model, with --cell {}",
                                     cell_name(model.stack.back().cell)));
    }
    training.validate();
    if (length < 1 || length > 1'000'000) {
        throw UsageError(fmt::format("--length is {}: it must be between 1 and 1000000", length));
    }
    if (threads < 0 || threads > 4096) {
        throw UsageError(fmt::format("--threads is {}: it must be between 0 and 4096", threads));
    }
    if (jobs < 0 || jobs > 4096) {
        throw UsageError(fmt::format("--jobs is {}: it must be between 0 and 4096", jobs));
    }
    if (!(validation_split >= 0 && validation_split < 1)) {
        throw UsageError(fmt::format("--validation-split is {}: it must be at least 0 and below 1", validation_split));
    }
    if (checkpoint_every < 0) {
        throw UsageError(fmt::format("--checkpoint-every is {}: it must be 0 or more steps", checkpoint_every));
    }
    if (data.limit < 0) throw UsageError(fmt::format("--limit is {}: it must be 0 or more", data.limit));
    data.texts.validate();
    (void)seed_list();
}

std::vector<std::uint64_t> Configuration::seed_list() const {
    constexpr std::int64_t most_seeds = 10000;
    std::vector<std::uint64_t> list;
    if (seeds.find(',') == std::string::npos) {
        const auto count = settings::integer(seeds, "--seeds");
        if (count < 1 || count > most_seeds) {
            throw UsageError(fmt::format("--seeds is {}: it must be between 1 and {}", count, most_seeds));
        }
        for (std::int64_t i = 0; i < count; ++i) list.push_back(seed + static_cast<std::uint64_t>(i));
        return list;
    }
    for (const auto& part : settings::split(seeds)) list.push_back(settings::natural(part, "--seeds"));
    if (std::set(list.begin(), list.end()).size() != list.size()) {
        throw UsageError(fmt::format("--seeds {} names a seed twice: the statistics need different ones", seeds));
    }
    return list;
}

models::ClassifierOptions Configuration::model_for(Cell cell) const {
    auto options = model;
    options.cell = cell;
    return options;
}

bool has_default_rate(const learning::TrainingOptions& options) {
    auto by_default = options;
    by_default.learning_rate = 0;
    return options.effective_learning_rate() == by_default.effective_learning_rate();
}

void settle(Configuration& configuration) {
    configuration.validate();
    configuration.training.learning_rate = configuration.training.effective_learning_rate();
    configuration.preset = configuration.preset_in_force();
}

}  // namespace cellwise::sentiment
