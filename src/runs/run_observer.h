#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "records/figures.h"

namespace cellwise::runs {

/// Looks on while runs are trained. Called from any of the threads that train, after every step: be quick, and safe
/// from several threads at once. `run` is the number in the plan's titles.
class RunObserver {
public:
    RunObserver() = default;
    RunObserver(const RunObserver&) = delete;
    RunObserver& operator=(const RunObserver&) = delete;
    virtual ~RunObserver() = default;

    /// Before the first run: what the runs are called ("LSTM seed 0"), and their figures after an epoch ("validation",
    /// "test").
    virtual void planned(std::span<const std::string> /*titles*/, std::string_view /*validation*/) {}
    virtual void progressed(std::size_t /*run*/, const records::Progress& /*progress*/) {}
    virtual void epoch_done(std::size_t /*run*/, const records::EpochFigures& /*figures*/, std::int64_t /*epochs*/) {}
    /// Something that people may want to know.
    virtual void said(std::string_view /*line*/) {}
    /// The run has ended or stopped, however that came.
    virtual void ended(std::size_t /*run*/) {}
};

}  // namespace cellwise::runs
