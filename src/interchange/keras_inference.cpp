#include "interchange/keras_inference.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "core/error.h"

namespace cellwise::interchange {
namespace {

using models::RecurrentOptions;

constexpr std::size_t most_recurrent_layers = 16;

struct InferredLayer {
    RecurrentOptions options;
    std::int64_t features = 0;  ///< what it reads
};

/// "gru_2" is the class gru and the number 2; "simple_rnn" the class simple_rnn and 0.
std::pair<std::string, int> split_group(const std::string& group) {
    const auto underscore = group.rfind('_');
    int number = 0;
    if (underscore == std::string::npos) return {group, 0};
    const auto* begin = group.data() + underscore + 1;
    const auto* end = group.data() + group.size();
    const auto [stop, code] = std::from_chars(begin, end, number);
    if (code != std::errc() || stop != end || begin == end) return {group, 0};
    return {group.substr(0, underscore), number};
}

class Inference {
public:
    Inference(const std::map<std::string, KerasVariable>& by_path, const std::string& origin)
        : by_path_(by_path), origin_(origin) {}

    KerasModel infer(const std::vector<RecurrentOptions>& stack) {
        for (const auto& group : groups()) sort_group(group);
        std::size_t count = 0;
        for (auto& [layer_class, layers] : recurrent_) {
            count += layers.size();
            std::sort(layers.begin(), layers.end(),
                      [](const auto& one, const auto& other) { return one.first < other.first; });
        }
        if (count > most_recurrent_layers) {
            refuse("layers",
                   fmt::format("there are {} recurrent layers; at most {} are read", count, most_recurrent_layers));
        }
        KerasModel model;
        const auto embedding = shape("layers/embedding/vars/0", 2);
        model.options.vocabulary_size = embedding[0];
        model.options.embedding_size = embedding[1];
        model.options.batch_norm = has_batch_norm_;
        const auto dense = shape("layers/dense/vars/0", 2);
        if (dense[1] > 2) refuse("layers/dense/vars/0", fmt::format("Dense({}) cannot be represented", dense[1]));
        if (!stack.empty()) {
            orders_ = {stack};
        } else {
            search(embedding[1], dense[0]);
        }
        if (orders_.empty()) refuse("layers", "their sizes do not fit together to a classifier");
        if (orders_.size() > 1) {
            refuse("layers",
                   "their sizes fit together in more than one order: save a .keras file, which holds the order, or "
                   "name the layers with --stack");
        }
        set_recurrent_layers(model.options, orders_.front(), 0);
        model.softmax_of_two = dense[1] == 2;
        model.notes.push_back(assumptions_of_weights(model));
        return model;
    }

private:
    [[noreturn]] void refuse(const std::string& path, const std::string& why) const {
        throw DataError(fmt::format("{}: {}: {}", origin_, path, why));
    }

    std::set<std::string> groups() const {
        std::set<std::string> found;
        for (const auto& [path, variable] : by_path_) {
            const auto begin = path.find('/') + 1;
            found.insert(path.substr(begin, path.find('/', begin) - begin));
        }
        return found;
    }

    /// The shape of a variable that must be there with so many dimensions, none of them 0.
    std::vector<std::int64_t> shape(const std::string& path, std::size_t dimensions) const {
        const auto found = by_path_.find(path);
        if (found == by_path_.end()) refuse(path, "is missing");
        const auto& sizes = found->second.shape;
        if (sizes.size() != dimensions || std::count(sizes.begin(), sizes.end(), 0) > 0) {
            refuse(path, fmt::format("has the shape [{}], which does not fit", fmt::join(sizes, ", ")));
        }
        return sizes;
    }

    void sort_group(const std::string& group) {
        const auto [layer_class, number] = split_group(group);
        const auto path = "layers/" + group;
        if (layer_class == "simple_rnn" || layer_class == "lstm" || layer_class == "gru") {
            auto layer = infer_cell(path + "/cell/vars");
            if (cell_name(layer.options.cell) != layer_class) refuse(path, "its shapes are not those of its class");
            recurrent_[layer_class].emplace_back(number, layer);
        } else if (layer_class == "bidirectional") {
            auto layer = infer_cell(path + "/forward_layer/cell/vars");
            layer.options.bidirectional = true;
            recurrent_[layer_class].emplace_back(number, layer);
        } else if (group == "batch_normalization") {
            has_batch_norm_ = true;
        } else if (group != "embedding" && group != "dense") {
            refuse(path, "layers of this kind, or so many of them, cannot be represented");
        }
    }

    InferredLayer infer_cell(const std::string& path) const {
        const auto kernel = shape(path + "/0", 2);
        const auto recurrent = shape(path + "/1", 2);
        const auto bias_path = path + "/2";
        const auto bias = by_path_.find(bias_path);
        if (bias == by_path_.end()) refuse(bias_path, "is missing: use_bias=False cannot be represented");
        InferredLayer layer;
        layer.features = kernel[0];
        layer.options.hidden_size = recurrent[0];
        for (const auto cell : all_cells) {
            if (recurrent[1] == gate_count(cell) * recurrent[0] && kernel[1] == recurrent[1]) {
                layer.options.cell = cell;
                if (cell == Cell::gru && bias->second.shape.size() == 1) {
                    layer.options.gru_reset = models::GruReset::before;
                }
                return layer;
            }
        }
        refuse(path, "its shapes are those of no known cell");
    }

    /// All orders in which each layer reads what the one before gives; layers of one class stand in the
    /// order of their numbers. Stops at the second. Layers of several classes that all fit each other have millions
    /// of orders, which differ only in how they begin: what could not be ended once is not tried again.
    void search(std::int64_t features, std::int64_t wanted) {
        const auto found = orders_.size();
        const std::pair state(used_, features);
        if (found > 1 || dead_ends_.contains(state)) return;
        bool used_all = true;
        for (const auto& [layer_class, layers] : recurrent_) {
            auto& used = used_[layer_class];
            if (used == layers.size()) continue;
            used_all = false;
            const auto& next = layers[used].second;
            if (next.features != features) continue;
            ++used;
            order_.push_back(next.options);
            search(next.options.directions() * next.options.hidden_size, wanted);
            order_.pop_back();
            --used;
        }
        if (used_all && features == wanted && !order_.empty()) orders_.push_back(order_);
        if (orders_.size() == found) dead_ends_.insert(state);
    }

    const std::map<std::string, KerasVariable>& by_path_;
    std::string origin_;
    std::map<std::string, std::vector<std::pair<int, InferredLayer>>> recurrent_;      // by class, then number
    std::map<std::string, std::size_t> used_;                                          // layers in order_, by class
    std::set<std::pair<std::map<std::string, std::size_t>, std::int64_t>> dead_ends_;  // used_ and features
    std::vector<RecurrentOptions> order_;
    std::vector<std::vector<RecurrentOptions>> orders_;
    bool has_batch_norm_ = false;
};

}  // namespace

std::string assumptions_of_weights(const KerasModel& model) {
    std::string text =
        "a file of weights says nothing of activations, masking and dropout: taken as tanh and sigmoid, none, none";
    if (model.options.batch_norm) text += "; batch normalization as Keras's default in front of the dense layer";
    if (model.softmax_of_two) text += "; the two outputs as a softmax, of which the second is a positive review";
    return text;
}

KerasModel infer_keras_model(const std::map<std::string, KerasVariable>& by_path,
                             const std::vector<RecurrentOptions>& stack, const std::string& origin) {
    return Inference(by_path, origin).infer(stack);
}

}  // namespace cellwise::interchange
