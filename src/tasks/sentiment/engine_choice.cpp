#include "tasks/sentiment/engine_choice.h"

#include "learning/device.h"

namespace cellwise::sentiment {

EngineInForce engine_in_force(const Configuration& configuration) {
    if (configuration.training.precision == learning::Precision::bfloat16) {
        learning::require_precision(configuration.training.precision, configuration.model.engine,
                                    learning::resolve_device(configuration.device));
        return {true, "fused (matrix products of bfloat16)"};
    }
    if (configuration.model.engine == models::Engine::torch) return {false, "torch"};
    if (configuration.training.precision == learning::Precision::float64) {
        return {false, "torch (the fused kernels compute in float32 only)"};
    }
    if (!learning::resolve_device(configuration.device).is_cpu()) {
        return {false, "torch (the fused kernels run on the CPU only)"};
    }
    return {true, "fused"};
}

}  // namespace cellwise::sentiment
