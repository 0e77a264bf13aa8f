#include "interchange/pytorch_modules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>
#include <utility>

#include "core/ascii.h"
#include "core/error.h"
#include "core/utf8.h"
#include "interchange/stored_floats.h"

namespace cellwise::interchange {
namespace {

constexpr std::size_t most_stacked = 16;

/// "lstm2" before "lstm10".
bool natural_less(const std::string& one, const std::string& other) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < one.size() && j < other.size()) {
        if (is_digit(one[i]) && is_digit(other[j])) {
            std::uint64_t a = 0;
            std::uint64_t b = 0;
            const auto end_a = std::from_chars(one.data() + i, one.data() + one.size(), a).ptr;
            const auto end_b = std::from_chars(other.data() + j, other.data() + other.size(), b).ptr;
            if (a != b) return a < b;
            i = static_cast<std::size_t>(end_a - one.data());
            j = static_cast<std::size_t>(end_b - other.data());
        } else {
            if (one[i] != other[j]) return one[i] < other[j];
            ++i;
            ++j;
        }
    }
    return std::tuple(one.size() - i, one) < std::tuple(other.size() - j, other);
}

/// "weight_ih_l0_reverse": what, of which layer, in which direction.
struct RecurrentName {
    std::string what;  ///< "weight_ih"; "" if the name is no recurrent layer's
    std::int64_t number = 0;
    bool reverse = false;
};

RecurrentName parse_recurrent(std::string_view name) {
    RecurrentName parsed;
    constexpr std::string_view reverse = "_reverse";
    parsed.reverse = name.ends_with(reverse);
    if (parsed.reverse) name.remove_suffix(reverse.size());
    for (const std::string_view what : {"weight_ih", "weight_hh", "weight_hr", "bias_ih", "bias_hh"}) {
        if (!name.starts_with(what) || !name.substr(what.size()).starts_with("_l")) continue;
        const auto digits = name.substr(what.size() + 2);
        const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.number);
        if (code != std::errc() || end != digits.data() + digits.size() || parsed.number < 0) return {};
        parsed.what = what;
        return parsed;
    }
    return {};
}

struct NaturalLess {
    bool operator()(const std::string& one, const std::string& other) const { return natural_less(one, other); }
};

class Modules {
public:
    explicit Modules(const std::string& origin) : origin_(origin) {}

    PytorchModules take(const std::vector<StoredTensor>& tensors) {
        for (const auto& tensor : tensors) sort(tensor);
        for (auto& [module, layers] : recurrent_) {
            for (auto& [number, layer] : layers) add_layer(module, number, layer);
            if (result_.layers.size() > most_stacked) {
                refuse(fmt::format("has more than {} recurrent layers", most_stacked));
            }
        }
        for (auto& [module, own] : others_) add_module(module, own);
        if (result_.embedding.shape.empty()) refuse("has no nn.Embedding (a tensor 'weight' alone, of two dimensions)");
        if (result_.linear_weight.shape.empty()) refuse("has no nn.Linear with one output or two");
        if (result_.layers.empty()) refuse("has no nn.RNN, nn.LSTM or nn.GRU (weight_ih_l0, …)");
        return std::move(result_);
    }

private:
    [[noreturn]] void refuse(const std::string& why) const { throw DataError(fmt::format("{} {}", origin_, why)); }
    [[noreturn]] void refuse(const std::string& name, const std::string& why) const {
        throw DataError(fmt::format("{}: '{}' {}", origin_, printable(name), why));
    }

    KerasVariable variable_of(const StoredTensor& tensor) {
        auto values = as_float32(tensor);
        if (!values) refuse(tensor.name, fmt::format("is of type {}: weights are float", dtype_name(tensor.dtype)));
        if (!std::all_of(values->begin(), values->end(), [](float value) { return std::isfinite(value); })) {
            refuse(tensor.name, "holds values that are not finite numbers");
        }
        if (auto type = other_float_type(tensor.dtype); !type.empty()) result_.other_types.insert(std::move(type));
        return {tensor.shape, std::move(*values)};
    }

    void sort(const StoredTensor& tensor) {
        const auto dot = tensor.name.rfind('.');
        const auto module = dot == std::string::npos ? std::string() : tensor.name.substr(0, dot);
        const auto name = tensor.name.substr(dot == std::string::npos ? 0 : dot + 1);
        if (name == "num_batches_tracked") return;
        const auto parsed = parse_recurrent(name);
        if (parsed.what.empty()) {
            others_[module][name] = variable_of(tensor);
        } else if (parsed.what == "weight_hr") {
            refuse(tensor.name, "belongs to an LSTM with proj_size, which cannot be represented");
        } else if (std::cmp_greater_equal(parsed.number, most_stacked)) {
            refuse(tensor.name, fmt::format("is one layer too many: {} are read", most_stacked));
        } else {
            auto& layer = recurrent_[module][parsed.number];
            (parsed.reverse ? layer.second : layer.first)[parsed.what] = variable_of(tensor);
        }
    }

    void add_layer(const std::string& module, std::int64_t number, std::pair<PytorchCell, PytorchCell>& cells) {
        PytorchLayer layer{module, number, {}, 0, std::move(cells.first), std::move(cells.second)};
        const auto name = fmt::format("{}.weight_hh_l{}", module, number);
        const auto& recurrent = weight(layer.forward, "weight_hh", name);
        const auto& input = weight(layer.forward, "weight_ih", name);
        layer.features = input[1];
        layer.options.hidden_size = recurrent[1];
        layer.options.bidirectional = !layer.backward.empty();
        bool known = false;
        for (const auto cell : all_cells) {
            if (recurrent[0] != gate_count(cell) * recurrent[1]) continue;
            layer.options.cell = cell;
            known = true;
        }
        if (!known) refuse(name, fmt::format("has the shape [{}] of no known cell", fmt::join(recurrent, ", ")));
        require_shapes(layer, layer.forward, name);
        if (layer.options.bidirectional) require_shapes(layer, layer.backward, name + "_reverse");
        result_.layers.push_back(std::move(layer));
    }

    const std::vector<std::int64_t>& weight(const PytorchCell& cell, const char* what, const std::string& name) const {
        const auto found = cell.find(what);
        if (found == cell.end()) refuse(name, fmt::format("stands there without its {}, or is missing", what));
        const auto& shape = found->second.shape;
        if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1) {
            refuse(name, fmt::format("and its {} have no weight's shape: [{}]", what, fmt::join(shape, ", ")));
        }
        return shape;
    }

    void require_shapes(const PytorchLayer& layer, const PytorchCell& cell, const std::string& name) const {
        const auto rows = gate_count(layer.options.cell) * layer.options.hidden_size;
        const auto require = [&](const char* what, const std::vector<std::int64_t>& wanted) {
            const auto found = cell.find(what);
            if (found != cell.end() && found->second.shape == wanted) return;
            refuse(name, fmt::format("wants a {} of [{}], which is not there", what, fmt::join(wanted, ", ")));
        };
        require("weight_ih", {rows, layer.features});
        require("weight_hh", {rows, layer.options.hidden_size});
        if (!cell.contains("bias_ih") && !cell.contains("bias_hh")) return;
        require("bias_ih", {rows});
        require("bias_hh", {rows});
    }

    void add_module(const std::string& module, std::map<std::string, KerasVariable>& own) {
        std::vector<std::string> names;
        for (const auto& [name, variable] : own) names.push_back(name);
        const auto has = [&](std::initializer_list<const char*> wanted) {
            return std::equal(names.begin(), names.end(), wanted.begin(), wanted.end());
        };
        const auto dimensions = own.contains("weight") ? own.at("weight").shape.size() : 0;
        if (has({"bias", "running_mean", "running_var", "weight"}) && dimensions == 1) {
            return add_batch_norm(module, own);
        }
        if (dimensions != 2 || !(has({"weight"}) || has({"bias", "weight"}))) {
            refuse(module, fmt::format("with {} is no module that can be represented: nn.Embedding, nn.RNN, nn.LSTM, "
                                       "nn.GRU and one nn.Linear are read",
                                       printable(fmt::format("{}", fmt::join(names, ", ")))));
        }
        auto& weight = own.at("weight");
        if (weight.shape[0] < 1 || weight.shape[1] < 1) refuse(module, "has an empty weight");
        // Without a bias it is a table of words, or a Linear of one output or two.
        const bool is_linear = own.contains("bias") || weight.shape[0] <= 2;
        if (!is_linear) {
            if (!result_.embedding.shape.empty()) refuse(module, "is a second nn.Embedding, or a wide nn.Linear");
            result_.embedding = std::move(weight);
            return;
        }
        if (!result_.linear_weight.shape.empty()) refuse(module, "is a second nn.Linear, which cannot be represented");
        if (weight.shape[0] > 2) {
            refuse(module, fmt::format("is an nn.Linear with {} outputs: one (sigmoid) or two (softmax) can be "
                                       "represented",
                                       weight.shape[0]));
        }
        if (own.contains("bias")) {
            if (own.at("bias").shape != std::vector{weight.shape[0]}) refuse(module, "has a bias of another size");
            result_.linear_bias = std::move(own.at("bias"));
        }
        result_.linear_weight = std::move(weight);
    }

    /// The epsilon that a BatchNorm1d divides with is not in a state_dict: only Cellwise's own is known.
    void add_batch_norm(const std::string& module, std::map<std::string, KerasVariable>& own) {
        const bool is_ours = module == "batch_norm" && recurrent_.contains("recurrent_0.cell");
        if (!is_ours) {
            refuse(module, "is an nn.BatchNorm1d, whose eps a state_dict does not say: it cannot be represented");
        }
        result_.batch_norm = std::move(own);
    }

    const std::string& origin_;
    PytorchModules result_;
    std::map<std::string, std::map<std::int64_t, std::pair<PytorchCell, PytorchCell>>, NaturalLess> recurrent_;
    std::map<std::string, std::map<std::string, KerasVariable>> others_;
};

}  // namespace

PytorchModules take_apart(const std::vector<StoredTensor>& tensors, const std::string& origin) {
    return Modules(origin).take(tensors);
}

}  // namespace cellwise::interchange
