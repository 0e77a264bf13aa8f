#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/checks.h"

// What `doctor` and `--device` say of a machine: this one, and others whose driver a stand-in plays.
namespace cellwise {
namespace {

using test::run_program;
using test::ScratchFolder;
using testing::HasSubstr;
using testing::Not;

// On a machine with this driver and GPU.
std::vector<std::string> machine(const std::string& driver, const std::string& gpu = "",
                                 const std::string& capability = "90") {
    return {"env", "LD_LIBRARY_PATH=" CELLWISE_FAKE_DRIVER, "FAKE_DRIVER=" + driver, "FAKE_GPU=" + gpu,
            "FAKE_CAPABILITY=" + capability};
}

TEST(Doctor, TellsWhatThisMachineHas) {
    const ScratchFolder folder;
    const auto result = run_program({"doctor", "--device", "cpu", "--data", "../no such place"});
    EXPECT_EQ(result.exit_code, 4) << "reviews that were named must be there";
    EXPECT_THAT(result.errors, HasSubstr("no such place"));

    const auto json = test::json_of({"doctor", "--device", "cpu", "--output", folder / "runs"});
    EXPECT_TRUE(json["healthy"].get<bool>());
    std::vector<std::string> names;
    for (const auto& finding : json["findings"]) {
        names.push_back(finding["name"]);
        EXPECT_NE(finding["value"], "") << finding["name"];
        EXPECT_EQ(finding["remedy"] == "", finding["health"] == "good") << finding;
    }
    for (const char* name : {"program", "processor", "threads", "memory", "GPU driver", "device", "processes",
                             "reviews", "runs", "cache"}) {
        EXPECT_THAT(names, testing::Contains(name));
    }
}

TEST(Doctor, AFolderThatCannotBeWrittenIsAProblem) {
    // /proc takes no folders, not even from root.
    const auto result = run_program({"doctor", "--device", "cpu", "--output", "/proc/1/runs"});
    EXPECT_EQ(result.exit_code, 4) << result.output;
    EXPECT_THAT(result.output, HasSubstr("problem: /proc/1 is not writable"));
}

TEST(Doctor, KnowsTheGpuOfAProgramForTheCpu) {
    const auto result = run_program({"doctor"}, machine("580.65.06", "NVIDIA H100 80GB HBM3"));
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_THAT(result.output, HasSubstr("NVIDIA 580.65.06"));
    EXPECT_THAT(result.output, HasSubstr("NVIDIA H100 80GB HBM3, 80.0 GiB, compute capability 9.0"));
}

TEST(Doctor, SaysWhyAGpuCannotBeUsed) {
    const auto reason = [](const std::vector<std::string>& machine) {
        const auto result = run_program({"doctor", "--device", "cuda"}, machine);
        EXPECT_EQ(result.exit_code, 4) << result.output;
        EXPECT_THAT(result.errors, Not(HasSubstr("internal error")));
        return result.errors;
    };
    const auto plain = reason({"env"});
    if (plain.find("for the CPU only") != std::string::npos) {
        EXPECT_THAT(plain, HasSubstr("build the cuda preset"));
        EXPECT_THAT(reason(machine("580.65.06", "NVIDIA L4")), HasSubstr("this machine has a NVIDIA L4"));
        return;
    }
    EXPECT_THAT(plain, HasSubstr("install driver 580 or newer"));
    EXPECT_THAT(reason(machine("broken")), HasSubstr("does not answer"));
    EXPECT_THAT(reason(machine("550.54.15", "NVIDIA L4")), HasSubstr("550.54.15: CUDA 13 needs 580 or newer"));
    EXPECT_THAT(reason(machine("580.65.06")), HasSubstr("finds no GPU"));
    EXPECT_THAT(reason(machine("580.65.06", "NVIDIA GeForce GTX 1080", "61")), HasSubstr("compute capability 6.1"));
}

TEST(Device, RefusesWhatIsNotThereBeforeAnyWork) {
    for (const char* command : {"train", "compare"}) {
        for (const char* device : {"cuda", "cuda:0", "cuda:7"}) {
            const ScratchFolder folder;
            test::expect_refusal({command, "--device", device, "--output", folder / "run"}, 4,
                                 std::string("--device ") + device + ": ");
            EXPECT_FALSE(std::filesystem::exists(folder / "run"));
        }
        for (const char* device : {"gpu", "cuda:", "cuda:-1", "cuda:x", "CUDA", ""}) {
            test::expect_refusal({command, "--device", device}, 2, "--device");
        }
    }
}

}  // namespace
}  // namespace cellwise
