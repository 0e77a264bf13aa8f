#include "records/comparison.h"
#include "records/json_values.h"

namespace cellwise::records {
namespace {

using Json = nlohmann::ordered_json;

Json run_json(const RunRecord& run) {
    Json epochs = Json::array();
    for (const auto& epoch : run.epochs)
        epochs.push_back(epoch_json(epoch, EpochShape::comparison, validation_name(run.held_out)));
    return {{"cell", cell_name(run.cell)},
            {"seed", run.seed},
            {"parameters", run.parameters},
            {"epochs", epochs},
            {"validation", run.held_out ? "held_out" : "test"},
            {"best_epoch", run.best_epoch},
            {"test_accuracy", run.test_accuracy},
            {"test_loss", run.test_loss},
            {"engine", run.engine}};
}

Json summary_json(const CellSummary& summary) {
    return {{"cell", cell_name(summary.cell)},
            {"runs", summary.accuracy.count},
            {"mean_accuracy", summary.accuracy.mean},
            {"std_accuracy", or_null(summary.accuracy.standard_deviation)},
            {"interval_95", interval_json(summary.accuracy.interval)}};
}

}  // namespace

Json difference_json(const CellDifference& difference) {
    const auto& paired = difference.accuracy;
    return {{"first", cell_name(difference.first)},
            {"second", cell_name(difference.second)},
            {"seeds", paired.difference.count},
            {"mean_difference", paired.difference.mean},
            {"std_difference", or_null(paired.difference.standard_deviation)},
            {"interval_95", interval_json(paired.difference.interval)},
            {"t", or_null(paired.t)},
            {"p_value", or_null(paired.p_value)},
            {"p_holm", difference.p_holm},
            {"p_sign_flip", paired.sign_flip.p_value},
            {"smallest_p_sign_flip", paired.sign_flip.smallest_p},
            {"sign_flip_exact", paired.sign_flip.exact},
            {"significant", difference.is_significant()},
            {"seeds_needed", or_null(difference.seeds_needed)},
            {"verdict", verdict(difference)}};
}

Json baseline_json(const BaselineRecord& run) {
    return {{"name", run.name},
            {"seed", run.seed},
            {"parameters", run.parameters},
            {"test_accuracy", run.test_accuracy},
            {"test_loss", run.test_loss},
            {"seconds", run.seconds}};
}

Json comparison_json(const ComparisonRecord& record) {
    Json document{{"data", record.data},
                  {"configuration", record.configuration},
                  {"runs", Json::array()},
                  {"summary", Json::array()}};
    for (const auto& run : record.runs) document["runs"].push_back(run_json(run));
    for (const auto& summary : summarise_cells(record.runs)) document["summary"].push_back(summary_json(summary));
    for (const auto& run : record.diverged) {
        document["diverged"].push_back({{"cell", cell_name(run.cell)}, {"seed", run.seed}, {"reason", run.reason}});
    }
    for (const auto& note : record.notes) document["notes"].push_back(note);
    for (const auto& run : record.baselines) document["baselines"].push_back(baseline_json(run));
    const auto differences = compare_cells(record.runs);
    if (!differences.empty()) document["differences"] = Json::array();
    for (const auto& difference : differences) document["differences"].push_back(difference_json(difference));
    return document;
}

}  // namespace cellwise::records
