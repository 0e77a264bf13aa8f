// What a training needs and what the machine has.
#include "core/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/out_of_memory.h"
#include "core/processor.h"
#include "data/reviews/dataset.h"
#include "scratch_folder.h"
#include "tasks/sentiment/memory_need.h"

namespace cellwise {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class AvailableMemory : public testing::Test {
protected:
    void write(const std::string& path, const std::string& text) { write_file_atomically(folder / path, text); }
    std::uint64_t available() { return available_memory({folder / "proc", folder / "cgroup"}); }
    test::ScratchFolder folder;
};

TEST_F(AvailableMemory, IsWhatTheSystemHas) {
    EXPECT_EQ(available(), UINT64_MAX) << "nothing can be read";
    write("proc/meminfo", "MemTotal:  5000 kB\nMemFree:  10 kB\nMemAvailable:   4000 kB\nSwapFree:  500 kB\n");
    EXPECT_EQ(available(), 4500u * 1024);
    write("proc/self/cgroup", "3:cpuset:/\n0::/\nnonsense\n");
    EXPECT_EQ(available(), 4500u * 1024) << "no group has a limit";
}

TEST_F(AvailableMemory, IsWhatTheControlGroupLeaves) {
    write("proc/meminfo", "MemAvailable: 4000 kB\n");
    write("proc/self/cgroup", "0::/job/step\n");
    write("cgroup/job/memory.max", "3000000\n");
    write("cgroup/job/memory.current", "1000000\n");
    write("cgroup/job/memory.stat", "anon 5\ninactive_file 400000\n");
    write("cgroup/job/step/memory.max", "max\n");
    write("cgroup/job/step/memory.current", "1000000\n");
    EXPECT_EQ(available(), 3000000u - 600000u) << "the outer group's limit; its cached files give way";
    write("cgroup/job/memory.current", "9000000\n");
    EXPECT_EQ(available(), 0u) << "all used";
    write("cgroup/job/memory.max", "max\n");
    EXPECT_EQ(available(), 4000u * 1024);
}

TEST_F(AvailableMemory, IsWhatAGroupOfTheFirstVersionLeaves) {
    write("proc/meminfo", "MemAvailable: 4000 kB\n");
    write("proc/self/cgroup", "5:cpu,memory:/box\n");
    write("cgroup/memory/box/memory.limit_in_bytes", "2000000\n");
    write("cgroup/memory/box/memory.usage_in_bytes", "500000\n");
    write("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("cgroup/memory/memory.usage_in_bytes", "500000\n");
    EXPECT_EQ(available(), 1500000u);
}

TEST_F(AvailableMemory, ProcessorsAreWhatTheQuotasGive) {
    const auto quota = [&] { return processor_quota({folder / "proc", folder / "cgroup"}); };
    EXPECT_EQ(quota(), std::nullopt) << "nothing can be read";
    write("proc/self/cgroup", "0::/pod/box\n");
    write("cgroup/pod/box/cpu.max", "max 100000\n");
    EXPECT_EQ(quota(), std::nullopt);
    write("cgroup/pod/cpu.max", "150000 100000\n");
    EXPECT_EQ(quota(), 2) << "one and a half keep two busy";
    write("cgroup/pod/box/cpu.max", "50000 100000\n");
    EXPECT_EQ(quota(), 1) << "the least counts, and it is at least one";
    write("proc/self/cgroup", "4:cpu,cpuacct:/box\n2:cpuset:/elsewhere\n");
    write("cgroup/cpu/box/cpu.cfs_quota_us", "-1\n");
    write("cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(quota(), std::nullopt);
    write("cgroup/cpu/box/cpu.cfs_quota_us", "350000\n");
    EXPECT_EQ(quota(), 4);
    EXPECT_GE(usable_processors(), 1);
    EXPECT_EQ(threads_or_all(3), 3);
    EXPECT_EQ(threads_or_all(0), usable_processors());
}

std::string refusal(double bytes) {
    try {
        require_memory(bytes, "this", "take less");
    } catch (const EnvironmentError& error) {
        return error.what();
    }
    return "";
}

TEST(RequireMemory, SaysWhatIsNeededAndThere) {
    EXPECT_EQ(refusal(1e6), "");
    EXPECT_THAT(refusal(1e18), AllOf(HasSubstr("this needs 1e+09 GB of memory (1000000000000000000 bytes)"),
                                     HasSubstr("this machine has"), HasSubstr("take less")));
}

TEST(MemoryNeed, IsAddedUpFromItsParts) {
    sentiment::Configuration configuration;
    configuration.cells = {Cell::lstm};
    configuration.length = 100;
    configuration.training.batch_size = 10;
    const auto parameters = static_cast<double>(configuration.model_for(Cell::lstm).parameter_count());
    const auto need = sentiment::memory_need(configuration, {30, 20, 40});
    EXPECT_EQ(need.reviews, 4.0 * 100 * 50);
    EXPECT_EQ(need.batch, 4.0 * 10 * 40 * 64 * 5) << "the padding's steps are done once for all reviews";
    // Weights and two moments, and all of them again in a checkpoint; gradients without the table's.
    EXPECT_EQ(need.model, 4 * (parameters * 6 + parameters - 10000.0 * 128));
    EXPECT_EQ(need.total(), need.reviews + need.batch + need.model);

    configuration.model.layers = 2;
    EXPECT_EQ(sentiment::memory_need(configuration, {30, 20, 40}).batch, 4.0 * 10 * 40 * 64 * (5 + 5 + 4))
        << "a layer above the first keeps its gates' gradients too";
    configuration.model.layers = 1;
    for (const std::string device : {"cuda", "cuda:1"}) {
        configuration.device = device;
        EXPECT_EQ(sentiment::memory_need(configuration, {30, 20, 40}).model, 4 * (parameters * 6 + parameters))
            << device;
    }
    configuration.device = "cpu";

    configuration.model.engine = models::Engine::torch;
    configuration.training.precision = learning::Precision::float64;
    configuration.training.epochs = 1;
    configuration.training.optimizer = learning::OptimizerKind::sgd;
    configuration.cells = {Cell::simple_rnn, Cell::lstm, Cell::gru};
    configuration.jobs = 2;
    const auto plain = sentiment::memory_need(configuration, {5, 20, 40});
    EXPECT_EQ(plain.batch, 2 * 8.0 * 5 * 100 * 64 * 5) << "the largest cell's, twice; no more rows than reviews";
    EXPECT_EQ(plain.model, 2 * 8.0 * parameters * 3) << "weights, gradients, and the weights once more to write them";
}

TEST(MemoryNeed, IsRefusedBeforehand) {
    sentiment::Configuration configuration;
    configuration.length = 1'000'000;
    configuration.training.batch_size = 10'000'000;
    EXPECT_NO_THROW(sentiment::require_memory_for(configuration, {10, 10, 50}));
    EXPECT_THROW(sentiment::require_memory_for(configuration, {100'000'000, 10, 50}), EnvironmentError);
    data::Reviews reviews;
    reviews.add(std::vector<std::int32_t>{1, 2}, 1);
    EXPECT_EQ(data::pad(reviews, 3).ids, (std::vector<std::int32_t>{0, 1, 2}));
    EXPECT_THROW((void)data::pad(reviews, std::size_t{1} << 50), EnvironmentError);
    EXPECT_EQ(sentiment::sizes_of(reviews, {}).longest, 2u);
}

TEST(OutOfMemory, IsKnownFromWhatLibTorchSays) {
    EXPECT_EQ(out_of_memory_message("index out of range"), std::nullopt);
    EXPECT_THAT(out_of_memory_message("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't "
                                      "allocate memory: you tried to allocate 5120000000 bytes. Error code 12")
                    .value(),
                HasSubstr("5.12 GB (5120000000 bytes)"));
    EXPECT_THAT(out_of_memory_message("CUDA out of memory. Tried to allocate 2.00 GiB").value(), HasSubstr("GPU"));
}

}  // namespace
}  // namespace cellwise
