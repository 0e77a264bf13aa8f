#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "interchange/limited_process.h"
#include "interchange/pytorch_file.h"

namespace cellwise::interchange {
namespace {

using testing::HasSubstr;

// LibTorch's own reader of pickles is the judge.
TEST(PytorchFile, IsADictionaryOfTensors) {
    const std::vector<float> floats{1.5F, -2, 3, 4, 5, 6.25F};
    const std::vector<double> doubles{0.1};
    const std::vector<std::int64_t> wholes{std::int64_t{1} << 40, -7};
    std::vector<StoredTensor> tensors{
        store_tensor<float>("weight", {2, 3}, floats), store_tensor<double>("순환.scalar", {}, doubles),
        store_tensor<std::int64_t>("count", {2}, wholes), store_tensor<float>("none", {0, 4}, std::vector<float>{})};
    const auto bytes = encode_pytorch_file(tensors);
    const auto read = torch::pickle_load({bytes.begin(), bytes.end()}).toGenericDict();
    ASSERT_EQ(read.size(), 4U);
    EXPECT_TRUE(torch::equal(read.at("weight").toTensor(), torch::tensor(floats).reshape({2, 3})));
    EXPECT_TRUE(torch::equal(read.at("순환.scalar").toTensor(), torch::scalar_tensor(0.1, torch::kFloat64)));
    EXPECT_TRUE(torch::equal(read.at("count").toTensor(), torch::tensor(wholes)));
    EXPECT_EQ(read.at("none").toTensor().sizes(), (std::vector<std::int64_t>{0, 4}));
    EXPECT_EQ(encode_pytorch_file(tensors), bytes) << "the same bytes for the same tensors";
    tensors[0].dtype = DType::uint8;
    EXPECT_THROW(static_cast<void>(encode_pytorch_file(tensors)), InternalError);
}

TEST(LimitedProcess, ReturnsResultsAndErrors) {
    EXPECT_EQ(run_in_limited_process([] { return std::string("done\0", 5); }, "x"), std::string("done\0", 5));
    EXPECT_EQ(run_in_limited_process([] { return std::string(); }, "x"), "");
    EXPECT_EQ(run_in_limited_process([] { return std::string(5 << 20, 'a'); }, "x").size(), std::size_t{5} << 20);
    try {
        static_cast<void>(run_in_limited_process([]() -> std::string { throw DataError("layer 3"); }, "x"));
        FAIL();
    } catch (const DataError& error) {
        EXPECT_STREQ(error.what(), "layer 3");
    }
}

TEST(LimitedProcess, CrashesAndLimitsBecomeDataErrors) {
    const auto message = [](const std::function<std::string()>& work) -> std::string {
        ProcessLimits limits;
        limits.seconds = 1;
        limits.memory_bytes = 256 << 20;
        try {
            static_cast<void>(run_in_limited_process(work, "'x.keras'", limits));
        } catch (const DataError& error) {
            return error.what();
        }
        return "accepted";
    };
    EXPECT_THAT(message([]() -> std::string {
                    ::raise(SIGKILL);
                    return "";
                }),
                HasSubstr("'x.keras': damaged"));
    EXPECT_THAT(message([]() -> std::string {
                    while (true) ::pause();
                }),
                HasSubstr("'x.keras': reading it takes more than 1 s"));
#if !defined(__SANITIZE_ADDRESS__)
    EXPECT_THAT(message([] { return std::string(std::size_t{1} << 30, 'a'); }), HasSubstr("of memory"));
#endif
}

}  // namespace
}  // namespace cellwise::interchange
