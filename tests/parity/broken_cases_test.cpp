#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/files/npz.h"
#include "integration/program.h"
#include "parity/golden_case.h"
#include "parity/replay.h"
#include "unit/data_bytes.h"

namespace cellwise::parity {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Array {
    std::string descr;
    std::vector<std::size_t> shape;
    std::string bytes;
};

template <class T>
std::vector<T> values_of(const Array& array) {
    std::vector<T> values(array.bytes.size() / sizeof(T));
    std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
    return values;
}

/// Keras's case lstm_adam with its arrays changed.
class BrokenCases : public testing::Test {
protected:
    void SetUp() override {
        const auto npz = data::read_npz(folder_ / "lstm_adam.npz");
        for (const auto& key : npz.keys()) {
            const auto& array = npz.at(key);
            arrays_[key] = {array.dtype == data::DType::int32 ? "<i4" : "<f4", array.shape, array.bytes};
        }
    }

    fs::path write(test::Container container = test::Container::zip_stored) {
        std::vector<test::Member> members;
        for (const auto& [key, array] : arrays_) {
            const auto header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", array.descr,
                                            fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
            members.push_back({key + ".npy", test::npy_file(header, array.bytes)});
        }
        test::write_archive(scratch_ / "case.npz", container, members);
        fs::copy_file(folder_ / "lstm_adam.json", scratch_ / "case.json", fs::copy_options::overwrite_existing);
        return scratch_ / "case.json";
    }
    std::string message() {
        try {
            static_cast<void>(read_golden_case(write()));
        } catch (const DataError& error) {
            EXPECT_THAT(error.what(), HasSubstr("case.npz"));
            return error.what();
        }
        return "accepted";
    }
    std::string message_with(const std::function<void()>& change) {
        const auto whole = arrays_;
        change();
        auto text = message();
        arrays_ = whole;
        return text;
    }
    template <class T>
    void set(const std::string& key, std::size_t index, T value) {
        std::memcpy(arrays_.at(key).bytes.data() + index * sizeof(T), &value, sizeof(T));
    }
    template <class From, class To>
    void convert(const std::string& key, const char* descr) {
        auto& array = arrays_.at(key);
        const auto values = values_of<From>(array);
        array.bytes = test::bytes_of(std::vector<To>(values.begin(), values.end()));
        array.descr = descr;
    }

    const fs::path folder_ = fs::path(CELLWISE_SHIPPED_DATA) / "keras_golden";
    const test::ScratchFolder scratch_;
    std::map<std::string, Array> arrays_;
};

TEST_F(BrokenCases, WiderTypesAreReadWithoutLoss) {
    for (auto& [key, array] : arrays_) {
        if (array.descr == "<f4") convert<float, double>(key, "<f8");
    }
    convert<std::int32_t, std::int64_t>("ids", "<i8");
    convert<double, std::int64_t>("labels", "<i8");
    const double exact = 0.1 + 1e-15;
    set("initial.lstm.bias", 3, exact);
    const auto golden = read_golden_case(write());
    EXPECT_EQ(golden.initial.at("recurrent_0.forward.bias").values[3], exact);
    EXPECT_EQ(golden.ids, read_golden_case(folder_ / "lstm_adam.json").ids);
}

TEST_F(BrokenCases, KerassNumbersInNamesDoNotMatter) {
    std::map<std::string, Array> numbered;
    for (const auto& [key, array] : arrays_) {
        auto name = key;
        for (const auto& [plain, own] : {std::pair(".lstm.", ".lstm_1."), std::pair(".embedding.", ".embedding_12."),
                                         std::pair(".dense.", ".dense_3.")}) {
            const auto at = name.find(plain);
            if (at != std::string::npos) name.replace(at, std::strlen(plain), own);
        }
        numbered[name] = array;
    }
    arrays_ = numbered;
    for (const auto& difference :
         replay(read_golden_case(write()), models::Engine::torch, learning::Precision::float32)) {
        EXPECT_TRUE(difference.passes()) << difference.quantity;
    }
}

TEST_F(BrokenCases, EveryArrayIsAskedForAndNoOtherIsTaken) {
    EXPECT_EQ(message(), "accepted");
    const auto whole = arrays_;
    for (const auto& [key, array] : whole) {
        EXPECT_THAT(message_with([&] { arrays_.erase(key); }), HasSubstr(key));
    }
    for (const std::string extra :
         {"gradient.lstm.extra", "after_2.lstm.bias", "initial.gru.kernel", "notes", "initial.lstm_2.bias"}) {
        EXPECT_THAT(message_with([&] { arrays_[extra] = arrays_.at("loss"); }), HasSubstr("'" + extra + "'"));
    }
}

TEST_F(BrokenCases, ValuesOutOfRangeAreNamed) {
    EXPECT_THAT(message_with([&] { set("labels", 2, 0.5F); }), HasSubstr("'labels' holds other values than 0 and 1"));
    EXPECT_THAT(message_with([&] { set("labels", 2, std::nanf("")); }),
                HasSubstr("'labels' holds values that are not"));
    EXPECT_THAT(message_with([&] { set("ids", 5, std::int32_t{30}); }), HasSubstr("'ids' holds ids outside 0 … 29"));
    EXPECT_THAT(message_with([&] { set("ids", 5, std::int32_t{-1}); }), HasSubstr("'ids' holds ids outside"));
    for (const std::string key : {"probability", "loss", "initial.dense.bias", "gradient.lstm.kernel",
                                  "after_5.lstm.kernel", "inference_probability"}) {
        EXPECT_THAT(message_with([&] { set(key, 0, INFINITY); }), HasSubstr("'" + key + "' holds values that are not"));
    }
}

TEST_F(BrokenCases, OtherTypesAndShapesAreNamed) {
    for (const std::string descr : {">f4", "<f2", "|b1", "<c8"}) {
        EXPECT_THAT(message_with([&] { arrays_.at("loss").descr = descr; }),
                    testing::AllOf(HasSubstr("array 'loss'"), HasSubstr("'" + descr + "'")));
    }
    EXPECT_THAT(message_with([&] { convert<std::int32_t, float>("ids", "<f4"); }), HasSubstr("array 'ids'"));
    EXPECT_THAT(message_with([&] {
                    arrays_.at("loss").shape = {std::size_t{1} << 40, 1000};
                }),
                HasSubstr("array 'loss': 20 bytes of data do not fit the shape"));
    EXPECT_THAT(message_with([&] { arrays_.at("ids").shape = {5, 7, 6}; }), HasSubstr("'ids' has the shape [5, 7, 6]"));
    EXPECT_THAT(message_with([&] {
                    arrays_.at("initial.lstm.kernel").shape = {16, 5};
                }),
                HasSubstr("'initial.lstm.kernel' has the shape [16, 5], [5, 16] is needed"));
}

TEST_F(BrokenCases, PackedArraysAreReadButNotBombs) {
    EXPECT_EQ(read_golden_case(write(test::Container::zip_deflated)).steps, 5);
    arrays_["notes"] = {"<f4", {16 << 20}, std::string(std::size_t{64} << 20, '\0')};
    try {
        static_cast<void>(read_golden_case(write(test::Container::zip_deflated)));
        FAIL() << "64 MB in a small file";
    } catch (const DataError& error) {
        EXPECT_THAT(error.what(), HasSubstr("'notes.npy' unpacks to more"));
    }
}

TEST_F(BrokenCases, CutFilesAreErrorsOfTheProgramToo) {
    const auto path = write();
    const auto whole = read_file(scratch_ / "case.npz");
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, whole.size() / 3, whole.size() - 1}) {
        write_file_atomically(scratch_ / "case.npz", whole.substr(0, size));
        const auto result = test::run_program({"parity", path.string()});
        EXPECT_EQ(result.exit_code, 3) << size;
        EXPECT_THAT(result.errors, HasSubstr("case.npz"));
    }
}

}  // namespace
}  // namespace cellwise::parity
