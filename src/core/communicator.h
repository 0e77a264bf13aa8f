#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace cellwise {

/// What several processes of one command share: they train one model together, or spread the runs of a
/// comparison. Every process must make the same calls in the same order; each waits for the others. Sums come out the
/// same, bit for bit, in every process.
class Communicator {
public:
    Communicator() = default;
    virtual ~Communicator() = default;
    Communicator(const Communicator&) = delete;
    Communicator& operator=(const Communicator&) = delete;

    [[nodiscard]] virtual int rank() const = 0;        ///< this process's number, from 0
    [[nodiscard]] virtual int size() const = 0;        ///< processes
    [[nodiscard]] virtual int local_rank() const = 0;  ///< its number among those of this machine

    /// Replaces each value by its sum over the processes.
    virtual void sum(std::span<float> values) = 0;
    virtual void sum(std::span<double> values) = 0;

    /// Every process's bytes, in the order of ranks; they may differ in number.
    [[nodiscard]] virtual std::vector<std::vector<std::byte>> gather(std::span<const std::byte> own) = 0;

    /// Whether it is true in any process.
    [[nodiscard]] bool any(bool own) {
        double count = own ? 1 : 0;
        sum(std::span(&count, 1));
        return count > 0;
    }

    /// Returns when every process has come here.
    virtual void wait() = 0;
};

}  // namespace cellwise
