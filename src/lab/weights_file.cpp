#include "lab/weights_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/strict_json.h"

namespace cellwise::lab {
namespace {

using Json = nlohmann::json;

constexpr std::uintmax_t most_bytes = 256U << 20U;
constexpr int deepest_level = 4;  // document, gate, matrix, row

/// A place in a weights file, for messages.
struct Place {
    const std::filesystem::path& path;
    std::string key;

    [[nodiscard]] Place at(std::string_view name) const {
        return {path, key.empty() ? std::string(name) : fmt::format("{}.{}", key, name)};
    }
    [[nodiscard]] Place at(std::size_t index) const { return {path, fmt::format("{}[{}]", key, index)}; }
    [[noreturn]] void fail(std::string_view what) const {
        throw DataError(fmt::format("{}: {}{}{}", path.string(), key, key.empty() ? "" : ": ", what));
    }
};

void require_object(const Json& object, const std::vector<std::string_view>& required,
                    const std::vector<std::string_view>& optional, const Place& place) {
    if (!object.is_object()) place.fail("must be an object");
    for (const auto name : required) {
        if (!object.contains(name)) place.at(name).fail("is missing");
    }
    for (const auto& [name, value] : object.items()) {
        if (std::ranges::find(required, name) == required.end() &&
            std::ranges::find(optional, name) == optional.end()) {
            place.at(name).fail("is not a key of a weights file");
        }
    }
}

std::vector<double> read_vector(const Json& array, const Place& place) {
    if (!array.is_array() || array.empty()) place.fail("must be a list of numbers");
    if (array.size() > largest_size)
        place.fail(fmt::format("holds {} numbers, {} are allowed", array.size(), largest_size));
    std::vector<double> values;
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (!array[i].is_number()) place.at(i).fail("must be a number");
        values.push_back(array[i].get<double>());
        if (!std::isfinite(values.back())) place.at(i).fail("is too large for a float64");
    }
    return values;
}

Matrix<double> read_matrix(const Json& array, const Place& place) {
    if (!array.is_array() || array.empty()) place.fail("must be a list of rows");
    if (array.size() > largest_size) place.fail(fmt::format("has {} rows, {} are allowed", array.size(), largest_size));
    Matrix<double> matrix;
    for (std::size_t i = 0; i < array.size(); ++i) {
        const auto row = read_vector(array[i], place.at(i));
        if (i == 0) matrix = Matrix<double>(array.size(), row.size());
        if (row.size() != matrix.columns) {
            place.at(i).fail(fmt::format("has {} numbers, the first row has {}", row.size(), matrix.columns));
        }
        std::ranges::copy(row, matrix.values.begin() + static_cast<std::ptrdiff_t>(i * matrix.columns));
    }
    return matrix;
}

void require_shape(const Matrix<double>& matrix, std::size_t rows, std::size_t columns, const Place& place) {
    if (matrix.rows != rows || matrix.columns != columns) {
        place.fail(fmt::format("is {} x {}, it must be {} x {}", matrix.rows, matrix.columns, rows, columns));
    }
}

GateWeights<double> read_gate(const Json& gate, const Place& place, bool may_have_recurrent_bias) {
    require_object(
        gate, {"input_weight", "recurrent_weight", "bias"},
        may_have_recurrent_bias ? std::vector<std::string_view>{"recurrent_bias"} : std::vector<std::string_view>{},
        place);
    GateWeights<double> weights{read_matrix(gate["input_weight"], place.at("input_weight")),
                                read_matrix(gate["recurrent_weight"], place.at("recurrent_weight")),
                                read_vector(gate["bias"], place.at("bias"))};
    const auto hidden_size = weights.bias.size();
    require_shape(weights.input_weight, hidden_size, weights.input_weight.columns, place.at("input_weight"));
    require_shape(weights.recurrent_weight, hidden_size, hidden_size, place.at("recurrent_weight"));
    return weights;
}

/// Gates read one by one must all have the first one's sizes.
class SizeCheck {
public:
    void operator()(const GateWeights<double>& gate, const Place& place) {
        if (hidden_size_ == 0) {
            hidden_size_ = gate.bias.size();
            input_size_ = gate.input_weight.columns;
        }
        require_shape(gate.input_weight, hidden_size_, input_size_, place.at("input_weight"));
        require_shape(gate.recurrent_weight, hidden_size_, hidden_size_, place.at("recurrent_weight"));
    }

private:
    std::size_t hidden_size_ = 0, input_size_ = 0;
};

LstmWeights<double> read_lstm(const Json& document, const Place& place) {
    require_object(document, {"cell", "forget_gate", "input_gate", "output_gate", "candidate"}, {}, place);
    LstmWeights<double> weights;
    SizeCheck check;
    for_each_lstm_gate(weights, [&](std::string_view name, auto& gate) {
        gate = read_gate(document[std::string(name)], place.at(name), false);
        check(gate, place.at(name));
    });
    return weights;
}

GruWeights<double> read_gru(const Json& document, const Place& place) {
    require_object(document, {"cell", "reset_gate", "update_gate", "candidate"}, {}, place);
    GruWeights<double> weights;
    SizeCheck check;
    for_each_gru_gate(weights, [&](std::string_view name, auto& gate) {
        gate = read_gate(document[std::string(name)], place.at(name), name == "candidate");
        check(gate, place.at(name));
    });
    weights.candidate_recurrent_bias.assign(weights.hidden_size(), 0.0);
    if (const auto& candidate = document["candidate"]; candidate.contains("recurrent_bias")) {
        const auto bias_place = place.at("candidate").at("recurrent_bias");
        weights.candidate_recurrent_bias = read_vector(candidate["recurrent_bias"], bias_place);
        if (weights.candidate_recurrent_bias.size() != weights.hidden_size()) {
            bias_place.fail(fmt::format("has {} numbers, it must have {}", weights.candidate_recurrent_bias.size(),
                                        weights.hidden_size()));
        }
    }
    return weights;
}

nlohmann::ordered_json matrix_document(const Matrix<double>& matrix) {
    auto rows = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < matrix.rows; ++i) {
        const auto row = matrix.row(i);
        rows.push_back(std::vector<double>(row.begin(), row.end()));
    }
    return rows;
}

nlohmann::ordered_json gate_document(const GateWeights<double>& gate) {
    return {{"input_weight", matrix_document(gate.input_weight)},
            {"recurrent_weight", matrix_document(gate.recurrent_weight)},
            {"bias", gate.bias}};
}

}  // namespace

CellWeights read_weights_file(const std::filesystem::path& path) {
    const Place place{path, ""};
    const Json document = parse_strict_json(read_file(path, most_bytes), path.string(), deepest_level);
    if (!document.is_object()) place.fail("must hold a JSON object");
    if (!document.contains("cell")) place.at("cell").fail("is missing (\"lstm\" or \"gru\")");
    if (document["cell"] == "lstm") return read_lstm(document, place);
    if (document["cell"] == "gru") return read_gru(document, place);
    place.at("cell").fail("must be \"lstm\" or \"gru\"");
}

nlohmann::ordered_json weights_document(const LstmWeights<double>& weights) {
    nlohmann::ordered_json document{{"cell", "lstm"}};
    for_each_lstm_gate(
        weights, [&](std::string_view name, const auto& gate) { document[std::string(name)] = gate_document(gate); });
    return document;
}

nlohmann::ordered_json weights_document(const GruWeights<double>& weights) {
    nlohmann::ordered_json document{{"cell", "gru"}};
    for_each_gru_gate(
        weights, [&](std::string_view name, const auto& gate) { document[std::string(name)] = gate_document(gate); });
    document["candidate"]["recurrent_bias"] = weights.candidate_recurrent_bias;
    return document;
}

}  // namespace cellwise::lab
