#include "tasks/customers/network_kinds.h"

#include "tasks/customers/network_fit.h"
#include "tasks/customers/run_index.h"

namespace cellwise::customers {
namespace {

ModelKind network(models::TableArchitecture architecture, std::string title, int cost) {
    ModelKind kind;
    kind.name = models::table_architecture_name(architecture);
    kind.title = std::move(title);
    kind.file = network_file_name(kind.name);
    kind.cost = cost;
    kind.parameters = NetworkSettings::names(architecture);
    kind.fit = [architecture](const TrainingRows& rows, const Parameters& parameters,
                              std::uint64_t seed) -> std::unique_ptr<Model> {
        return fit_network(architecture, rows, NetworkSettings::from(architecture, parameters), seed);
    };
    kind.load = [architecture](std::string_view bytes, const std::string& origin) -> std::unique_ptr<Model> {
        return NetworkModel::load(architecture, bytes, origin);
    };
    return kind;
}

}  // namespace

ModelKinds network_kinds() {
    return {network(models::TableArchitecture::mlp, "MLP", 3), network(models::TableArchitecture::cnn, "CNN", 6),
            network(models::TableArchitecture::lstm, "LSTM", 5)};
}

ModelKinds all_model_kinds() {
    auto kinds = plain_model_kinds();
    for (auto& kind : network_kinds()) kinds.push_back(std::move(kind));
    return kinds;
}

}  // namespace cellwise::customers
