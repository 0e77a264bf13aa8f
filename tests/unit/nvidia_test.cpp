#include "core/nvidia.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cellwise {
namespace {

using testing::HasSubstr;

NvidiaState machine(const std::string& driver, std::vector<Gpu> gpus) { return {driver, "", std::move(gpus)}; }

TEST(Nvidia, KnowsWhatCuda13RunsOn) {
    EXPECT_EQ(why_unusable(machine("580.65.06", {{"L4", 8, 9, 1}})), "");
    EXPECT_EQ(why_unusable(machine("610.1", {{"T4", 7, 5, 1}})), "");
    // One that can be used is enough.
    EXPECT_EQ(why_unusable(machine("580.65.06", {{"GTX 1080", 6, 1, 1}, {"L4", 8, 9, 1}})), "");
}

TEST(Nvidia, SaysWhatIsMissing) {
    EXPECT_THAT(why_unusable({"", "no NVIDIA driver was found", {}}), HasSubstr("install driver 580 or newer"));
    EXPECT_THAT(why_unusable(machine("579.99", {{"L4", 8, 9, 1}})), HasSubstr("579.99: CUDA 13 needs 580"));
    EXPECT_THAT(why_unusable(machine("", {{"L4", 8, 9, 1}})), HasSubstr("needs 580"));
    EXPECT_THAT(why_unusable(machine("580.65.06", {})), HasSubstr("finds no GPU"));
    EXPECT_THAT(why_unusable(machine("580.65.06", {{"V100", 7, 0, 1}})), HasSubstr("V100 has compute capability 7.0"));
}

TEST(Nvidia, AsksThisMachineWithoutHarm) {
    const auto state = nvidia_state();
    EXPECT_NE(state.problem.empty(), state.driver.empty()) << "either a driver or the reason why not";
}

}  // namespace
}  // namespace cellwise
