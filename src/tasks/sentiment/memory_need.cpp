#include "tasks/sentiment/memory_need.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/memory.h"
#include "core/processor.h"

namespace cellwise::sentiment {
namespace {

// Whether the fused engine computes: it does the steps of the padding that reviews begin with once for all.
bool may_be_fused(const Configuration& configuration) {
    return configuration.model.engine != models::Engine::torch &&
           configuration.training.precision != learning::Precision::float64 &&
           !configuration.device.starts_with("cuda");
}

double batch_values(const models::ClassifierOptions& model, double rows, double steps, bool fused) {
    double values = 0;
    bool reads_words = true;
    for (const auto& layer : model.recurrent_layers()) {
        // Gates, and the state after each step; in the fused engine the gates' gradients beside them, which only words
        // that come again make fewer.
        const bool has_gradients = fused && !reads_words && layer.cell != Cell::simple_rnn;
        const auto gates = static_cast<double>(gate_count(layer.cell));
        values += rows * steps * static_cast<double>(layer.directions()) * static_cast<double>(layer.hidden_size) *
                  (gates + 1 + (has_gradients ? gates : 0));
        reads_words = false;
    }
    return values;
}

double model_values(const Configuration& configuration, const models::ClassifierOptions& model) {
    const bool has_moments = configuration.training.optimizer == learning::OptimizerKind::adam;
    const double moments = has_moments ? 2 : configuration.training.momentum > 0 ? 1 : 0;
    const double best = configuration.training.early_stopping > 0 ? 1 : 0;
    // Of the fused engine the table's gradient has rows for the batch's words alone.
    const double table = static_cast<double>(model.vocabulary_size) * static_cast<double>(model.embedding_size);
    const auto parameters = static_cast<double>(model.parameter_count());
    const double gradients = parameters - (may_be_fused(configuration) ? table : 0);
    const bool has_checkpoints = configuration.training.epochs > 1 || configuration.checkpoint_every > 0;
    const double copies = has_checkpoints ? 1 + moments + best : 1;
    return parameters * (1 + moments + best + copies) + gradients;
}

}  // namespace

ReviewSizes sizes_of(const data::Reviews& train, const data::Reviews& test) {
    ReviewSizes sizes{train.size(), test.size(), 0};
    for (const auto* reviews : {&train, &test}) {
        for (std::size_t i = 0; i < reviews->size(); ++i)
            sizes.longest = std::max(sizes.longest, reviews->review(i).size());
    }
    return sizes;
}

std::size_t runs_at_once(const Configuration& configuration) {
    const auto runs = configuration.cells.size() * configuration.seed_list().size();
    std::size_t jobs = 1;
    if (configuration.jobs > 0) {
        jobs = static_cast<std::size_t>(configuration.jobs);
    } else if (may_be_fused(configuration)) {
        jobs = static_cast<std::size_t>(threads_or_all(configuration.threads));
    }
    return std::clamp<std::size_t>(jobs, 1, std::max<std::size_t>(runs, 1));
}

MemoryNeed memory_need(const Configuration& configuration, const ReviewSizes& sizes) {
    const double length = static_cast<double>(configuration.length);
    const double steps = may_be_fused(configuration) ? std::min(length, static_cast<double>(sizes.longest)) : length;
    const double rows =
        std::min(static_cast<double>(configuration.training.batch_size), static_cast<double>(sizes.train));
    const double value_bytes = configuration.training.precision == learning::Precision::float64 ? 8 : 4;
    const double jobs = static_cast<double>(runs_at_once(configuration));
    MemoryNeed need;
    need.reviews = 4 * length * static_cast<double>(sizes.train + sizes.test);
    for (const Cell cell : configuration.cells) {
        const auto model = configuration.model_for(cell);
        need.model = std::max(need.model, jobs * value_bytes * model_values(configuration, model));
        need.batch =
            std::max(need.batch, jobs * value_bytes * batch_values(model, rows, steps, may_be_fused(configuration)));
    }
    return need;
}

void require_memory_for(const Configuration& configuration, const ReviewSizes& sizes) {
    const auto need = memory_need(configuration, sizes);
    const auto largest = std::max({need.reviews, need.model, need.batch});
    const char* advice = largest == need.reviews ? "make --length or --limit smaller"
                         : largest == need.model ? "make --vocabulary-size, --embedding-size, --hidden-size, --layers "
                                                   "or --jobs smaller"
                                                 : "make --batch-size, --length, --hidden-size or --jobs smaller";
    const auto what = fmt::format("training with these sizes (reviews {:.3g} GB, model {:.3g} GB, batch {:.3g} GB)",
                                  need.reviews / 1e9, need.model / 1e9, need.batch / 1e9);
    require_memory(need.total(), what, advice);
}

}  // namespace cellwise::sentiment
