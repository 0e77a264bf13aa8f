// Kinds of model files that tests/data has no example of, made here.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "interchange/file_kind.h"
#include "interchange/functional_chain.h"
#include "interchange/keras2_file.h"
#include "interchange/keras_config.h"
#include "interchange/keras_file.h"
#include "interchange/pytorch_state.h"
#include "interchange/zip.h"
#include "unit/error_of.h"
#include "unit/keras_reference.h"

namespace cellwise::interchange {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::data_error;
using test::error_of;
using testing::AllOf;
using testing::HasSubstr;

const fs::path models_folder = fs::path(CELLWISE_SHIPPED_DATA) / "keras_models";

class ModelForms : public testing::Test {
protected:
    void SetUp() override { fs::create_directories(folder_); }
    void TearDown() override { fs::remove_all(folder_); }
    fs::path file(const std::string& name, std::string_view bytes) {
        write_file_atomically(folder_ / name, bytes);
        return folder_ / name;
    }
    static KerasModel lstm() { return read_keras_file(models_folder / "lstm.keras"); }

    const fs::path folder_ = fs::temp_directory_path() / fmt::format("cellwise-model-forms-{}", ::getpid());
};

// Keras keeps an embedding's Constant initializer in config.json: a matrix of 9000 x 100 makes 19 MB of text.
TEST_F(ModelForms, LargeInitialValuesMeanNothing) {
    auto config = json(keras_config(lstm()));
    std::string row = "[";
    for (int i = 0; i < 100; ++i) row += fmt::format("{}0.0{:017}", i == 0 ? "" : ",", 9'007'199'254'740'993 + i);
    std::string matrix = "[" + row + "]";
    for (int i = 1; i < 9000; ++i) matrix += "," + row + "]";
    auto& embedding = config["config"]["layers"][1]["config"];
    embedding["embeddings_initializer"] = {{"class_name", "Constant"}, {"config", {{"value", "HERE"}}}};
    auto text = config.dump();
    const std::string mark = "\"HERE\"";
    text.replace(text.find(mark), mark.size(), matrix + "]");
    ASSERT_GT(text.size(), 18'000'000U);
    const auto weights = encode_keras_weights(lstm());
    const auto path = file("large.keras", encode_zip({{"config.json", text}, {"model.weights.h5", weights}}));
    EXPECT_EQ(read_keras_file(path).variables, lstm().variables);
}

TEST_F(ModelForms, ExportsAreTheSameBytesEveryTimeEverywhere) {
    const auto encoded = [](const char* zone) {
        ::setenv("TZ", zone, 1);
        ::tzset();
        return encode_keras_file(lstm());
    };
    const auto first = encoded("UTC");
    ::sleep(2);  // a second is what HDF5 counts its times in, two what zip does
    EXPECT_EQ(encoded("UTC"), first);
    EXPECT_EQ(encoded("Asia/Seoul"), first);
    EXPECT_EQ(encoded("America/Los_Angeles"), first);
    ::unsetenv("TZ");
    ::tzset();
}

// sigmoid(b - a) is the second share of softmax(a, b).
TEST_F(ModelForms, SoftmaxOverTwoIsTheDifference) {
    auto model = lstm();
    const KerasVariable dense = model.variables.at("dense.kernel");
    const auto path = fs::path(CELLWISE_SHIPPED_DATA) / "cases/19-functional/softmax2.keras";
    const auto read = read_keras_file(path);
    EXPECT_TRUE(read.softmax_of_two);
    EXPECT_EQ(read.variables, model.variables);  // its first class has the output 0
    EXPECT_THAT(read.notes, testing::ElementsAre(HasSubstr("'dense_2' (Dense): a softmax over two classes")));

    KerasVariable two{{2, 2}, {0.5F, 2, -1, 0.25F}};
    subtract_outputs(two, "x");
    EXPECT_EQ(two, (KerasVariable{{2, 1}, {1.5F, 1.25F}}));
    EXPECT_THAT(data_error([&] { subtract_outputs(two, "x"); }), HasSubstr("x has the shape [2, 1]"));
}

json tensor(const std::string& from) {
    return {{"class_name", "__keras_tensor__"}, {"config", {{"keras_history", {from, 0, 0}}}}};
}

json node(const json& args, const json& kwargs = json::object()) {
    return json::array({{{"args", args}, {"kwargs", kwargs}}});
}

TEST_F(ModelForms, ChainsAreToldFromBranches) {
    const json good{
        {"layers",
         {{{"name", "out"}, {"inbound_nodes", node({tensor("in")}, {{"mask", nullptr}, {"training", false}})}},
          {{"name", "in"}, {"inbound_nodes", json::array()}}}},
        {"input_layers", {{"in", 0, 0}}},
        {"output_layers", {{"out", 0, 0}}}};
    const auto names = [](const json& config) {
        std::string text;
        for (const auto* layer : functional_chain(config, "x")) text += (*layer)["name"].get<std::string>() + " ";
        return text;
    };
    EXPECT_EQ(names(good), "in out ");
    auto keras2 = good;
    keras2["layers"][0]["inbound_nodes"] = json::parse(R"([[["in", 0, 0, {}]]])");
    keras2["input_layers"] = {"in", 0, 0};
    EXPECT_EQ(names(keras2), "in out ");
    const auto refusal = [&](auto change) {
        auto config = good;
        change(config);
        return data_error([&] { static_cast<void>(functional_chain(config, "x")); });
    };
    EXPECT_THAT(refusal([](auto& config) {
                    config["layers"][0]["inbound_nodes"] = node({tensor("in"), tensor("in")});
                }),
                HasSubstr("layer 'out' reads 2 others"));
    EXPECT_THAT(refusal([](auto& config) {
                    config["layers"].push_back({{"name", "side"}, {"inbound_nodes", node({tensor("in")})}});
                }),
                HasSubstr("layer 'in' is read by 'out' and 'side'"));
    EXPECT_THAT(refusal([](auto& config) {
                    config["layers"].push_back({{"name", "other"}, {"inbound_nodes", json::array()}});
                }),
                HasSubstr("has layers beside the chain"));
    EXPECT_THAT(refusal([](auto& config) {
                    config["output_layers"] = {{"out", 0, 0}, {"in", 0, 0}};
                }),
                HasSubstr("has 2 output_layers"));
    EXPECT_THAT(refusal([](auto& config) {
                    config["layers"][0]["inbound_nodes"] = node({tensor("in")}, {{"initial_state", tensor("in")}});
                }),
                HasSubstr("layer 'out' is called with initial_state"));
    EXPECT_THAT(refusal([](auto& config) {
                    config["layers"][0]["inbound_nodes"].push_back(config["layers"][0]["inbound_nodes"][0]);
                }),
                HasSubstr("called more than once"));
    EXPECT_THAT(refusal([](auto& config) { config["layers"][1]["inbound_nodes"] = node({tensor("out")}); }),
                HasSubstr("layer 'in' is the input and reads another"));
    EXPECT_THAT(refusal([](auto& config) {
                    config["output_layers"] = {{"nowhere", 0, 0}};
                }),
                HasSubstr("nothing leads from layer 'out'"));
    EXPECT_THAT(refusal([](auto& config) { config["layers"] = 3; }), HasSubstr("no list of layers"));
}

TEST_F(ModelForms, OldDefaultsAreNeverTakenForSigmoid) {
    EXPECT_TRUE(is_before_keras_2_3(""));
    EXPECT_TRUE(is_before_keras_2_3("2.2.4-tf"));
    EXPECT_TRUE(is_before_keras_2_3("1.2.2"));
    EXPECT_FALSE(is_before_keras_2_3("2.3.0-tf"));
    EXPECT_FALSE(is_before_keras_2_3("2.15.0"));
    EXPECT_FALSE(is_before_keras_2_3("3.15.1"));
    auto config = json(keras_config(lstm()));
    config["config"]["layers"][2]["config"].erase("recurrent_activation");
    EXPECT_NO_THROW(static_cast<void>(parse_keras_config(config, "x")));
    EXPECT_THAT(
        data_error([&] {
            static_cast<void>(parse_keras_config(config, "x", {"hard_sigmoid", false}));
        }),
        HasSubstr("recurrent_activation=\"hard_sigmoid\" cannot be represented, recurrent_activation=\"sigmoid\""));
    const Keras2Weights weights{{}, {models::parse_layer("lstm:4")}};
    EXPECT_THAT(data_error([&] { static_cast<void>(infer_keras2_model(weights, "2.2.4", "x")); }),
                AllOf(HasSubstr("Keras 2.2.4, whose LSTM used hard_sigmoid"), HasSubstr("model.save('model.h5')")));
}

KerasVariable zeros(std::vector<std::int64_t> shape) {
    std::int64_t count = 1;
    for (const auto size : shape) count *= size;
    return {std::move(shape), std::vector<float>(static_cast<std::size_t>(count), 0.0F)};
}

TEST_F(ModelForms, LayersOfKeras2AreToldByTheirVariables) {
    const auto content = [](std::map<std::string, KerasVariable> variables, std::vector<std::string> layers) {
        return Keras2Content{"", "2.15.0", std::move(layers), std::move(variables)};
    };
    const auto read = as_keras3(content({{"both/both/forward_x/cell/kernel:0", zeros({5, 12})},
                                         {"both/both/forward_x/cell/recurrent_kernel:0", zeros({4, 12})},
                                         {"both/both/forward_x/cell/bias:0", zeros({2, 12})},
                                         {"both/both/backward_x/cell/kernel:0", zeros({5, 12})},
                                         {"both/both/backward_x/cell/recurrent_kernel:0", zeros({4, 12})},
                                         {"both/both/backward_x/cell/bias:0", zeros({2, 12})},
                                         {"forward_only/forward_only/kernel:0", zeros({8, 2})},
                                         {"forward_only/forward_only/recurrent_kernel:0", zeros({2, 2})},
                                         {"forward_only/forward_only/bias:0", zeros({2})}},
                                        {"both", "dropout", "forward_only"}),
                                "x");
    EXPECT_EQ(read.stack, (std::vector{models::parse_layer("gru:4:bidirectional"), models::parse_layer("rnn:2")}));
    EXPECT_TRUE(read.by_path.contains("layers/bidirectional/backward_layer/cell/vars/2"));
    EXPECT_TRUE(read.by_path.contains("layers/simple_rnn/cell/vars/0"));
    const auto refusal = [&](std::map<std::string, KerasVariable> variables) {
        return data_error([&] { static_cast<void>(as_keras3(content(std::move(variables), {"a"}), "x")); });
    };
    EXPECT_THAT(refusal({{"a/a/kernel:0", zeros({5, 16})},
                         {"a/a/recurrent_kernel:0", zeros({4, 16})},
                         {"a/a/bias:0", zeros({32})}}),
                HasSubstr("layer 'a': is a CuDNNLSTM"));
    EXPECT_THAT(refusal({{"a/a/kernel:0", zeros({5, 16})}, {"a/a/recurrent_kernel:0", zeros({4, 16})}}),
                HasSubstr("use_bias=False"));
    EXPECT_THAT(refusal({{"a/b/kernel:0", zeros({3})}, {"a/c/kernel:0", zeros({3})}}), HasSubstr("a model within"));
    EXPECT_THAT(refusal({{"a/a/depthwise_kernel:0", zeros({3})}}),
                HasSubstr("(depthwise_kernel) are those of no layer"));
}

/// PyTorch's tensors of a Keras layer, written out from the two layouts' definitions: [gates·units, in] with the gates
/// of the GRU as r, z, n.
std::vector<StoredTensor> as_pytorch(const KerasModel& model, const std::string& prefix, const std::string& layer) {
    const auto& options = model.options;
    const auto units = static_cast<std::size_t>(options.hidden_size);
    const auto gates = static_cast<std::size_t>(gate_count(options.cell));
    const auto kept = [&](std::size_t gate) { return options.cell == Cell::gru && gate < 2 ? 1 - gate : gate; };
    const auto rows = gates * units;
    const auto weight = [&](const std::string& from, const std::string& to) {
        const auto& kernel = model.variables.at("recurrent_0.forward." + from);
        const auto in = static_cast<std::size_t>(kernel.shape[0]);
        std::vector<float> values(rows * in);
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t i = 0; i < in; ++i) {
                values[row * in + i] = kernel.values[i * rows + kept(row / units) * units + row % units];
            }
        }
        return store_tensor<float>(prefix + layer + to, {static_cast<std::int64_t>(rows), kernel.shape[0]}, values);
    };
    const auto& bias = model.variables.at("recurrent_0.forward.bias").values;
    const auto bias_of = [&](std::size_t which, const std::string& to) {
        std::vector<float> values(rows, 0.0F);
        for (std::size_t row = 0; row < rows && which * rows < bias.size(); ++row) {
            values[row] = bias[which * rows + kept(row / units) * units + row % units];
        }
        return store_tensor<float>(prefix + layer + to, {static_cast<std::int64_t>(rows)}, values);
    };
    const auto& embedding = model.variables.at("embedding.embeddings");
    const auto& dense = model.variables.at("dense.kernel");
    return {store_tensor<float>(prefix + "words.weight", embedding.shape, embedding.values),
            weight("kernel", ".weight_ih_l0"),
            weight("recurrent_kernel", ".weight_hh_l0"),
            bias_of(0, ".bias_ih_l0"),
            bias_of(1, ".bias_hh_l0"),
            store_tensor<float>(prefix + "head.weight", {1, options.hidden_size}, dense.values),
            store_tensor<float>(prefix + "head.bias", {1}, model.variables.at("dense.bias").values)};
}

TEST_F(ModelForms, PytorchsLayoutOfEveryCell) {
    for (const auto* name : {"simple_rnn", "lstm", "gru"}) {
        const auto model = read_keras_file(models_folder / (std::string(name) + ".keras"));
        const auto stack = std::vector{models::parse_layer(fmt::format("{}:{}", name, model.options.hidden_size))};
        for (const auto* prefix : {"", "module."}) {
            const auto read = pytorch_model(as_pytorch(model, prefix, "net.rnn"), stack, "x");
            EXPECT_EQ(read.variables, model.variables) << name;
        }
    }
}

TEST_F(ModelForms, PytorchsTensorsThatFitNowhereAreNamed) {
    const auto whole = as_pytorch(lstm(), "", "lstm");
    const auto stack = std::vector{models::parse_layer("lstm:4")};
    const auto refusal = [&](auto change) {
        auto tensors = whole;
        change(tensors);
        return data_error([&] { static_cast<void>(pytorch_model(tensors, stack, "x")); });
    };
    const auto adds = [&](const std::string& name, std::vector<std::int64_t> shape) {
        return refusal([&](auto& tensors) {
            const auto variable = zeros(shape);
            tensors.push_back(store_tensor<float>(name, variable.shape, variable.values));
        });
    };
    EXPECT_EQ(refusal([](auto&) {}), "no DataError");
    EXPECT_THAT(adds("lstm.weight_hr_l0", {3, 4}), HasSubstr("'lstm.weight_hr_l0' belongs to an LSTM with proj_size"));
    EXPECT_THAT(adds("conv.weight", {3, 4, 5}), HasSubstr("'conv' with weight is no module"));
    EXPECT_THAT(adds("more.weight", {30, 4}), HasSubstr("'words' is a second nn.Embedding"));
    EXPECT_THAT(adds("lstm.weight_ih_l1", {16, 4}),
                HasSubstr("'lstm.weight_hh_l1' stands there without its weight_hh"));
    EXPECT_THAT(refusal([](auto& tensors) { tensors.erase(tensors.begin()); }), HasSubstr("x has no nn.Embedding"));
    EXPECT_THAT(refusal([](auto& tensors) { tensors.erase(tensors.begin() + 1, tensors.begin() + 5); }),
                HasSubstr("x has no nn.RNN"));
    EXPECT_THAT(refusal([](auto& tensors) { tensors.erase(tensors.begin() + 3); }),
                HasSubstr("wants a bias_ih of [16]"));
    EXPECT_THAT(refusal([](auto& tensors) { tensors[1].dtype = DType::int32; }), HasSubstr("is of type I32"));
    EXPECT_THAT(error_of<UsageError>(
                    [&] { static_cast<void>(pytorch_model(whole, {models::parse_layer("gru:4:before")}, "x")); }),
                HasSubstr("resets after"));
    // A sum of squares says nothing of its epsilon.
    auto normed = whole;
    for (const auto* name : {"bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"}) {
        normed.push_back(store_tensor<float>(name, {4}, std::vector<float>(4, 1.0F)));
    }
    EXPECT_THAT(data_error([&] { static_cast<void>(pytorch_model(normed, stack, "x")); }), HasSubstr("whose eps"));
}

TEST_F(ModelForms, WhatAFileIsInstead) {
    const auto kind = [&](const std::string& name, std::string_view bytes) {
        const auto path = file(name, bytes);
        return data_error([&] { static_cast<void>(read_keras_file(path)); });
    };
    using namespace std::string_view_literals;
    EXPECT_THAT(kind("model.pt", encode_zip({{"archive/data.pkl", "x"}, {"archive/version", "3"}})),
                AllOf(HasSubstr("is a file of torch.save"), HasSubstr("safetensors.torch.save_file")));
    EXPECT_THAT(kind("script.pt", encode_zip({{"m/data.pkl", "x"}, {"m/constants.pkl", "x"}})),
                HasSubstr("TorchScript"));
    EXPECT_THAT(kind("old.pth", "\x80\x02}q\x01."sv), HasSubstr("a Python pickle"));
    EXPECT_THAT(kind("model.tflite", "\x1c\0\0\0TFL3"sv), HasSubstr("TensorFlow Lite"));
    EXPECT_THAT(kind("model.json", R"({"class_name": "Sequential"})"), HasSubstr("a configuration without weights"));
    EXPECT_THAT(kind("data.npz", encode_zip({{"x_train.npy", "x"}})), HasSubstr(".npz archive"));
    EXPECT_THAT(kind("folder.zip", encode_zip({{"m/config.json", "{}"}, {"m/model.weights.h5", "x"}})),
                HasSubstr("unpack it"));
    EXPECT_THAT(kind("lfs.keras", "version https://git-lfs.github.com/spec/v1\n"), HasSubstr("git lfs pull"));
    EXPECT_THAT(kind("page.h5", "<!DOCTYPE html>"), HasSubstr("a web page"));
    EXPECT_THAT(kind("model.onnx", "\x08\x07"), HasSubstr("an ONNX model"));
    EXPECT_THAT(kind("empty.keras", ""), HasSubstr("is empty"));
    EXPECT_THAT(kind("ckpt.data-00000-of-00001", "xyz"), HasSubstr("checkpoint of TensorFlow"));
    for (const auto* folder : {"run", "hf", "checkpoints"}) fs::create_directories(folder_ / folder);
    file("run/config.toml", "");
    file("hf/config.json", "{}");
    file("checkpoints/checkpoint", "x");
    EXPECT_EQ(describe_folder(folder_ / "run"), "");
    EXPECT_THAT(describe_folder(folder_ / "hf"), HasSubstr("Hugging Face"));
    EXPECT_THAT(describe_folder(folder_ / "checkpoints"), HasSubstr("checkpoints"));
    EXPECT_FALSE(is_unpacked_keras(folder_ / "hf"));
}

}  // namespace
}  // namespace cellwise::interchange
