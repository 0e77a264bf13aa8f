#include "distributed/process_group.h"

#include <span>

#include "core/log.h"
#include "distributed/processes.h"

namespace cellwise::distributed {

ProcessGroup::ProcessGroup(bool distributed) {
    if (distributed) communicator_ = join_processes();
    if (!is_first()) log::set_level(log::Level::quiet);
}

std::string ProcessGroup::from_first(const std::string& text) const {
    if (!communicator_) return text;
    const auto first = communicator_->gather(std::as_bytes(std::span(text))).front();
    return {reinterpret_cast<const char*>(first.data()), first.size()};
}

bool ProcessGroup::from_first(bool value) const { return any(is_first() && value); }

std::int64_t ProcessGroup::threads(std::int64_t asked) const {
    return asked == 0 && communicator_ ? fair_threads(*communicator_) : asked;
}

}  // namespace cellwise::distributed
