// Model files as people have them (tests/data/cases), against Keras's own predictions.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/atomic_file.h"
#include "core/error.h"
#include "interchange/keras_file.h"
#include "interchange/pytorch_state.h"
#include "unit/error_of.h"
#include "unit/keras_reference.h"

namespace cellwise::interchange {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const fs::path data = CELLWISE_SHIPPED_DATA;
const fs::path cases = data / "cases";

/// What the model that most cases were made of predicts.
struct Expected {
    std::vector<std::vector<std::int64_t>> ids;
    std::vector<double> probabilities;
};

Expected expected_of(const fs::path& file, const std::string& name) {
    const auto document = json::parse(read_file(file));
    const auto& own = document.at(name);
    return {own.at("ids"), own.at(own.contains("probability") ? "probability" : "probabilities")};
}

void expect_predictions(const KerasModel& model, const Expected& expected, const std::string& what,
                        double tolerance = 1e-6) {
    const test::KerasReference reference(model);
    for (std::size_t i = 0; i < expected.ids.size(); ++i) {
        EXPECT_NEAR(reference.probability(expected.ids[i]), expected.probabilities[i], tolerance) << what;
    }
}

std::string refusal(const fs::path& path, const LayerHints& hints = {}) {
    try {
        static_cast<void>(read_keras_file(path, hints));
    } catch (const DataError& error) {
        return error.what();
    }
    return "accepted";
}

const Expected& lstm() {
    static const auto expected = expected_of(cases / "00-base/expected.json", "lstm");
    return expected;
}

// The reference itself, judged by what Keras 3 predicted with ten kinds of model.
TEST(ModelCases, TheReferenceComputesWhatKerasDoes) {
    const auto document = json::parse(read_file(data / "keras_models/expected.json"));
    int checked = 0;
    for (const auto& [name, example] : document.items()) {
        if (name.starts_with("refuse_")) continue;
        const auto expected = expected_of(data / "keras_models/expected.json", name);
        expect_predictions(read_keras_file(data / "keras_models" / (name + ".keras")), expected, name);
        expect_predictions(read_keras_file(data / "keras_models" / (name + ".weights.h5")), expected, name);
        ++checked;
    }
    EXPECT_EQ(checked, 10);
}

// Keras 2 itself wrote these files and predictions.
TEST(ModelCases, AllThreeFormsOfKeras2) {
    for (const auto* name : {"lstm", "gru_before", "stacked_dropout"}) {
        const auto expected = expected_of(cases / "41-real-keras2/expected.json", name);
        for (const auto* suffix : {".h5", ".keras", ".weights.h5"}) {
            const auto model = read_keras_file(cases / "41-real-keras2" / (std::string(name) + suffix));
            expect_predictions(model, expected, std::string(name) + suffix);
            const auto length = std::string(suffix) == ".weights.h5" ? std::nullopt : std::optional<std::int64_t>(9);
            EXPECT_EQ(model.length, length) << name << suffix;
        }
    }
    const auto stacked = read_keras_file(cases / "41-real-keras2/stacked_dropout.h5");
    EXPECT_EQ(stacked.options.dropout, 0.5);
}

TEST(ModelCases, WholeModelsOfKeras2) {
    const auto model = read_keras_file(cases / "12-legacy-h5/tf215.h5");
    expect_predictions(model, lstm(), "tf215.h5");
    EXPECT_EQ(model.length, 9);
    EXPECT_THAT(model.notes, IsEmpty());
    EXPECT_THAT(refusal(cases / "12-legacy-h5/keras224-cudnn-gru.h5"),
                AllOf(HasSubstr("layer 'gru' (CuDNNGRU)"), HasSubstr("reset_after=True"), HasSubstr("save it again")));
}

TEST(ModelCases, GroupNamesOfTensorFlow215) {
    for (const auto* name : {"tf215.keras", "tf215.weights.h5"}) {
        expect_predictions(read_keras_file(cases / "13-keras-of-tf215" / name), lstm(), name);
    }
}

TEST(ModelCases, WeightsOfKeras2) {
    const auto path = cases / "14-legacy-weights/weights.h5";
    const auto model = read_keras_file(path);
    expect_predictions(model, lstm(), "weights.h5");
    EXPECT_THAT(model.notes, ElementsAre(HasSubstr("says nothing of activations")));
    LayerHints hints;
    hints.stack = {models::parse_layer("lstm:4")};
    expect_predictions(read_keras_file(path, hints), lstm(), "--stack lstm:4");
    hints.stack = {models::parse_layer("lstm:5")};
    EXPECT_THAT(refusal(path, hints), HasSubstr("has the shape [5, 16], the model's layers need [5, 20]"));
}

TEST(ModelCases, UnpackedFolder) {
    const auto folder = cases / "15-unzipped-keras/unzipped.keras";
    expect_predictions(read_keras_file(folder), lstm(), "unzipped.keras");
}

TEST(ModelCases, DropoutThatOnlyTrainingSees) {
    const auto cell = read_keras_file(cases / "17-dropout-in-cells/imdb_lstm.keras");
    expect_predictions(cell, lstm(), "imdb_lstm.keras");
    EXPECT_THAT(cell.notes, ElementsAre(AllOf(HasSubstr("'lstm' (LSTM): dropout=0.2"), HasSubstr("would differ")),
                                        HasSubstr("recurrent_dropout=0.2")));
    const auto embedding = read_keras_file(cases / "17-dropout-in-cells/embedding-dropout.keras");
    expect_predictions(embedding, lstm(), "embedding-dropout.keras");
    EXPECT_THAT(embedding.notes, ElementsAre(HasSubstr("'dropout' (Dropout): rate=0.3")));
    EXPECT_EQ(embedding.options.dropout, 0);
}

TEST(ModelCases, OtherPrecisions) {
    const auto wide = read_keras_file(cases / "18-mixed-precision/double.weights.h5");
    expect_predictions(wide, lstm(), "double.weights.h5");
    EXPECT_THAT(wide.notes, testing::Contains(HasSubstr("float64, converted to float32: rounded")));
    const auto half = read_keras_file(cases / "18-mixed-precision/half.weights.h5");
    expect_predictions(half, lstm(), "half.weights.h5", 2e-5);  // half has three digits
    EXPECT_THAT(half.notes, testing::Contains(HasSubstr("float16, converted to float32")));
}

TEST(ModelCases, FunctionalChain) {
    const auto model = read_keras_file(cases / "19-functional/functional.keras");
    expect_predictions(model, lstm(), "functional.keras");
    EXPECT_EQ(model.length, 9);
}

TEST(ModelCases, PytorchsTensorsByTheirStack) {
    const auto path = cases / "36-torch-files/model.safetensors";
    ASSERT_TRUE(is_safetensors(path));
    EXPECT_FALSE(is_safetensors(cases / "12-legacy-h5/tf215.h5"));
    const auto model = read_pytorch_state(path, {models::parse_layer("lstm:4")});
    expect_predictions(model, lstm(), "model.safetensors");
    EXPECT_THAT(model.notes, ElementsAre(HasSubstr("a state_dict does not say")));
    EXPECT_THAT(test::error_of<UsageError>([&] { static_cast<void>(read_pytorch_state(path, {})); }),
                HasSubstr("--stack lstm:4"));
    EXPECT_THAT(
        test::error_of<DataError>([&] { static_cast<void>(read_pytorch_state(path, {models::parse_layer("gru:4")})); }),
        AllOf(HasSubstr("does not fit"), HasSubstr("look like lstm:4")));
}

TEST(ModelCases, FoldersAndFilesOfOthersAreNamed) {
    EXPECT_THAT(refusal(cases / "36-torch-files/saved_model"),
                AllOf(HasSubstr("is a SavedModel of TensorFlow"), HasSubstr("model.save('model.keras')")));
    EXPECT_THAT(refusal(cases / "36-torch-files/saved_model/saved_model.pb"), HasSubstr("part of a SavedModel"));
    EXPECT_THAT(refusal(cases / "00-base/words.json"), HasSubstr("is no model file"));
    EXPECT_THAT(refusal(cases / "00-base/reviews.csv"), HasSubstr("is no model file"));
}

}  // namespace
}  // namespace cellwise::interchange
