#include "search/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

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

std::vector<Trial> unkept_trials(const Space& space, const SamplerOptions& options, std::int64_t trials,
                                 std::int64_t round, const std::function<double(const Point&)>& objective) {
    const auto sampler = make_sampler(space, options);
    std::vector<Trial> done;
    while (static_cast<std::int64_t>(done.size()) < trials) {
        const auto first = done.size();
        const auto left = trials - static_cast<std::int64_t>(first);
        auto points = sampler->ask(static_cast<std::size_t>(std::min(round, left)));
        if (points.empty()) break;
        for (auto& point : points) {
            const double value = objective(point);
            done.push_back({static_cast<std::int64_t>(done.size()), std::move(point), {}, value, {}, 0, ""});
        }
        for (auto told = first; told < done.size(); ++told) sampler->tell(done[told]);
    }
    return done;
}

}  // namespace cellwise::search
