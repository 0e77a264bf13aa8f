#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/communicator.h"

namespace cellwise::distributed {

/// The processes that share a command's work: those that mpirun or srun started, with --distributed, else this
/// one alone. Only the first writes, on the screen or the disk.
class ProcessGroup {
public:
    /// Joins the others if `distributed`; all but the first fall silent. Throws EnvironmentError.
    explicit ProcessGroup(bool distributed);

    /// Null for one process alone.
    [[nodiscard]] Communicator* communicator() const { return communicator_.get(); }
    [[nodiscard]] bool is_first() const { return rank() == 0; }
    [[nodiscard]] int rank() const { return communicator_ ? communicator_->rank() : 0; }
    [[nodiscard]] int size() const { return communicator_ ? communicator_->size() : 1; }
    [[nodiscard]] int local_rank() const { return communicator_ ? communicator_->local_rank() : 0; }

    /// The first process's words, in every process.
    [[nodiscard]] std::string from_first(const std::string& text) const;
    [[nodiscard]] bool from_first(bool value) const;

    /// Whether it is true in any process.
    [[nodiscard]] bool any(bool value) const { return communicator_ ? communicator_->any(value) : value; }

    /// Returns when every process has come here.
    void wait() const {
        if (communicator_) communicator_->wait();
    }

    /// What --threads N stands for in this process; 0: its fair share of the machine, 0 again if it is alone.
    [[nodiscard]] std::int64_t threads(std::int64_t asked) const;

private:
    std::unique_ptr<Communicator> communicator_;
};

}  // namespace cellwise::distributed
