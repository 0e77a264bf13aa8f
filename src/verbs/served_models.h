#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "serve/models.h"
#include "tasks/customers/model.h"
#include "tasks/customers/network_kinds.h"
#include "verbs/review_model.h"

namespace cellwise::verbs {

/// The models that a server is to answer with, as they are named on the command line.
struct ServedModelsOptions {
    std::vector<std::string> paths;  ///< runs, files of Keras or PyTorch, folders of `customers train`
    std::string table;               ///< where customers are looked up; empty: each model's own table
    ReviewModelOptions reviews;
    std::int64_t threads = 0;  ///< LibTorch's and the kernels'; 0: all
    customers::ModelKinds kinds = customers::all_model_kinds();

    /// Throws UsageError for a table without a model of customers, or a model that is named twice.
    void validate() const;
};

class ServedModels final : public serve::Models {
public:
    explicit ServedModels(ServedModelsOptions options) : options_(std::move(options)) {}

    /// Throws what load_review_model() and load_customer_model() throw.
    [[nodiscard]] serve::LoadedModels load() override;

private:
    ServedModelsOptions options_;
};

/// What requests call the models: the last part of the path without a file's ending, "lstm" of runs/lstm; the whole
/// path where that is not the only one of its name.
[[nodiscard]] std::vector<std::string> model_names(const std::vector<std::string>& paths);

}  // namespace cellwise::verbs
