#include "benchmark/speed_against.h"

#include <fmt/format.h>

#include "report/text/table.h"

namespace cellwise::benchmark {
namespace {

using Align = report::Table::Align;

std::string with_spread(const Timing& timing) {
    return fmt::format("{:.2f} ({:.2f}–{:.2f})", timing.median, timing.low, timing.high);
}

std::string times(double ratio) { return fmt::format("{:.2f}×", ratio); }

}  // namespace

nlohmann::ordered_json peer_json(const PeerRecord& record) {
    nlohmann::ordered_json json{{"peer", record.peer},
                                {"threads", record.threads},
                                {"processor", record.processor},
                                {"rounds", record.rounds},
                                {"batch_size", record.batch_size},
                                {"length", record.length},
                                {"hidden_size", record.hidden_size},
                                {"data", record.data},
                                {"generated", record.generated},
                                {"cells", nlohmann::ordered_json::array()}};
    const auto quartiles = [](const Timing& timing) { return nlohmann::ordered_json{timing.low, timing.high}; };
    for (const auto& cell : record.cells) {
        json["cells"].push_back({{"cell", cell_name(cell.cell)},
                                 {"peer_train_ms", cell.peer_train.median},
                                 {"fused_train_ms", cell.fused_train.median},
                                 {"train_ratio", cell.peer_train.median / cell.fused_train.median},
                                 {"peer_forward_ms", cell.peer_forward.median},
                                 {"fused_forward_ms", cell.fused_forward.median},
                                 {"forward_ratio", cell.peer_forward.median / cell.fused_forward.median},
                                 {"quartiles_ms",
                                  {{"peer_train", quartiles(cell.peer_train)},
                                   {"fused_train", quartiles(cell.fused_train)},
                                   {"peer_forward", quartiles(cell.peer_forward)},
                                   {"fused_forward", quartiles(cell.fused_forward)}}}});
    }
    return json;
}

std::string peer_text(const PeerRecord& record) {
    report::Table table({{"cell", Align::left}, {"work", Align::left}, {record.peer}, {"cellwise"}, {"ratio"}});
    for (const auto& cell : record.cells) {
        const std::string name(cell_title(cell.cell));
        table.add_row({name, "training step", with_spread(cell.peer_train), with_spread(cell.fused_train),
                       times(cell.peer_train.median / cell.fused_train.median)});
        table.add_row({name, "forward only", with_spread(cell.peer_forward), with_spread(cell.fused_forward),
                       times(cell.peer_forward.median / cell.fused_forward.median)});
    }
    return fmt::format(
        "{}, {} threads; batches of {} reviews of {} words, hidden size {}: {}\n"
        "milliseconds, median of {} rounds (quartiles), the same batches and initial weights\n\n{}",
        record.processor, record.threads, record.batch_size, record.length, record.hidden_size, record.data,
        record.rounds, table.text());
}

double JobRecord::peer_seconds() const {
    double sum = 0;
    for (const auto& job : peer_jobs) sum += job.seconds;
    return sum;
}

nlohmann::ordered_json job_json(const JobRecord& record) {
    nlohmann::ordered_json json{{"peer", record.peer},
                                {"threads", record.threads},
                                {"processor", record.processor},
                                {"epochs", record.epochs},
                                {"data", record.data},
                                {"peer_seconds", record.peer_seconds()},
                                {"seconds", record.product_seconds},
                                {"ratio", record.ratio()},
                                {"cells", nlohmann::ordered_json::array()}};
    for (const auto& job : record.peer_jobs) {
        json["cells"].push_back(
            {{"cell", cell_name(job.cell)}, {"peer_seconds", job.seconds}, {"peer_accuracy", job.accuracy}});
    }
    return json;
}

std::string job_text(const JobRecord& record) {
    std::string text = fmt::format("{}, {} threads; {} epochs with validation after each: {}\n\n", record.processor,
                                   record.threads, record.epochs, record.data);
    report::Table table({{"", Align::left}, {"seconds"}});
    for (const auto& job : record.peer_jobs) {
        table.add_row(
            {fmt::format("{}: {}, fit alone", record.peer, cell_title(job.cell)), fmt::format("{:.1f}", job.seconds)});
    }
    table.add_row({fmt::format("{}: together", record.peer), fmt::format("{:.1f}", record.peer_seconds())});
    table.add_row(
        {"cellwise compare: the whole process, the same cells", fmt::format("{:.1f}", record.product_seconds)});
    return text + table.text() + fmt::format("\ncellwise is {:.1f} times as fast\n", record.ratio());
}

}  // namespace cellwise::benchmark
