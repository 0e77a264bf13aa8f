#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/kernels.h"
#include "engine/thread_pool.h"
#include "engine/updates.h"

namespace cellwise::engine {

/// Adam over a table of which a batch reads few rows, with the bits of FusedUpdate::adam over every row. By Adam's
/// rule a row without gradient moves at every step too, as long as its moments are not zero. Here it waits until it is
/// read, and then takes its steps one after another while it lies in the first-level cache: a step reads and writes the
/// memory of a batch's rows in place of the whole table's.
///
/// Until catch_up(), rows that were not read are as they were some steps ago. Results do not depend on the number of
/// threads, and have the dense rule's bits as long as weights are finite. For one thread at a time.
class DeferredAdam {
public:
    /// The table and its moments, [rows, width] each, and `seen` [rows]: zero for a row that has never had a gradient,
    /// whose moments are zero and which is skipped (unless weights decay); updated here. They must be the same ones in
    /// all calls as long as rows wait.
    struct Table {
        float* weight = nullptr;
        float* first_moment = nullptr;
        float* second_moment = nullptr;
        std::uint8_t* seen = nullptr;
        std::size_t rows = 0;
        std::size_t width = 0;
    };

    /// The pool must outlive it.
    explicit DeferredAdam(ThreadPool& pool) : DeferredAdam(pool, best_kernels()) {}
    DeferredAdam(ThreadPool& pool, const Kernels& kernels) : pool_(pool), kernels_(kernels) {}

    /// A step in which these rows alone have a gradient; the others wait. Throws InternalError where indices are not
    /// ascending rows of the table.
    void step(const AdamOptions& options, const Table& table, const RowGradient& gradient);

    /// The rows `ids` take the steps for which they waited, in order to be read. An id may occur more than once; one
    /// that is no row is passed over.
    void catch_up(const Table& table, const std::int32_t* ids, std::size_t count);
    void catch_up(const Table& table, const std::int64_t* ids, std::size_t count);
    /// All rows do.
    void catch_up(const Table& table);

    /// Whether rows may be waiting.
    [[nodiscard]] bool is_behind() const { return !steps_.empty(); }

private:
    struct Late {
        std::size_t row;
        std::size_t done;  // of the steps
    };

    template <class Id>
    void catch_up_ids(const Table& table, const Id* ids, std::size_t count);
    void catch_up_late(const Table& table);
    void take_steps(const Table& table, Late late, std::size_t end) const;

    ThreadPool& pool_;
    Kernels kernels_;
    std::vector<AdamStep> steps_;     // since all rows were last caught up
    std::vector<std::uint8_t> done_;  // how many of them each row has taken
    std::vector<Late> late_;          // scratch
};

}  // namespace cellwise::engine
