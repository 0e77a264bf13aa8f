#include "lab/weights_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/random.h"

namespace cellwise::lab {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class WeightsFile : public testing::Test {
protected:
    void TearDown() override { std::filesystem::remove(path_); }

    CellWeights read(const std::string& text) {
        write_file_atomically(path_, text);
        return read_weights_file(path_);
    }
    /// The message with which reading fails.
    std::string refusal(const std::string& text) {
        try {
            (void)read(text);
        } catch (const DataError& error) {
            return error.what();
        }
        return "nothing was refused";
    }
    /// A good LSTM file of input size 1 and hidden size 1 with one part replaced.
    static std::string with(const std::string& key, const nlohmann::json& value) {
        const nlohmann::json gate{{"input_weight", {{0.5}}}, {"recurrent_weight", {{0.25}}}, {"bias", {1}}};
        nlohmann::json document{
            {"cell", "lstm"}, {"forget_gate", gate}, {"input_gate", gate}, {"output_gate", gate}, {"candidate", gate}};
        if (!key.empty()) document[nlohmann::json::json_pointer(key)] = value;
        return document.dump();
    }

    const std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("cellwise-weights-" + std::to_string(::getpid()) + ".json");
};

TEST_F(WeightsFile, ReadsWhatIsWritten) {
    Random random(1, "test");
    const auto lstm = random_lstm_weights(3, 2, random);
    const auto lstm_back = std::get<LstmWeights<double>>(read(weights_document(lstm).dump()));
    EXPECT_EQ(weights_document(lstm_back), weights_document(lstm));
    EXPECT_EQ(lstm_back.output_gate.input_weight.values, lstm.output_gate.input_weight.values);

    auto gru = random_gru_weights(1, 4, random);
    gru.candidate_recurrent_bias = {1, 2, 3, 4};
    const auto gru_back = std::get<GruWeights<double>>(read(weights_document(gru).dump()));
    EXPECT_EQ(weights_document(gru_back), weights_document(gru));
}

TEST_F(WeightsFile, ReadsIntegersAndTakesAMissingRecurrentBiasForZero) {
    const auto lstm = std::get<LstmWeights<double>>(read(with("", 0)));
    EXPECT_EQ(lstm.candidate.bias, std::vector<double>{1});
    const auto gru = std::get<GruWeights<double>>(
        read(R"({"cell":"gru","reset_gate":{"input_weight":[[1]],"recurrent_weight":[[1]],"bias":[1]},
                 "update_gate":{"input_weight":[[1]],"recurrent_weight":[[1]],"bias":[1]},
                 "candidate":{"input_weight":[[1]],"recurrent_weight":[[1]],"bias":[1]}})"));
    EXPECT_EQ(gru.candidate_recurrent_bias, std::vector<double>{0});
}

TEST_F(WeightsFile, NamesTheFileAndTheKey) {
    EXPECT_THAT(refusal(with("/output_gate/bias", nlohmann::json::array({1, 2}))),
                AllOf(HasSubstr(path_.string()), HasSubstr("output_gate.input_weight: is 1 x 1, it must be 2 x 1")));
    EXPECT_THAT(refusal(with("/output_gate/bias/0", "x")), HasSubstr("output_gate.bias[0]: must be a number"));
    EXPECT_THAT(refusal(with("/candidate/input_weight/0/0", nullptr)), HasSubstr("candidate.input_weight[0][0]"));
    EXPECT_THAT(refusal(with("/candidate/bias", nlohmann::json::array())), HasSubstr("candidate.bias"));
    EXPECT_THAT(refusal(with("/candidate/input_weight", 3)), HasSubstr("candidate.input_weight: must be a list"));
    EXPECT_THAT(refusal(with("/candidate/input_weight", {{1, 2}})),
                HasSubstr("candidate.input_weight: is 1 x 2, it must be 1 x 1"));
    EXPECT_THAT(refusal(with("/candidate/recurrent_weight", nlohmann::json::parse("[[1, 2], [3]]"))),
                HasSubstr("candidate.recurrent_weight[1]: has 1 numbers"));
    EXPECT_THAT(refusal(with("/candidate/biass", 1)), HasSubstr("candidate.biass: is not a key"));
    EXPECT_THAT(refusal(with("/candidate/recurrent_bias", {1})), HasSubstr("candidate.recurrent_bias: is not a key"));
    EXPECT_THAT(refusal(with("/forget_gate", 1)), HasSubstr("forget_gate: must be an object"));
    EXPECT_THAT(refusal(with("/cell", "rnn")), HasSubstr("cell: must be \"lstm\" or \"gru\""));
    EXPECT_THAT(refusal(with("/cell", "gru")), HasSubstr("reset_gate: is missing"));
    EXPECT_THAT(refusal("{}"), HasSubstr("cell: is missing"));
}

TEST_F(WeightsFile, RefusesWhatIsNoJsonOfItsKind) {
    EXPECT_THAT(refusal(""), HasSubstr("is not JSON"));
    EXPECT_THAT(refusal("[1, 2]"), HasSubstr("must hold a JSON object"));
    EXPECT_THAT(refusal(R"({"cell": NaN})"), HasSubstr("is not JSON"));
    EXPECT_THAT(refusal(R"({"cell": 1e999})"), HasSubstr("is not JSON"));
    EXPECT_THAT(refusal(R"({"cell": "lstm", "cell": "lstm"})"), HasSubstr("the key 'cell' is there twice"));
    EXPECT_THAT(refusal(R"({"cell": "gru", "candidate": {"bias": [1], "bias": [2]}})"),
                HasSubstr("'bias' is there twice"));
    EXPECT_THAT(refusal(std::string(100000, '[')), HasSubstr("nested too deeply"));
    EXPECT_THAT(refusal("{\"cell\": \"\xff\"}"), HasSubstr("is not JSON"));
    EXPECT_THROW((void)read_weights_file("/no/such/file.json"), DataError);
}

TEST_F(WeightsFile, RefusesAbsurdSizes) {
    const nlohmann::json row = std::vector<double>(largest_size + 1);
    EXPECT_THAT(refusal(with("/candidate/bias", row)), HasSubstr("candidate.bias: holds 513 numbers"));
    EXPECT_THAT(refusal(with("/candidate/input_weight", std::vector<nlohmann::json>(largest_size + 1, {1}))),
                HasSubstr("candidate.input_weight: has 513 rows"));
}

}  // namespace
}  // namespace cellwise::lab
