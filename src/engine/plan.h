#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/kernels.h"

namespace cellwise::engine {

/// What one batch looks like to the kernels: which distinct tokens it has, how its rows go in blocks,
/// and where each position of a block finds its projection. A position's projection row is the rank
/// of its token (ids), the token itself (Options::by_id), or batch row · steps + time (dense input).
class SequencePlan {
public:
    struct Options {
        bool share_tokens = true;  ///< project and differentiate every distinct token once
        bool share_prefix = true;  ///< rows that start with zeros share those steps
        bool reverse = false;      ///< read time backwards (nothing is shared at the start then)
        bool by_id = false;        ///< a position's projection row is its token itself, not the token's rank
    };

    /// Plans for ids [batch, steps], below `vocabulary`. Throws DataError naming the first id that is not.
    template <class Id>
    void plan_tokens(const Id* ids, std::size_t batch, std::size_t steps, std::size_t vocabulary,
                     const Options& options);
    /// Plans for dense input [batch, steps, ·].
    void plan_dense(std::size_t batch, std::size_t steps, bool reverse);

    /// Deals out the sums of backward: every block adds its positions' gradients up by the projection row that feeds
    /// them, and sums_of() tells which of the blocks' sums belong to a row.
    void list_sums();

    /// The tokens, ascending and distinct; with share_tokens off one for every position, and empty
    /// for dense input.
    [[nodiscard]] const std::vector<std::int32_t>& tokens() const { return tokens_; }
    [[nodiscard]] std::size_t projection_count() const { return projection_count_; }
    [[nodiscard]] std::size_t block_count() const { return blocks_.size(); }
    [[nodiscard]] BlockSteps block(std::size_t index) const;
    [[nodiscard]] std::size_t block_rows(std::size_t index) const { return blocks_[index].rows.size(); }
    /// First position of the block among those of all blocks.
    [[nodiscard]] std::size_t first_position(std::size_t index) const { return blocks_[index].first_position; }
    /// First state row of the block among those of all blocks (a block has positions + rows of them).
    [[nodiscard]] std::size_t first_state(std::size_t index) const { return blocks_[index].first_state; }
    [[nodiscard]] std::size_t position_count() const { return projection_rows_.size(); }
    /// Projection row of every position.
    [[nodiscard]] const std::int32_t* projection_rows() const { return projection_rows_.data(); }
    /// By the last list_sums(): every position's sum, or −1 − sum for a block's last position of it (BackwardBlock).
    [[nodiscard]] const std::int32_t* sum_rows() const { return sum_rows_.data(); }
    [[nodiscard]] std::size_t sum_count() const { return summed_rows_.size(); }
    /// Sums of a projection row's gradients, the last block's first.
    struct Sums {
        const std::int32_t* begin;
        std::size_t count;
        std::size_t readable;  ///< from `begin` to the end of the last row's
    };
    [[nodiscard]] Sums sums_of(std::size_t projection_row) const {
        const auto begin = static_cast<std::size_t>(sum_starts_[projection_row]);
        return {sums_.data() + begin, static_cast<std::size_t>(sum_starts_[projection_row + 1]) - begin,
                sums_.size() - begin};
    }

    /// Steps of the longest shared prefix, and the rank of the padding token if there is one.
    [[nodiscard]] std::size_t prefix_steps() const { return prefix_steps_; }
    [[nodiscard]] std::size_t padding_rank() const { return 0; }
    /// A shared prefix of so many steps, at most those of the batch, as a block of one row.
    [[nodiscard]] BlockSteps prefix_block(std::size_t steps) const;
    [[nodiscard]] const std::int32_t* prefix_projection_rows() const { return zeros_.data(); }
    /// All of the prefix's positions belong to one sum, which begins with zeros.
    [[nodiscard]] const std::int32_t* prefix_sum_rows() const { return zeros_.data(); }

private:
    struct Block {
        std::vector<std::int32_t> rows;
        std::vector<std::int32_t> offsets;
        std::vector<std::int32_t> active;
        std::size_t first_position = 0;
        std::size_t first_state = 0;
    };

    void make_blocks(std::size_t batch, std::size_t steps);

    bool reverse_ = false;
    std::size_t steps_ = 0;
    std::size_t prefix_steps_ = 0;
    std::size_t projection_count_ = 0;
    std::vector<std::int32_t> tokens_;
    std::vector<std::int32_t> starts_;  ///< [batch]: the step at which a row leaves the shared prefix
    std::vector<std::int32_t> ranks_;   ///< [vocabulary]
    std::vector<std::uint8_t> seen_;    ///< [vocabulary]
    std::vector<Block> blocks_;
    std::vector<std::int32_t> projection_rows_;
    std::vector<std::int32_t> sum_rows_;     ///< [positions]
    std::vector<std::int32_t> latest_sum_;   ///< [projection rows]: the latest block's sum so far
    std::vector<std::int32_t> summed_rows_;  ///< [sums]: the projection row of each
    std::vector<std::int32_t> sums_;         ///< the sums, ordered by their projection rows
    std::vector<std::int32_t> sum_starts_;   ///< [projection rows + 1]: where a row's begin among them
    std::vector<std::int32_t> cursor_;
    std::vector<std::int32_t> zeros_, ones_, counting_;
};

}  // namespace cellwise::engine
