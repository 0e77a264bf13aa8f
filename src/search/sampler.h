#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "search/space.h"
#include "search/trial.h"

namespace cellwise::search {

enum class SamplerKind { tpe, gp, random, grid };

[[nodiscard]] std::string_view sampler_name(SamplerKind kind);
/// Throws UsageError that lists the names.
[[nodiscard]] SamplerKind parse_sampler(std::string_view name);

struct SamplerOptions {
    SamplerKind kind = SamplerKind::tpe;
    std::uint64_t seed = 0;
    std::size_t startup_trials = 10;  ///< of tpe and gp: evenly spread points before the model speaks
    std::size_t grid_points = 5;      ///< of grid: points a range has
    bool multivariate = true;         ///< of tpe: one density over all parameters, not one a parameter
    /// Throws UsageError for a startup of no trials or a grid of fewer than two points.
    void validate() const;
    bool operator==(const SamplerOptions&) const = default;
};

/// Proposes points of a space. Asked and told in turn; it knows nothing of what a trial is.
///
/// What ask() proposes depends on the space, the options and the trials told so far, on nothing else: not on how often
/// it was asked before, on time, or on threads. So a study goes on exactly by telling the trials again.
class Sampler {
public:
    Sampler(const Space& space, const SamplerOptions& options) : space_(space), options_(options) {}
    virtual ~Sampler() = default;
    Sampler(const Sampler&) = delete;
    Sampler& operator=(const Sampler&) = delete;

    /// Points for the next `count` trials, which will run side by side: each is chosen with those before it in mind.
    /// Fewer where a grid has no more.
    [[nodiscard]] virtual std::vector<Point> ask(std::size_t count) = 0;

    /// In the order of their numbers, without gaps.
    void tell(const Trial& trial) { trials_.push_back(trial); }

protected:
    [[nodiscard]] const Space& space() const { return space_; }
    [[nodiscard]] const SamplerOptions& options() const { return options_; }
    [[nodiscard]] std::span<const Trial> trials() const { return trials_; }

private:
    const Space space_;
    const SamplerOptions options_;
    std::vector<Trial> trials_;
};

[[nodiscard]] std::unique_ptr<Sampler> make_sampler(const Space& space, const SamplerOptions& options);

/// A study in memory alone: so many trials, asked `round` at a time, each complete with what `objective` says of its
/// point (larger is better). Fewer trials where a grid has no more.
[[nodiscard]] std::vector<Trial> unkept_trials(const Space& space, const SamplerOptions& options, std::int64_t trials,
                                               std::int64_t round,
                                               const std::function<double(const Point&)>& objective);

}  // namespace cellwise::search
