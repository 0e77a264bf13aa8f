#include "search/sampler.h"

#include <fmt/format.h>

#include <array>

#include "core/error.h"
#include "search/gp_sampler.h"
#include "search/grid_sampler.h"
#include "search/random_sampler.h"
#include "search/tpe_sampler.h"

namespace cellwise::search {
namespace {

constexpr std::array<std::pair<SamplerKind, std::string_view>, 4> sampler_names{
    {{SamplerKind::tpe, "tpe"}, {SamplerKind::gp, "gp"}, {SamplerKind::random, "random"}, {SamplerKind::grid, "grid"}}};

}  // namespace

std::string_view sampler_name(SamplerKind kind) {
    for (const auto& [known, name] : sampler_names) {
        if (known == kind) return name;
    }
    throw InternalError("a sampler without a name");
}

SamplerKind parse_sampler(std::string_view name) {
    for (const auto& [kind, known] : sampler_names) {
        if (known == name) return kind;
    }
    throw UsageError(fmt::format("there is no sampler '{}': take tpe, gp, random or grid", name));
}

void SamplerOptions::validate() const {
    if (startup_trials == 0) throw UsageError("a sampler begins with at least one evenly spread trial, not 0");
    if (grid_points < 2) throw UsageError("a grid has at least 2 points a range");
}

std::unique_ptr<Sampler> make_sampler(const Space& space, const SamplerOptions& options) {
    options.validate();
    switch (options.kind) {
        case SamplerKind::tpe:
            return std::make_unique<TpeSampler>(space, options);
        case SamplerKind::gp:
            return std::make_unique<GpSampler>(space, options);
        case SamplerKind::random:
            return std::make_unique<RandomSampler>(space, options);
        case SamplerKind::grid:
            return std::make_unique<GridSampler>(space, options);
    }
    throw InternalError("a sampler without a class");
}

}  // namespace cellwise::search
