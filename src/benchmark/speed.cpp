#include "benchmark/speed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "report/text/table.h"

namespace cellwise::benchmark {
namespace {

double quantile(const std::vector<double>& sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::optional<double> ratio(const std::optional<Timing>& torch, const Timing& fused) {
    if (!torch) return std::nullopt;
    return torch->median / fused.median;
}

nlohmann::ordered_json number(const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json quartiles(const std::optional<Timing>& timing) {
    if (!timing) return nullptr;
    return {timing->low, timing->high};
}

std::optional<double> median(const std::optional<Timing>& timing) {
    if (!timing) return std::nullopt;
    return timing->median;
}

nlohmann::ordered_json cell_json(const CellSpeed& speed, double peak) {
    nlohmann::ordered_json json{{"cell", cell_name(speed.cell)},
                                {"torch_train_ms", number(median(speed.torch_train))},
                                {"fused_train_ms", speed.fused_train.median},
                                {"train_ratio", number(ratio(speed.torch_train, speed.fused_train))},
                                {"torch_forward_ms", number(median(speed.torch_forward))},
                                {"fused_forward_ms", speed.fused_forward.median},
                                {"forward_ratio", number(ratio(speed.torch_forward, speed.fused_forward))},
                                {"reduced_gflop", speed.reduced_gflop},
                                {"peak_share", peak_share(speed.reduced_gflop, speed.fused_train.median, peak)},
                                {"reduced_gflops", speed.reduced_gflop / speed.fused_train.median * 1e3},
                                {"train_tokens_per_second", speed.tokens / speed.fused_train.median * 1e3},
                                {"forward_tokens_per_second", speed.tokens / speed.fused_forward.median * 1e3},
                                {"batch_size", speed.batch_size},
                                {"length", speed.length},
                                {"hidden_size", speed.hidden_size},
                                {"embedding_size", speed.embedding_size},
                                {"quartiles_ms",
                                 {{"torch_train", quartiles(speed.torch_train)},
                                  {"fused_train", quartiles(speed.fused_train)},
                                  {"torch_forward", quartiles(speed.torch_forward)},
                                  {"fused_forward", quartiles(speed.fused_forward)}}}};
    if (!speed.phases.empty()) {
        auto& phases = json["phases"] = nlohmann::ordered_json::array();
        for (const auto& phase : speed.phases) {
            phases.push_back({{"phase", phase.name}, {"ms", phase.milliseconds}, {"gflop", phase.gflop}});
        }
    }
    return json;
}

std::string with_spread(const std::optional<Timing>& timing) {
    return timing ? fmt::format("{:.2f} ({:.2f}–{:.2f})", timing->median, timing->low, timing->high) : "–";
}

std::string times(const std::optional<double>& value) { return value ? fmt::format("{:.2f}×", *value) : "–"; }

// Whether cells differ in one of their sizes: then the table has a column for it.
template <class Member>
bool varies(const SpeedRecord& record, Member member) {
    return std::any_of(record.cells.begin(), record.cells.end(),
                       [&](const CellSpeed& cell) { return cell.*member != record.cells.front().*member; });
}

std::string sizes(const SpeedRecord& record, const CellSpeed& cell) {
    std::string text;
    if (varies(record, &CellSpeed::batch_size)) text += fmt::format(" batch {}", cell.batch_size);
    if (varies(record, &CellSpeed::length)) text += fmt::format(" length {}", cell.length);
    if (varies(record, &CellSpeed::hidden_size)) text += fmt::format(" hidden {}", cell.hidden_size);
    if (varies(record, &CellSpeed::embedding_size)) text += fmt::format(" embedding {}", cell.embedding_size);
    return text;
}

std::string layers_text(const SpeedRecord& record) {
    std::string text;
    if (record.layers > 1) text += fmt::format("{} layers, ", record.layers);
    if (record.bidirectional) text += "both directions, ";
    return text;
}

std::string phase_table(const CellSpeed& cell, double peak) {
    double step = 0;
    for (const auto& phase : cell.phases) step += phase.milliseconds;
    report::Table table({{"phase", report::Table::Align::left}, {"ms"}, {"of the step"}, {"GFLOP/s"}, {"of the peak"}});
    for (const auto& phase : cell.phases) {
        const bool has_products = phase.gflop > 0;
        table.add_row(
            {phase.name, fmt::format("{:.3f}", phase.milliseconds),
             fmt::format("{:.1f}%", 100 * phase.milliseconds / step),
             has_products ? fmt::format("{:.0f}", phase.gflop / phase.milliseconds * 1e3) : "",
             has_products ? fmt::format("{:.0f}%", 100 * peak_share(phase.gflop, phase.milliseconds, peak)) : ""});
    }
    return table.text();
}

}  // namespace

Timing Timing::of(std::vector<double> milliseconds) {
    if (milliseconds.empty()) throw InternalError("no times were taken");
    std::sort(milliseconds.begin(), milliseconds.end());
    return {quantile(milliseconds, 0.5), quantile(milliseconds, 0.25), quantile(milliseconds, 0.75)};
}

double peak_share(double gflop, double milliseconds, double fma_peak_gflops) {
    return gflop / (milliseconds * 1e-3 * fma_peak_gflops);
}

nlohmann::ordered_json speed_json(const SpeedRecord& record) {
    nlohmann::ordered_json json{{"fma_peak_gflops", record.fma_peak_gflops},
                                {"threads", record.threads},
                                {"processor", record.processor},
                                {"instruction_set", record.instruction_set},
                                {"rounds", record.rounds},
                                {"precision", record.precision},
                                {"layers", record.layers},
                                {"bidirectional", record.bidirectional},
                                {"input", record.input},
                                {"data", record.data},
                                {"generated", record.generated},
                                {"cells", nlohmann::ordered_json::array()}};
    for (const auto& cell : record.cells) json["cells"].push_back(cell_json(cell, record.fma_peak_gflops));
    return json;
}

std::string speed_text(const SpeedRecord& record) {
    const auto& first = record.cells.front();
    std::string text = fmt::format(
        "{}, {} thread{}, {}: multiply-add peak {:.0f} GFLOP/s, measured in this run\n"
        "batches of {} reviews of {} {}, {}hidden size {}: {}\n"
        "milliseconds, median of {} rounds (quartiles); torch = torch::nn{}{}\n\n",
        record.processor, record.threads, record.threads == 1 ? "" : "s", record.instruction_set,
        record.fma_peak_gflops, varies(record, &CellSpeed::batch_size) ? "several" : std::to_string(first.batch_size),
        varies(record, &CellSpeed::length) ? "several" : std::to_string(first.length), record.input,
        layers_text(record), varies(record, &CellSpeed::hidden_size) ? "several" : std::to_string(first.hidden_size),
        record.data, record.rounds, record.input == "words" ? " + torch::optim::Adam" : "; both without the optimizer",
        record.precision == "float32" ? "" : "; fused = products of " + record.precision);
    report::Table table({{"cell", report::Table::Align::left},
                         {"work", report::Table::Align::left},
                         {"torch"},
                         {"fused"},
                         {"ratio"},
                         {"words/s"},
                         {"GFLOP/s"},
                         {"of the peak"}});
    for (const auto& cell : record.cells) {
        const std::string name = std::string(cell_title(cell.cell)) + sizes(record, cell);
        const auto words = [&](const Timing& timing) {
            return fmt::format("{:.2f} M", cell.tokens / timing.median * 1e-3);
        };
        table.add_row({name, "training step", with_spread(cell.torch_train), with_spread(cell.fused_train),
                       times(ratio(cell.torch_train, cell.fused_train)), words(cell.fused_train),
                       fmt::format("{:.0f}", cell.reduced_gflop / cell.fused_train.median * 1e3),
                       fmt::format("{:.1f}%", 100 * peak_share(cell.reduced_gflop, cell.fused_train.median,
                                                               record.fma_peak_gflops))});
        const double forward_gflop = cell.reduced_gflop / 3;
        table.add_row({name, "forward only", with_spread(cell.torch_forward), with_spread(cell.fused_forward),
                       times(ratio(cell.torch_forward, cell.fused_forward)), words(cell.fused_forward),
                       fmt::format("{:.0f}", forward_gflop / cell.fused_forward.median * 1e3),
                       fmt::format("{:.1f}%", 100 * peak_share(forward_gflop, cell.fused_forward.median,
                                                               record.fma_peak_gflops))});
    }
    text += table.text();
    for (const auto& cell : record.cells) {
        if (cell.phases.empty()) continue;
        text += fmt::format("\n{}{}: one training step, median of each part\n\n{}", cell_title(cell.cell),
                            sizes(record, cell), phase_table(cell, record.fma_peak_gflops));
    }
    return text;
}

}  // namespace cellwise::benchmark
