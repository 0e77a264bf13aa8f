#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <charconv>
#include <cmath>

#include "core/error.h"
#include "core/safetensors.h"
#include "learning/tensor_storage.h"
#include "tasks/customers/network_model.h"

namespace cellwise::customers {
namespace {

constexpr const char* format_name = "cellwise.table-network/1";
constexpr const char* objective_names[] = {"regression", "binary", "multiclass"};
constexpr const char* weight_prefix = "network.";
constexpr std::int64_t most_size = 1'000'000;  // of any size in a file

/// A file that may be anything.
class NetworkFile {
public:
    NetworkFile(std::string_view bytes, std::string origin)
        : content_(decode_safetensors(bytes, origin)), origin_(std::move(origin)) {
        if (text("format") != format_name) throw broken("it is no network of Cellwise for tables");
    }

    [[nodiscard]] DataError broken(const std::string& what) const {
        return DataError(fmt::format("'{}': {}", origin_, what));
    }
    [[nodiscard]] const std::string& text(const char* key) const {
        const auto found = content_.metadata.find(key);
        if (found == content_.metadata.end()) throw broken(fmt::format("it has no '{}'", key));
        return found->second;
    }
    [[nodiscard]] std::int64_t size(const char* key) const {
        const auto& digits = text(key);
        std::int64_t value = 0;
        const auto end = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), end, value);
        if (error != std::errc() || stop != end || value < 1 || value > most_size) {
            throw broken(fmt::format("its {} is '{}'", key, digits));
        }
        return value;
    }
    [[nodiscard]] Objective objective() const {
        for (int i = 0; i < 3; ++i) {
            if (text("objective") == objective_names[i]) return static_cast<Objective>(i);
        }
        throw broken(fmt::format("a network cannot have the objective '{}'", text("objective")));
    }
    [[nodiscard]] std::vector<double> numbers(const char* name, std::size_t count) const {
        auto values = content_.at(name, origin_).values<double>();
        if (values.size() != count)
            throw broken(fmt::format("{} has {} values in place of {}", name, values.size(), count));
        for (const double value : values) {
            if (!std::isfinite(value)) throw broken(fmt::format("{} holds what is no finite number", name));
        }
        return values;
    }
    [[nodiscard]] const StoredTensor& tensor(const std::string& name) const { return content_.at(name, origin_); }
    [[nodiscard]] const std::string& origin() const { return origin_; }

private:
    SafetensorsContent content_;
    std::string origin_;
};

NetworkScaling scaling_of(const NetworkFile& file, std::size_t columns) {
    NetworkScaling scaling;
    scaling.centres = file.numbers("scaling.centres", columns);
    scaling.scales = file.numbers("scaling.scales", columns);
    scaling.baseline = file.numbers("scaling.baseline", columns);
    const auto target = file.numbers("scaling.target", 2);
    scaling.target_centre = target[0];
    scaling.target_scale = target[1];
    for (const double scale : scaling.scales) {
        if (!(scale > 0)) throw file.broken("a column's scale is not positive");
    }
    return scaling;
}

models::TableNetworkOptions options_of(const NetworkFile& file, models::TableArchitecture architecture,
                                       Objective objective) {
    models::TableNetworkOptions options;
    options.architecture = architecture;
    options.features = file.size("features");
    options.outputs = file.size("outputs");
    options.hidden_size = file.size("hidden_size");
    options.step_size = file.size("step_size");
    if ((objective == Objective::multiclass) != (options.outputs > 1)) throw file.broken("its outputs do not fit it");
    if (architecture == models::TableArchitecture::mlp) return options;
    options.steps = file.tensor("steps").values<std::int64_t>();
    try {
        options.validate();
    } catch (const InternalError&) {
        throw file.broken("the steps of its sequence do not hold together");
    }
    return options;
}

/// Whether a weight's shape is what the options say is asked before a network of those sizes is made.
void require_shape(const NetworkFile& file, const std::string& name, const std::vector<std::int64_t>& shape) {
    const auto& stored = file.tensor(weight_prefix + name);
    if (stored.shape == shape) return;
    throw file.broken(fmt::format("{} has shape [{}] in place of [{}]", stored.name, fmt::join(stored.shape, ", "),
                                  fmt::join(shape, ", ")));
}

void require_sizes(const NetworkFile& file, const models::TableNetworkOptions& options) {
    require_shape(file, "output.weight", {options.outputs, options.hidden_size});
    if (options.architecture == models::TableArchitecture::mlp) {
        require_shape(file, "first.weight", {options.hidden_size, options.features});
        return;
    }
    std::int64_t width = 0, own = 0;
    for (std::size_t j = 0; j < options.steps.size(); ++j) {
        own = j > 0 && options.steps[j] == options.steps[j - 1] ? own + 1 : 1;
        width = std::max(width, own);
    }
    require_shape(file, "steps.weight", {options.step_count(), width, options.step_size});
    if (options.architecture == models::TableArchitecture::lstm) {
        require_shape(file, "recurrent.cell.weight_hh_l0", {4 * options.hidden_size, options.hidden_size});
    } else {
        require_shape(file, "second.bias", {options.hidden_size});
    }
}

StoredTensor stored_numbers(const char* name, const std::vector<double>& values) {
    return store_tensor<double>(name, {static_cast<std::int64_t>(values.size())}, values);
}

}  // namespace

std::string NetworkModel::bytes() const {
    const auto& options = network_->options();
    std::vector<StoredTensor> tensors{
        stored_numbers("scaling.centres", scaling_.centres), stored_numbers("scaling.scales", scaling_.scales),
        stored_numbers("scaling.baseline", scaling_.baseline),
        stored_numbers("scaling.target", {scaling_.target_centre, scaling_.target_scale})};
    if (!options.steps.empty()) {
        tensors.push_back(store_tensor<std::int64_t>("steps", {options.features}, options.steps));
    }
    for (const auto& item : network_->named_parameters()) {
        tensors.push_back(learning::stored(weight_prefix + item.key(), item.value()));
    }
    return encode_safetensors(tensors,
                              {{"format", format_name},
                               {"architecture", std::string(models::table_architecture_name(options.architecture))},
                               {"objective", objective_names[static_cast<int>(objective_)]},
                               {"features", std::to_string(options.features)},
                               {"outputs", std::to_string(options.outputs)},
                               {"hidden_size", std::to_string(options.hidden_size)},
                               {"step_size", std::to_string(options.step_size)}});
}

std::unique_ptr<NetworkModel> NetworkModel::load(models::TableArchitecture architecture, std::string_view bytes,
                                                 const std::string& origin) {
    const NetworkFile file(bytes, origin);
    if (file.text("architecture") != models::table_architecture_name(architecture)) {
        throw file.broken(fmt::format("it holds a network of the kind '{}'", file.text("architecture")));
    }
    const auto objective = file.objective();
    const auto options = options_of(file, architecture, objective);
    auto scaling = scaling_of(file, static_cast<std::size_t>(options.features));
    require_sizes(file, options);
    auto network = models::make_table_network(options, 0);
    for (auto& item : network->named_parameters()) {
        const auto name = weight_prefix + item.key();
        require_shape(file, item.key(), item.value().sizes().vec());
        learning::restore(item.value(), file.tensor(name), fmt::format("'{}': {}", origin, name));
    }
    return std::make_unique<NetworkModel>(std::move(network), std::move(scaling), objective);
}

}  // namespace cellwise::customers
