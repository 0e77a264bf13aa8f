#include "core/safetensors.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/strict_json.h"

namespace cellwise {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string file_bytes(std::string header, std::string_view data) {
    std::string length(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i) & 0xFF);
    return length + header + std::string(data);
}

std::string message_of(const std::string& bytes) {
    try {
        static_cast<void>(decode_safetensors(bytes, "x.safetensors"));
    } catch (const DataError& error) {
        return error.what();
    }
    return "accepted";
}

// Made with Python's safetensors 0.8.0:
// safetensors.numpy.save({"a": np.array([[1, 2]], np.float32), "n": np.array(7, np.int64)}, {"k": "v"})
TEST(Safetensors, ReadsWhatThePythonPackageWrites) {
    const auto bytes = file_bytes(
        R"({"__metadata__":{"k":"v"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}}  )",
        std::string_view("\x07\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\x40", 16));
    const auto content = decode_safetensors(bytes, "x");
    EXPECT_EQ(content.metadata.at("k"), "v");
    EXPECT_THAT(content.at("a", "x").values<float>(), ElementsAre(1.0F, 2.0F));
    EXPECT_THAT(content.at("a", "x").shape, ElementsAre(1, 2));
    EXPECT_THAT(content.at("n", "x").values<std::int64_t>(), ElementsAre(7));
    EXPECT_TRUE(content.at("n", "x").shape.empty());
    EXPECT_THROW(static_cast<void>(content.at("missing", "x")), DataError);
    EXPECT_THROW(static_cast<void>(content.at("a", "x").values<double>()), DataError);
}

TEST(Safetensors, WrittenFileReadsBackWithLargerElementsFirst) {
    const auto path = std::filesystem::temp_directory_path() / fmt::format("cellwise-{}.safetensors", ::getpid());
    const std::vector<std::uint8_t> flags{1, 2, 3};
    const std::vector<double> numbers{0.1, -2.5};
    const std::vector<StoredTensor> tensors{store_tensor<std::uint8_t>("flags", {3}, flags),
                                            store_tensor<double>("numbers", {2, 1}, numbers),
                                            store_tensor<float>("empty", {0, 4}, {})};
    write_safetensors(path, tensors, {{"engine", "torch \"quoted\" 한"}});
    const auto content = read_safetensors(path);
    EXPECT_EQ(read_file(path), encode_safetensors(tensors, content.metadata));
    std::filesystem::remove(path);
    ASSERT_EQ(content.tensors.size(), 3U);
    EXPECT_EQ(content.tensors.back().name, "flags");
    EXPECT_EQ(content.at("numbers", "x").values<double>(), numbers);
    EXPECT_EQ(content.at("flags", "x").values<std::uint8_t>(), flags);
    EXPECT_TRUE(content.at("empty", "x").bytes.empty());
    EXPECT_EQ(content.metadata.at("engine"), "torch \"quoted\" 한");
}

TEST(Safetensors, WriterRefusesOurOwnMistakes) {
    const std::vector<float> one{1};
    const std::vector<StoredTensor> twice{store_tensor<float>("a", {1}, one), store_tensor<float>("a", {1}, one)};
    EXPECT_THROW(static_cast<void>(encode_safetensors(twice)), InternalError);
    const std::vector<StoredTensor> wrong{store_tensor<float>("a", {2}, one)};
    EXPECT_THROW(static_cast<void>(encode_safetensors(wrong)), InternalError);
}

TEST(Safetensors, RefusesWhatTheFormatForbids) {
    const std::string four(4, '\0');
    const std::string eight(8, '\0');
    EXPECT_THAT(message_of("short"), HasSubstr("too few"));
    EXPECT_THAT(message_of(std::string(8, '\xff') + "{}"), HasSubstr("announces a header"));
    EXPECT_THAT(message_of(file_bytes(" {}", "")), HasSubstr("does not start"));
    EXPECT_THAT(message_of(file_bytes("{", "")), HasSubstr("not valid JSON"));
    EXPECT_THAT(message_of(file_bytes(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}})", four)),
                HasSubstr("'a' stands twice"));
    EXPECT_THAT(message_of(file_bytes(R"({"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}})", four)),
                HasSubstr("tensor 'a': unknown element type \"Q4\""));
    EXPECT_THAT(message_of(file_bytes(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", four)),
                HasSubstr("tensor 'a': its shape"));
    EXPECT_THAT(
        message_of(file_bytes(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})", four)),
        HasSubstr("overflows"));
    EXPECT_THAT(message_of(file_bytes(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", four)),
                HasSubstr("needs 8 bytes"));
    EXPECT_THAT(message_of(file_bytes(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", four)),
                HasSubstr("truncated"));
    EXPECT_THAT(message_of(file_bytes(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", eight)),
                HasSubstr("4 bytes after the last tensor"));
    EXPECT_THAT(message_of(file_bytes(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", eight)),
                HasSubstr("starts at byte 4"));
    EXPECT_THAT(message_of(file_bytes(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                                      R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                      four)),
                HasSubstr("tensor 'b': starts at byte 0"));
    EXPECT_THAT(message_of(file_bytes(R"({"__metadata__":{"a":1}})", "")), HasSubstr("'a' is not a string"));
}

TEST(Safetensors, EveryTruncationAndManyDamagedBytesAreRefusedOrRead) {
    const std::vector<float> values{1, 2, 3};
    const std::vector<StoredTensor> tensors{store_tensor<float>("weight", {3}, values)};
    const auto whole = encode_safetensors(tensors, {{"a", "b"}});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_NE(message_of(whole.substr(0, length)), "accepted") << length;
    }
    std::mt19937 random(1);
    for (int i = 0; i < 2000; ++i) {
        auto damaged = whole;
        damaged[random() % damaged.size()] = static_cast<char>(random());
        EXPECT_NO_FATAL_FAILURE(static_cast<void>(message_of(damaged)));  // a DataError or a value, never a crash
    }
}

TEST(StrictJson, BoundsTheDepth) {
    const std::string deep = std::string(100000, '[') + std::string(100000, ']');
    EXPECT_THROW(static_cast<void>(parse_strict_json(deep, "x")), DataError);
    EXPECT_NO_THROW(static_cast<void>(parse_strict_json("[[[1]]]", "x", 3)));
    EXPECT_THROW(static_cast<void>(parse_strict_json("[[[1]]]", "x", 2)), DataError);
}

}  // namespace
}  // namespace cellwise
