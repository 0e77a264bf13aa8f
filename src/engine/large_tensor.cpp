#include "engine/large_tensor.h"

#include <torch/torch.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "core/large_pages.h"

namespace cellwise::engine {
namespace {

constexpr std::size_t least_block = 4096;

torch::TensorOptions float_options() { return torch::TensorOptions().dtype(torch::kFloat32); }

}  // namespace

torch::Tensor on_large_pages(const torch::Tensor& values) {
    const torch::NoGradGuard no_grad;
    const auto bytes = static_cast<std::size_t>(values.numel()) * sizeof(float);
    auto copy = torch::from_blob(
        allocate_array(bytes), values.sizes(), [](void* memory) { std::free(memory); }, float_options());
    copy.copy_(values);
    return copy;
}

// Blocks are as large as powers of two: batches differ a little in their numbers of words.
struct ReusedMemory::Blocks {
    struct Block {
        void* memory;
        std::size_t bytes;
    };
    std::mutex mutex;
    std::vector<Block> idle;  // with room for all that are out: giving one back cannot fail
    std::size_t made = 0;

    Blocks() = default;
    ~Blocks() {
        for (const Block& block : idle) std::free(block.memory);
    }
    Blocks(const Blocks&) = delete;
    Blocks& operator=(const Blocks&) = delete;

    Block take(std::size_t bytes) {
        const std::size_t wanted = std::bit_ceil(std::max(bytes, least_block));
        {
            const std::lock_guard lock(mutex);
            const auto found =
                std::find_if(idle.begin(), idle.end(), [&](const Block& block) { return block.bytes == wanted; });
            if (found != idle.end()) {
                const Block block = *found;
                idle.erase(found);
                return block;
            }
            idle.reserve(++made);
        }
        return {allocate_array(wanted), wanted};
    }
    void give_back(const Block& block) {
        const std::lock_guard lock(mutex);
        idle.push_back(block);
    }
};

ReusedMemory::ReusedMemory() : blocks_(std::make_shared<Blocks>()) {}

torch::Tensor ReusedMemory::tensor(torch::IntArrayRef sizes) {
    const auto count = c10::multiply_integers(sizes);
    const auto block = blocks_->take(static_cast<std::size_t>(count) * sizeof(float));
    return torch::from_blob(
        block.memory, sizes, [blocks = blocks_, block](void* /*memory*/) { blocks->give_back(block); },
        float_options());
}

}  // namespace cellwise::engine
