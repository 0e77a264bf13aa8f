// Processes joined by MPI; no_mpi.cpp stands in where it was not found at build time.
#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <exception>
#include <string>

#include "core/error.h"
#include "distributed/processes.h"

namespace cellwise::distributed {
namespace {

constexpr std::size_t largest_message = 1U << 30U;  // MPI counts in int

bool is_running() {
    int begun = 0, ended = 0;
    MPI_Initialized(&begun);
    MPI_Finalized(&ended);
    return begun != 0 && ended == 0;
}

// MPI's default is to end the program on an error, with a message of its own: no call returns one.
class MpiCommunicator : public Communicator {
public:
    MpiCommunicator() {
        if (is_running()) throw InternalError("the processes were joined already");
        if (MPI_Init(nullptr, nullptr) != MPI_SUCCESS) throw EnvironmentError("MPI could not be started");
        MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
        MPI_Comm_size(MPI_COMM_WORLD, &size_);
        MPI_Comm local = MPI_COMM_NULL;
        MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &local);
        MPI_Comm_rank(local, &local_rank_);
        MPI_Comm_free(&local);
    }
    MpiCommunicator(const MpiCommunicator&) = delete;
    MpiCommunicator& operator=(const MpiCommunicator&) = delete;
    ~MpiCommunicator() override {
        // Unwinding, the others may not be on their way to the same call, which waits for them.
        if (std::uncaught_exceptions() == 0) MPI_Finalize();
    }

    [[nodiscard]] int rank() const override { return rank_; }
    [[nodiscard]] int size() const override { return size_; }
    [[nodiscard]] int local_rank() const override { return local_rank_; }

    void sum(std::span<float> values) override { sum_of(values, MPI_FLOAT); }
    void sum(std::span<double> values) override { sum_of(values, MPI_DOUBLE); }

    std::vector<std::vector<std::byte>> gather(std::span<const std::byte> own) override {
        require_sendable(own.size());
        const int count = static_cast<int>(own.size());
        std::vector<int> counts(static_cast<std::size_t>(size_));
        MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, MPI_COMM_WORLD);
        std::vector<int> begins(counts.size());
        std::size_t total = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            begins[i] = static_cast<int>(total);
            total += static_cast<std::size_t>(counts[i]);
            require_sendable(total);
        }
        std::vector<std::byte> all(total);
        MPI_Allgatherv(own.data(), count, MPI_BYTE, all.data(), counts.data(), begins.data(), MPI_BYTE, MPI_COMM_WORLD);
        std::vector<std::vector<std::byte>> parts;
        parts.reserve(counts.size());
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const auto begin = all.begin() + begins[i];
            parts.emplace_back(begin, begin + counts[i]);
        }
        return parts;
    }

    void wait() override { MPI_Barrier(MPI_COMM_WORLD); }

private:
    static void require_sendable(std::size_t bytes) {
        if (bytes <= largest_message) return;
        throw EnvironmentError(
            fmt::format("{} bytes are too many for the processes to exchange at once: use smaller sizes", bytes));
    }

    template <class Value>
    void sum_of(std::span<Value> values, MPI_Datatype type) const {
        if (size_ == 1) return;
        constexpr std::size_t at_once = largest_message / sizeof(Value);
        for (std::size_t i = 0; i < values.size(); i += at_once) {
            const auto part = values.subspan(i, std::min(at_once, values.size() - i));
            MPI_Allreduce(MPI_IN_PLACE, part.data(), static_cast<int>(part.size()), type, MPI_SUM, MPI_COMM_WORLD);
        }
    }

    int rank_ = 0, size_ = 1, local_rank_ = 0;
};

}  // namespace

std::unique_ptr<Communicator> join_processes() { return std::make_unique<MpiCommunicator>(); }

bool has_mpi() { return true; }

const char* mpi_version() {
    static const std::string text = [] {
        char version[MPI_MAX_LIBRARY_VERSION_STRING];
        int length = 0;
        MPI_Get_library_version(version, &length);
        std::string whole(version, static_cast<std::size_t>(length));
        return whole.substr(0, whole.find_first_of(",\n"));
    }();
    return text.c_str();
}

int own_rank() {
    int rank = 0;
    if (is_running()) MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

void leave_after_error(ExitCode code, bool together) {
    if (!is_running()) return;
    int size = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (size > 1 && !together) MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code));
    MPI_Finalize();
}

}  // namespace cellwise::distributed
