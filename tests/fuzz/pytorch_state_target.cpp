// A PyTorch state_dict: tensors by their names and shapes. The --stack that its message suggests must be accepted.
#include "interchange/pytorch_state.h"

#include "core/safetensors.h"
#include "fuzz/target.h"

namespace {

std::vector<cellwise::models::RecurrentOptions> suggested_stack(const std::string& message) {
    std::vector<cellwise::models::RecurrentOptions> stack;
    constexpr std::string_view flag = "--stack ";
    auto begin = message.rfind(flag);
    if (begin == std::string::npos) return stack;
    begin += flag.size();
    while (begin <= message.size()) {
        const auto end = std::min(message.find(',', begin), message.size());
        stack.push_back(cellwise::models::parse_layer(message.substr(begin, end - begin)));
        begin = end + 1;
    }
    return stack;
}

}  // namespace

CELLWISE_FUZZ_TARGET(pytorch_state) {
    using namespace cellwise;
    fuzz::may_refuse([&] {
        const auto tensors = decode_safetensors(bytes, "fuzz").tensors;
        std::string message;
        try {
            static_cast<void>(interchange::pytorch_model(tensors, {}, "fuzz"));
        } catch (const UsageError& error) {
            message = error.what();
        }
        const auto stack = suggested_stack(message);
        if (stack.empty()) return;
        const auto model = interchange::pytorch_model(tensors, stack, "fuzz");
        for (const auto& place : interchange::variable_places(model.options)) {
            fuzz::require(model.variables.at(place.name).shape == place.shape, "a variable does not fit its layer");
        }
    });
}
