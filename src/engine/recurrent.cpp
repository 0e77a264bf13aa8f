#include "engine/recurrent.h"

#include <torch/torch.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>

#include "core/error.h"
#include "engine/large_tensor.h"

namespace cellwise::engine {

struct RecurrentOperator::Shared {
    RecurrentOptions options;
    std::shared_ptr<ThreadPool> pool;
    std::mutex mutex;
    std::vector<std::unique_ptr<RecurrentPass>> idle;
    ReusedMemory gradients;

    std::unique_ptr<RecurrentPass> take() {
        const std::lock_guard lock(mutex);
        if (idle.empty()) return std::make_unique<RecurrentPass>(options);
        auto pass = std::move(idle.back());
        idle.pop_back();
        return pass;
    }
    void give_back(std::unique_ptr<RecurrentPass> pass) {
        const std::lock_guard lock(mutex);
        idle.push_back(std::move(pass));
    }
};

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// A pass on loan, in the graph between forward and backward.
struct Lease : torch::CustomClassHolder {
    explicit Lease(std::shared_ptr<RecurrentOperator::Shared> from) : shared(std::move(from)), pass(shared->take()) {}
    ~Lease() override { shared->give_back(std::move(pass)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    std::shared_ptr<RecurrentOperator::Shared> shared;
    std::unique_ptr<RecurrentPass> pass;
    bool used = false;
    bool with_sequence = false;
    bool input_wanted = false;
    bool w_ih_wanted = false, w_hh_wanted = false, b_ih_wanted = false, b_hh_wanted = false;
};

void expect(bool holds, const char* what) {
    if (!holds) throw InternalError(std::string("fused recurrent layer: ") + what);
}

void expect_values(const torch::Tensor& tensor, torch::IntArrayRef sizes, const char* name) {
    expect(tensor.defined() && tensor.device().is_cpu() && tensor.scalar_type() == torch::kFloat32 &&
               tensor.layout() == torch::kStrided && tensor.is_contiguous() && tensor.sizes() == sizes,
           name);
}

const float* values(const torch::Tensor& tensor) { return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr; }
float* memory(const torch::Tensor& tensor) { return tensor.defined() ? tensor.mutable_data_ptr<float>() : nullptr; }

LayerWeights raw(const RecurrentWeights& weights) {
    return {values(weights.w_ih), values(weights.w_hh), values(weights.b_ih), values(weights.b_hh)};
}

// `table` undefined: source is dense input; otherwise ids.
LayerInput raw(const torch::Tensor& source, const torch::Tensor& table) {
    LayerInput input;
    input.batch = static_cast<std::size_t>(source.size(0));
    input.steps = static_cast<std::size_t>(source.size(1));
    if (!table.defined()) {
        input.dense = values(source);
        return input;
    }
    if (source.scalar_type() == torch::kInt32) {
        input.ids32 = source.const_data_ptr<std::int32_t>();
    } else {
        input.ids64 = source.const_data_ptr<std::int64_t>();
    }
    input.table = values(table);
    input.vocabulary = static_cast<std::size_t>(table.size(0));
    return input;
}

RecurrentOutput run(Lease& lease, const torch::Tensor& source, const torch::Tensor& table,
                    const RecurrentWeights& weights, bool keep) {
    const RecurrentOptions& options = lease.shared->options;
    const auto hidden = static_cast<std::int64_t>(options.hidden_size);
    RecurrentOutput output;
    output.last = torch::empty({source.size(0), hidden}, weights.w_ih.options().requires_grad(false));
    if (lease.with_sequence) output.sequence = output.last.new_empty({source.size(0), source.size(1), hidden});
    lease.pass->forward(*lease.shared->pool, raw(weights), raw(source, table),
                        {memory(output.last), memory(output.sequence)}, keep);
    return output;
}

torch::Tensor sparse_gradient(const std::vector<std::int32_t>& tokens, const torch::Tensor& rows,
                              torch::IntArrayRef sizes, bool distinct) {
    auto indices = torch::empty({1, static_cast<std::int64_t>(tokens.size())}, torch::kInt64);
    std::copy(tokens.begin(), tokens.end(), indices.mutable_data_ptr<std::int64_t>());
    auto gradient =
        at::_sparse_coo_tensor_unsafe(indices, rows, sizes, rows.options().layout(torch::kSparse), distinct);
    return distinct ? gradient : gradient.coalesce();
}

struct RecurrentFunction : torch::autograd::Function<RecurrentFunction> {
    // The table is absent for dense input, and a bias that is zeros may be.
    static variable_list forward(AutogradContext* context, const torch::Tensor& source,
                                 const std::optional<torch::Tensor>& table_or_none, const torch::Tensor& w_ih,
                                 const torch::Tensor& w_hh, const std::optional<torch::Tensor>& b_ih,
                                 const std::optional<torch::Tensor>& b_hh, const c10::intrusive_ptr<Lease>& lease) {
        const auto table = table_or_none.value_or(torch::Tensor());
        const auto output = run(*lease, source, table,
                                {w_ih, w_hh, b_ih.value_or(torch::Tensor()), b_hh.value_or(torch::Tensor())}, true);
        context->save_for_backward({source, table});
        context->saved_data["lease"] = torch::IValue::make_capsule(lease);
        context->set_materialize_grads(false);
        return lease->with_sequence ? variable_list{output.last, output.sequence} : variable_list{output.last};
    }

    static variable_list backward(AutogradContext* context, const variable_list& output_gradients) {
        const auto capsule = context->saved_data["lease"].toCapsule();
        auto& lease = static_cast<Lease&>(*capsule);
        expect(!torch::GradMode::is_enabled(), "its backward cannot be differentiated (--engine torch can)");
        expect(!lease.used, "its backward runs once");
        lease.used = true;
        const auto saved = context->get_saved_variables();
        const torch::Tensor& source = saved[0];
        const torch::Tensor& table = saved[1];
        const RecurrentOptions& options = lease.shared->options;
        const auto contiguous = [&](std::size_t i) {
            return i < output_gradients.size() && output_gradients[i].defined() ? output_gradients[i].contiguous()
                                                                                : torch::Tensor();
        };
        const auto last_gradient = contiguous(0);
        const auto sequence_gradient = contiguous(1);

        const auto input = static_cast<std::int64_t>(options.input_size);
        const auto hidden = static_cast<std::int64_t>(options.hidden_size);
        const std::int64_t gate_rows = hidden * (options.cell == CellKind::simple_rnn ? 1
                                                 : options.cell == CellKind::lstm     ? 4
                                                                                      : 3);
        const auto make = [&](bool wanted, torch::IntArrayRef sizes) {
            return wanted ? lease.shared->gradients.tensor(sizes) : torch::Tensor();
        };
        const auto& tokens = lease.pass->tokens();
        auto w_ih = make(lease.w_ih_wanted, {gate_rows, input});
        auto w_hh = make(lease.w_hh_wanted, {gate_rows, hidden});
        auto b_ih = make(lease.b_ih_wanted, {gate_rows});
        auto b_hh = make(lease.b_hh_wanted, {gate_rows});
        auto rows = table.defined() ? make(lease.input_wanted, {static_cast<std::int64_t>(tokens.size()), input})
                                    : make(lease.input_wanted, source.sizes());
        lease.pass->backward(*lease.shared->pool, raw(source, table),
                             {values(last_gradient), values(sequence_gradient)},
                             {memory(w_ih), memory(w_hh), memory(b_ih), memory(b_hh), memory(rows)});
        torch::Tensor source_gradient, table_gradient;
        if (lease.input_wanted && table.defined()) {
            table_gradient = sparse_gradient(tokens, rows, table.sizes(), options.switches.share_tokens);
            if (!options.sparse_gradient) table_gradient = table_gradient.to_dense();
        } else {
            source_gradient = rows;
        }
        return {source_gradient, table_gradient, w_ih, w_hh, b_ih, b_hh, torch::Tensor()};
    }
};

}  // namespace

RecurrentOperator::RecurrentOperator(const RecurrentOptions& options, std::shared_ptr<ThreadPool> pool)
    : shared_(std::make_shared<Shared>()) {
    shared_->options = options;
    shared_->pool = std::move(pool);
}

namespace {

RecurrentOutput apply(const std::shared_ptr<RecurrentOperator::Shared>& shared, const torch::Tensor& source,
                      const torch::Tensor& table, const RecurrentWeights& weights, bool with_sequence) {
    const RecurrentOptions& options = shared->options;
    const auto input = static_cast<std::int64_t>(options.input_size);
    const auto hidden = static_cast<std::int64_t>(options.hidden_size);
    const std::int64_t gates = options.cell == CellKind::simple_rnn ? 1 : options.cell == CellKind::lstm ? 4 : 3;
    expect_values(weights.w_ih, {gates * hidden, input}, "w_ih is not a contiguous float32 [gates · hidden, input]");
    expect_values(weights.w_hh, {gates * hidden, hidden}, "w_hh is not a contiguous float32 [gates · hidden, hidden]");
    for (const auto& bias : {weights.b_ih, weights.b_hh}) {
        if (bias.defined())
            expect_values(bias, {gates * hidden}, "a bias is not a contiguous float32 [gates · hidden]");
    }
    expect(source.size(0) > 0 && source.size(1) > 0, "the batch is empty");

    const auto wants = [](const torch::Tensor& tensor) { return tensor.defined() && tensor.requires_grad(); };
    const auto lease = c10::make_intrusive<Lease>(shared);
    lease->with_sequence = with_sequence;
    lease->input_wanted = wants(source) || wants(table);
    lease->w_ih_wanted = wants(weights.w_ih);
    lease->w_hh_wanted = wants(weights.w_hh);
    lease->b_ih_wanted = wants(weights.b_ih);
    lease->b_hh_wanted = wants(weights.b_hh);
    const bool any =
        lease->input_wanted || lease->w_ih_wanted || lease->w_hh_wanted || lease->b_ih_wanted || lease->b_hh_wanted;
    if (!any || !torch::GradMode::is_enabled()) return run(*lease, source, table, weights, false);
    const auto optional = [](const torch::Tensor& tensor) {
        return tensor.defined() ? std::optional(tensor) : std::nullopt;
    };
    const auto outputs = RecurrentFunction::apply(source, optional(table), weights.w_ih, weights.w_hh,
                                                  optional(weights.b_ih), optional(weights.b_hh), lease);
    return {outputs[0], with_sequence ? outputs[1] : torch::Tensor()};
}

}  // namespace

RecurrentOutput RecurrentOperator::forward_ids(const torch::Tensor& ids, const torch::Tensor& table,
                                               const RecurrentWeights& weights, bool with_sequence) {
    expect(ids.dim() == 2 && ids.device().is_cpu() &&
               (ids.scalar_type() == torch::kInt32 || ids.scalar_type() == torch::kInt64),
           "ids are not int32 or int64 [batch, time]");
    expect_values(table, {table.size(0), static_cast<std::int64_t>(shared_->options.input_size)},
                  "the table is not a contiguous float32 [vocabulary, input]");
    return apply(shared_, ids.contiguous(), table, weights, with_sequence);
}

RecurrentOutput RecurrentOperator::forward_dense(const torch::Tensor& input, const RecurrentWeights& weights,
                                                 bool with_sequence) {
    expect(input.dim() == 3, "dense input is not [batch, time, input]");
    const auto values_of_input = input.contiguous();
    expect_values(values_of_input,
                  {input.size(0), input.size(1), static_cast<std::int64_t>(shared_->options.input_size)},
                  "dense input is not float32 [batch, time, input]");
    return apply(shared_, values_of_input, {}, weights, with_sequence);
}

std::shared_ptr<ThreadPool> make_pool(int threads) { return std::make_shared<ThreadPool>(threads); }

TableGradient table_gradient(const torch::Tensor& gradient) {
    TableGradient table{gradient._indices().contiguous(), gradient._values().contiguous(), {}};
    const auto* indices = table.indices.const_data_ptr<std::int64_t>();
    const auto count = static_cast<std::size_t>(table.indices.size(1));
    // Autograd drops the mark of a coalesced tensor, so the order itself is what counts.
    if (std::adjacent_find(indices, indices + count, [](auto a, auto b) { return a >= b; }) != indices + count) {
        const auto coalesced = gradient.coalesce();
        return table_gradient(coalesced);
    }
    table.rows = {indices, count, table.values.const_data_ptr<float>(), static_cast<std::size_t>(table.values.size(1))};
    return table;
}

}  // namespace cellwise::engine
