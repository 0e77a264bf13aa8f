#include <cellwise/models/classifier.h>
#include <torch/torch.h>

#include <iostream>

int main() {
    cellwise::models::GRU model;
    model->eval();
    const torch::NoGradGuard no_grad;
    const auto probability = torch::sigmoid(model->forward(torch::randint(0, 10000, {2, 200})));
    std::cout << model->parameter_count() << " parameters, probabilities " << probability.sizes() << "\n";
    return probability.isfinite().all().item<bool>() ? 0 : 1;
}
