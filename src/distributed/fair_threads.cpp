#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "distributed/processes.h"

namespace cellwise::distributed {
namespace {

// A processor set, and on which machine: numbers of processors mean nothing across machines.
struct Place {
    std::array<char, 256> machine{};
    cpu_set_t processors{};
};

Place own_place() {
    Place place;
    ::gethostname(place.machine.data(), place.machine.size() - 1);
    CPU_ZERO(&place.processors);
    // Fails on machines with more processors than the set has room for: then one thread is safe.
    if (::sched_getaffinity(0, sizeof place.processors, &place.processors) != 0) CPU_ZERO(&place.processors);
    return place;
}

}  // namespace

std::int64_t fair_threads(Communicator& processes) {
    const auto own = own_place();
    const auto all = processes.gather(std::as_bytes(std::span(&own, 1)));
    std::array<int, CPU_SETSIZE> users{};
    for (const auto& bytes : all) {
        Place place;
        std::memcpy(&place, bytes.data(), sizeof place);
        if (place.machine != own.machine) continue;
        for (int i = 0; i < CPU_SETSIZE; ++i) {
            if (CPU_ISSET(i, &place.processors)) ++users[static_cast<std::size_t>(i)];
        }
    }
    double share = 0;
    for (int i = 0; i < CPU_SETSIZE; ++i) {
        if (CPU_ISSET(i, &own.processors)) share += 1.0 / users[static_cast<std::size_t>(i)];
    }
    return std::max<std::int64_t>(1, std::llround(std::floor(share + 1e-9)));
}

}  // namespace cellwise::distributed
