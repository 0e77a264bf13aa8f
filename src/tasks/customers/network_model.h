#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "models/table_network.h"
#include "tasks/customers/model.h"

namespace cellwise::customers {

/// Between a table's numbers and a network's: learned from the training part.
struct NetworkScaling {
    std::vector<double> centres, scales;         ///< [columns]: mean and population deviation; 0 and 1 for levels
    std::vector<double> baseline;                ///< [columns]: what a scaled feature is on average
    double target_centre = 0, target_scale = 1;  ///< of a regression

    /// A network sees no number further from the mean than this many deviations.
    static constexpr double most = 10;

    [[nodiscard]] static NetworkScaling of(const TrainingRows& rows);
    /// [rows, columns]: (x − centre) / scale, held within ±most. Throws DataError for another number of columns.
    [[nodiscard]] std::vector<float> scaled(MatrixView features) const;
};

/// A trained network for tables.
class NetworkModel final : public Model {
public:
    NetworkModel(std::shared_ptr<models::TableNetworkImpl> network, NetworkScaling scaling, Objective objective);

    [[nodiscard]] std::vector<double> predict(MatrixView features) const override;
    /// Integrated gradients (Sundararajan, Taly and Yan, arXiv 1703.01365) from the average row of the training part to
    /// the customer's, of the log-odds or the value, in float64. The quadrature is refined until they add up; what
    /// float32 and the quadrature leave is shared out by the contributions' sizes.
    [[nodiscard]] std::optional<Contributions> contributions(MatrixView features) const override;
    [[nodiscard]] std::string margin_unit() const override;
    /// safetensors: the weights, and the scaling beside them.
    [[nodiscard]] std::string bytes() const override;

    /// Throws DataError naming the origin if the bytes are no such network.
    [[nodiscard]] static std::unique_ptr<NetworkModel> load(models::TableArchitecture architecture,
                                                            std::string_view bytes, const std::string& origin);

private:
    /// [rows, outputs] of scaled features [rows, columns].
    [[nodiscard]] std::vector<double> margins(const std::vector<float>& scaled) const;
    [[nodiscard]] std::size_t columns() const { return scaling_.centres.size(); }
    [[nodiscard]] std::size_t outputs() const { return static_cast<std::size_t>(network_->options().outputs); }

    std::shared_ptr<models::TableNetworkImpl> network_;
    NetworkScaling scaling_;
    Objective objective_;
    // The fused kernels serve one caller at a time.
    mutable std::mutex mutex_;
};

}  // namespace cellwise::customers
