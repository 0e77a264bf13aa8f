#include "core/write_all.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace cellwise {

int write_all(int descriptor, std::string_view bytes, int most_milliseconds) noexcept {
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            pollfd room{descriptor, POLLOUT, 0};
            const int ready = ::poll(&room, 1, most_milliseconds);
            if (ready == 0 || (ready < 0 && errno != EINTR)) return EAGAIN;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

}  // namespace cellwise
