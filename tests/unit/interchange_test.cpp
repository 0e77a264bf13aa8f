#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <torch/torch.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/strict_json.h"
#include "interchange/hdf5_file.h"
#include "interchange/keras_config.h"
#include "interchange/keras_file.h"
#include "interchange/keras_layout.h"
#include "interchange/zip.h"

namespace cellwise::interchange {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A file in a folder of this process, removed at the end of the test.
class Interchange : public testing::Test {
protected:
    fs::path file(const std::string& name, std::string_view bytes) {
        const auto path = folder_ / name;
        write_file_atomically(path, bytes);
        return path;
    }
    std::string message(const fs::path& path) {
        try {
            static_cast<void>(read_keras_file(path));
        } catch (const DataError& error) {
            return error.what();
        }
        return "accepted";
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path folder_ = fs::temp_directory_path() / fmt::format("cellwise-interchange-{}", ::getpid());
};

models::Classifier small_classifier(models::ClassifierOptions options, std::uint64_t seed = 3) {
    options.vocabulary_size = 30;
    options.embedding_size = 5;
    options.hidden_size = 4;
    models::Classifier model(options, seed);
    const torch::NoGradGuard no_grad;
    for (auto& variable : model->variables()) variable.value.add_(0.01);  // no bias stays 0
    model->eval();
    return model;
}

torch::Tensor some_ids() { return torch::arange(0, 36, torch::kInt64).remainder(30).reshape({4, 9}); }

std::vector<models::ClassifierOptions> variants() {
    std::vector<models::ClassifierOptions> all;
    for (const auto cell : all_cells) {
        models::ClassifierOptions options;
        options.cell = cell;
        all.push_back(options);
        options.batch_norm = true;
        options.dropout = 0.25;
        options.layers = 2;
        all.push_back(options);
        options.bidirectional = true;
        all.push_back(options);
    }
    models::ClassifierOptions before;
    before.cell = Cell::gru;
    before.gru_reset = models::GruReset::before;
    all.push_back(before);
    models::ClassifierOptions mixed;
    mixed.cell = Cell::lstm;
    mixed.stack = {{Cell::gru, 6, true, models::GruReset::before, 0.5}, {Cell::simple_rnn, 3}, {Cell::lstm, 2}};
    all.push_back(mixed);
    return all;
}

TEST_F(Interchange, WhatIsWrittenReadsBackTheSame) {
    for (const auto& options : variants()) {
        auto model = small_classifier(options);
        const auto written = keras_model_of(model, 9);
        const auto read = read_keras_file(file("model.keras", encode_keras_file(written)));
        EXPECT_EQ(read.variables, written.variables);
        EXPECT_EQ(read.length, 9);
        EXPECT_EQ(read.options.recurrent_layers(),
                  options.stack.empty() ? model->options().recurrent_layers() : options.stack);
        EXPECT_EQ(read.options.batch_norm, options.batch_norm);
        EXPECT_EQ(read.options.dropout, options.dropout);
        auto again = classifier_of(read);
        again->eval();
        EXPECT_TRUE(torch::equal(again->forward(some_ids()), model->forward(some_ids())));
    }
}

TEST_F(Interchange, WeightsAloneTellTheModelFromTheirShapes) {
    for (const auto& options : variants()) {
        auto model = small_classifier(options);
        const auto read = read_keras_file(file("model.weights.h5", encode_keras_weights(keras_model_of(model, 9))));
        EXPECT_FALSE(read.length);
        EXPECT_EQ(read.notes.size(), 1U);
        auto again = classifier_of(read);
        again->eval();
        EXPECT_TRUE(torch::equal(again->forward(some_ids()), model->forward(some_ids())));
    }
}

TEST_F(Interchange, WeightsThatFitInTwoOrdersAreRefused) {
    models::ClassifierOptions options;
    options.stack = {{Cell::gru, 4}, {Cell::lstm, 4}};
    options.embedding_size = 4;
    options.vocabulary_size = 10;
    const auto bytes = encode_keras_weights(keras_model_of(models::Classifier(options), std::nullopt));
    EXPECT_THAT(message(file("model.weights.h5", bytes)), HasSubstr("more than one order"));
}

// The predictions in expected.json are Keras's own.
TEST_F(Interchange, FilesThatKerasWrotePredictAsInKeras) {
    const fs::path folder = fs::path(CELLWISE_SHIPPED_DATA) / "keras_models";
    const auto expected = nlohmann::json::parse(read_file(folder / "expected.json"));
    int read = 0;
    for (const auto& [name, example] : expected.items()) {
        if (name.starts_with("refuse_")) continue;
        for (const auto* suffix : {".keras", ".weights.h5"}) {
            auto model = classifier_of(read_keras_file(folder / (name + suffix)));
            model->eval();
            const torch::NoGradGuard no_grad;
            const auto rows = example["ids"].get<std::vector<std::vector<std::int64_t>>>();
            for (std::size_t row = 0; row < rows.size(); ++row) {
                const auto probability = model->forward(torch::tensor(rows[row]).unsqueeze(0)).sigmoid().item<double>();
                EXPECT_NEAR(probability, example["probability"][row].get<double>(), 1e-6) << name << suffix;
            }
            ++read;
        }
    }
    EXPECT_EQ(read, 20);
    EXPECT_THAT(message(folder / "refuse_mask_zero.keras"), HasSubstr("(Embedding): mask_zero=true"));
    EXPECT_THAT(message(folder / "refuse_relu.keras"), HasSubstr("(LSTM): activation=\"relu\""));
}

TEST_F(Interchange, OptionsThatCannotBeRepresentedAreNamed) {
    const auto model =
        keras_model_of(small_classifier(variants()[5]), 9);  // two bidirectional LSTMs, batch norm, dropout
    const auto config = nlohmann::json(keras_config(model));
    const auto refusal = [&](auto change) -> std::string {
        auto changed = config;
        change(changed["config"]["layers"]);
        try {
            static_cast<void>(parse_keras_config(changed, "x"));
        } catch (const DataError& error) {
            return error.what();
        }
        return "accepted";
    };
    // 0 input, 1 embedding, 2 bidirectional, 3 dropout, 4 bidirectional, 5 batch norm, 6 dropout, 7 dense
    EXPECT_EQ(refusal([](auto&) {}), "accepted");
    const auto cell_option = [&](const char* key, const nlohmann::json& value) {
        return refusal([&](auto& layers) {
            layers[4]["config"]["layer"]["config"][key] = value;
            layers[4]["config"]["backward_layer"]["config"][key] = value;
        });
    };
    EXPECT_THAT(cell_option("activation", "relu"),
                HasSubstr("activation=\"relu\" cannot be represented, activation=\"tanh\" can: build and train it so"));
    EXPECT_THAT(cell_option("recurrent_activation", "hard_sigmoid"), HasSubstr("recurrent_activation"));
    EXPECT_THAT(cell_option("use_bias", false), HasSubstr("use_bias=false"));
    EXPECT_THAT(cell_option("stateful", true), HasSubstr("stateful=true"));
    EXPECT_THAT(cell_option("recurrent_dropout", 1.5), HasSubstr("recurrent_dropout=1.5 is not a share"));
    EXPECT_EQ(cell_option("recurrent_dropout", 0.2), "accepted");  // see ModelCases
    EXPECT_THAT(cell_option("return_state", true), HasSubstr("return_state=true"));
    EXPECT_THAT(cell_option("go_backwards", true), HasSubstr("go_backwards=true"));
    EXPECT_THAT(cell_option("return_sequences", true), HasSubstr("return_sequences=True"));
    EXPECT_THAT(cell_option("dtype", "int8_from_float32"), HasSubstr("dtype int8_from_float32"));
    EXPECT_EQ(cell_option("dtype", "mixed_float16"), "accepted");
    EXPECT_THAT(cell_option("from_the_future", 7), HasSubstr("from_the_future=7"));
    EXPECT_THAT(cell_option("units", 0), HasSubstr("units=0"));
    EXPECT_THAT(cell_option("units", 1e300), HasSubstr("units="));
    EXPECT_EQ(cell_option("unroll", true), "accepted");
    EXPECT_EQ(cell_option("activation", {{"class_name", "function"}, {"config", "tanh"}}), "accepted");
    const auto option = [&](int layer, const char* key, const nlohmann::json& value) {
        return refusal([&](auto& layers) { layers[layer]["config"][key] = value; });
    };
    EXPECT_THAT(option(4, "merge_mode", "sum"), HasSubstr("merge_mode=\"sum\""));
    EXPECT_THAT(option(1, "mask_zero", true), HasSubstr("mask_zero=true"));
    EXPECT_THAT(option(5, "epsilon", 1e-5), HasSubstr("epsilon=1e-05"));
    EXPECT_EQ(option(5, "momentum", 0.9), "accepted");
    EXPECT_THAT(option(6, "rate", 1.5), HasSubstr("rate=1.5"));
    EXPECT_THAT(option(7, "units", 2),
                HasSubstr("activation=\"sigmoid\" cannot be represented, activation=\"softmax\""));
    EXPECT_THAT(option(7, "units", 3), HasSubstr("units=3"));
    EXPECT_THAT(option(7, "activation", "linear"), HasSubstr("activation=\"linear\""));
    EXPECT_THAT(refusal([](auto& layers) { layers[3]["class_name"] = "Conv1D"; }),
                HasSubstr("(Conv1D): layers of this"));
    EXPECT_THAT(refusal([](auto& layers) { layers[4]["config"]["layer"]["class_name"] = "CuDNNGRU"; }),
                HasSubstr("cuDNN's order"));
    EXPECT_THAT(refusal([](auto& layers) { layers.erase(1); }), HasSubstr("the order is Embedding"));
    EXPECT_THAT(refusal([](auto& layers) { layers.erase(7); }), HasSubstr("does not end with Dense"));
    EXPECT_THAT(refusal([](auto& layers) { std::swap(layers[1], layers[2]); }), HasSubstr("the order is"));
    EXPECT_THAT(refusal([](auto& layers) { std::swap(layers[6], layers[7]); }), HasSubstr("the order is"));
    EXPECT_THAT(refusal([](auto& layers) { layers[2]["config"]["layer"]["config"]["return_sequences"] = false; }),
                HasSubstr("its two directions differ"));
    EXPECT_THAT(refusal([](auto& layers) { layers[2]["config"]["layer"]["config"].erase("units"); }),
                HasSubstr("lacks 'units'"));
    auto functional = config;
    functional["class_name"] = "Functional";
    EXPECT_THROW(static_cast<void>(parse_keras_config(functional, "x")), DataError);
}

TEST_F(Interchange, RegularizersAreNotedNotRefused) {
    auto config = nlohmann::json(keras_config(keras_model_of(small_classifier({}), 9)));
    config["config"]["layers"][2]["config"]["kernel_regularizer"] = {{"class_name", "L2"}};
    const auto model = parse_keras_config(config, "x");
    ASSERT_EQ(model.notes.size(), 1U);
    EXPECT_THAT(model.notes[0], HasSubstr("kernel_regularizer"));
}

TEST_F(Interchange, DamagedFilesAreRefusedByName) {
    const auto model = keras_model_of(small_classifier({}), 9);
    const auto config = keras_config(model).dump();
    const auto weights = encode_keras_weights(model);
    EXPECT_THAT(message(folder_ / "missing.keras"), HasSubstr("missing.keras"));
    EXPECT_THAT(message(file("text.keras", "hello")), HasSubstr("is no model file"));
    EXPECT_THAT(message(file("half.keras", encode_keras_file(model).substr(0, 300))), HasSubstr("half.keras"));
    EXPECT_THAT(message(file("bare.keras", encode_zip({{"config.json", config}}))),
                HasSubstr("has no model.weights.h5"));
    EXPECT_THAT(message(file("twice.keras", encode_zip({{"config.json", config}, {"config.json", config}}))),
                HasSubstr("config.json stands twice"));
    EXPECT_THAT(message(file("deep.keras",
                             encode_zip({{"config.json", std::string(100000, '[')}, {"model.weights.h5", weights}}))),
                HasSubstr("nested deeper"));
    EXPECT_THAT(message(file("junk.keras", encode_zip({{"config.json", config}, {"model.weights.h5", "junk"}}))),
                HasSubstr("not an HDF5 file"));
    EXPECT_THAT(message(file("length.keras", encode_zip({{"metadata.json", R"({"cellwise_length": -3})"},
                                                         {"config.json", config},
                                                         {"model.weights.h5", weights}}))),
                HasSubstr("metadata.json: 'cellwise_length' is not a number of words"));
    EXPECT_THAT(message(file("half.h5", weights.substr(0, weights.size() / 2))), HasSubstr("half.h5"));

    auto nan = model;
    nan.variables["dense.bias"].values[0] = std::nanf("");
    EXPECT_THAT(message(file("nan.keras", encode_keras_file(nan))), HasSubstr("layers/dense/vars/1: holds values"));
}

TEST_F(Interchange, VariablesThatDoNotFitAreNamed) {
    const auto model = keras_model_of(small_classifier({}), 9);
    auto wider = model;
    wider.options.hidden_size = 5;
    const auto weights = encode_keras_weights(model);
    EXPECT_THAT(message(file("wide.keras",
                             encode_zip({{"config.json", keras_config(wider).dump()}, {"model.weights.h5", weights}}))),
                HasSubstr("layers/lstm/cell/vars/0 has the shape [5, 16], the model's layers need [5, 20]"));
    auto normed = model;
    normed.options.batch_norm = true;
    EXPECT_THAT(message(file("normed.keras", encode_zip({{"config.json", keras_config(normed).dump()},
                                                         {"model.weights.h5", weights}}))),
                HasSubstr("layers/batch_normalization/vars/0 is missing"));
    const KerasVariable extra{{1}, {1.0F}};
    EXPECT_THAT(message(file("extra.h5", encode_hdf5({{"layers/conv1d/vars", "conv", {&extra}}}))),
                HasSubstr("conv1d"));
}

TEST_F(Interchange, RandomDamageNeverCrashesTheReader) {
    const auto whole = encode_keras_file(keras_model_of(small_classifier({}), 9));
    std::mt19937 random(7);
    for (int i = 0; i < 150; ++i) {
        auto damaged = whole;
        for (int n = 0; n < 20; ++n) damaged[random() % damaged.size()] = static_cast<char>(random());
        EXPECT_NO_THROW(static_cast<void>(message(file("damaged.keras", damaged))));  // a DataError or a model
    }
}

TEST_F(Interchange, MembersMayNotUnpackToMoreThanTheirBound) {
    const auto path = file("big.zip", encode_zip({{"config.json", std::string(2000, ' ')}}));
    EXPECT_THROW(static_cast<void>(read_zip(path, {{"config.json", 1999}})), DataError);
    EXPECT_EQ(read_zip(path, {{"config.json", 2000}}).at("config.json").size(), 2000U);
    EXPECT_TRUE(read_zip(path, {{"other", 10}}).empty());
}

TEST_F(Interchange, ZipBombsAreRefused) {
    const std::string zeros(std::size_t{64} << 20, '\0');  // deflate makes 64 KiB of it
    const auto path = file("bomb.keras", "");
    auto* writer = archive_write_new();
    archive_write_set_format_zip(writer);
    archive_write_open_filename(writer, path.c_str());
    for (const auto* name : {"config.json", "model.weights.h5"}) {
        auto* entry = archive_entry_new();
        archive_entry_set_pathname(entry, name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_size(entry, static_cast<la_int64_t>(zeros.size()));
        archive_write_header(writer, entry);
        archive_write_data(writer, zeros.data(), zeros.size());
        archive_entry_free(entry);
    }
    archive_write_free(writer);
    ASSERT_LT(fs::file_size(path), 1U << 20);
    EXPECT_THAT(message(path), HasSubstr("config.json: unpacks to more than"));
    const auto one = std::map<std::string, std::uint64_t>{{"model.weights.h5", std::uint64_t{1} << 30}};
    EXPECT_THROW(static_cast<void>(read_zip(path, one)), DataError);
}

TEST_F(Interchange, HintsNameTheLayersOfWeights) {
    models::ClassifierOptions options;
    options.stack = {{Cell::gru, 4}, {Cell::lstm, 4}};
    options.embedding_size = 4;
    options.vocabulary_size = 10;
    options.cell = Cell::lstm;
    models::Classifier model(options);
    model->eval();
    const auto path = file("model.weights.h5", encode_keras_weights(keras_model_of(model, std::nullopt)));
    LayerHints by_stack;
    by_stack.stack = options.stack;
    LayerHints by_options;
    by_options.options = options;
    const auto ids = some_ids().remainder(10);
    for (const auto& hints : {by_stack, by_options}) {
        auto again = classifier_of(read_keras_file(path, hints));
        again->eval();
        EXPECT_TRUE(torch::equal(again->forward(ids), model->forward(ids)));
    }
    by_stack.stack[0].hidden_size = 5;
    EXPECT_THROW(static_cast<void>(read_keras_file(path, by_stack)), DataError);
    const auto keras = file("model.keras", encode_keras_file(keras_model_of(model, std::nullopt)));
    EXPECT_THROW(static_cast<void>(read_keras_file(keras, by_options)), UsageError);
}

TEST_F(Interchange, PipesAndFoldersAreNotRead) {
    const auto pipe = folder_ / "pipe.keras";
    fs::create_directories(folder_);
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_THAT(message(pipe), HasSubstr("pipe.keras"));
    EXPECT_THAT(message(folder_), HasSubstr("is no model file: .keras, .h5, .weights.h5 and .safetensors are read"));
}

}  // namespace
}  // namespace cellwise::interchange
