#pragma once

#include <torch/types.h>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "engine/recurrent_pass.h"
#include "engine/thread_pool.h"
#include "engine/updates.h"

namespace cellwise::engine {

/// Options of a layer and of the shape that its table's gradient takes.
struct RecurrentOptions : LayerOptions {
    /// A table's gradient is a coalesced sparse COO tensor over the rows of the batch's tokens; or a
    /// dense one.
    bool sparse_gradient = true;
};

/// The weights of one direction of one layer, in PyTorch's layout and gate order. An undefined bias is
/// zeros. All are float32, contiguous, on the CPU.
struct RecurrentWeights {
    torch::Tensor w_ih;  ///< [gates · hidden, input]
    torch::Tensor w_hh;  ///< [gates · hidden, hidden]
    torch::Tensor b_ih;  ///< [gates · hidden]
    torch::Tensor b_hh;  ///< [gates · hidden]
};

struct RecurrentOutput {
    torch::Tensor last;      ///< [batch, hidden]: the state after the last step read
    torch::Tensor sequence;  ///< [batch, time, hidden], defined if asked for
};

/// One direction of one recurrent layer as a differentiable function (once: its backward cannot be
/// differentiated, nor run twice). Where gradients are off it keeps nothing. Its memory is used again
/// from batch to batch; several forwards may await their backward at once.
class RecurrentOperator {
public:
    /// The pool is used by one thread at a time, as is the operator.
    RecurrentOperator(const RecurrentOptions& options, std::shared_ptr<ThreadPool> pool);

    /// ids [batch, time], int32 or int64, below the rows of table [vocabulary, input]. batch and time are
    /// at least 1. Throws DataError for an id outside the table, InternalError for tensors of another
    /// kind or shape.
    RecurrentOutput forward_ids(const torch::Tensor& ids, const torch::Tensor& table, const RecurrentWeights& weights,
                                bool with_sequence = false);

    /// input [batch, time, input], float32.
    RecurrentOutput forward_dense(const torch::Tensor& input, const RecurrentWeights& weights,
                                  bool with_sequence = false);

    struct Shared;  // options, pool and idle passes; outlives the operator in graphs that still need them

private:
    std::shared_ptr<Shared> shared_;
};

/// A pool for a run with so many threads.
[[nodiscard]] std::shared_ptr<ThreadPool> make_pool(int threads);

/// A sparse COO gradient [rows, width] of a table as FusedUpdate reads it. `indices` and `values` hold
/// the memory. Coalesces where the operator's gradients of two directions or batches were added up.
struct TableGradient {
    torch::Tensor indices;
    torch::Tensor values;
    RowGradient rows;
};
[[nodiscard]] TableGradient table_gradient(const torch::Tensor& gradient);

}  // namespace cellwise::engine
