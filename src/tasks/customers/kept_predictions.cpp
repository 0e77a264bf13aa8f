#include "tasks/customers/kept_predictions.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/paths.h"
#include "data/tables/columns.h"
#include "data/tables/table_file.h"
#include "data/tables/write_table.h"
#include "tasks/customers/differences.h"

namespace cellwise::customers {
namespace {

tables::Column class_column(const std::string& name, const std::vector<double>& classes,
                            const std::vector<std::string>& labels) {
    std::vector<std::optional<std::string>> texts;
    for (const double one : classes) texts.emplace_back(labels.at(static_cast<std::size_t>(one)));
    return tables::level_column(name, texts);
}

/// The classes of a column of labels; throws std::exception for one that the run does not have.
std::vector<double> classes_of(const tables::Column& column, const std::vector<std::string>& labels) {
    std::vector<double> of_level;
    for (const auto& level : column.levels) {
        const auto found = std::ranges::find(labels, level);
        if (found == labels.end()) throw DataError(fmt::format("'{}' is none of its labels", level));
        of_level.push_back(static_cast<double>(found - labels.begin()));
    }
    std::vector<double> classes;
    for (const auto code : column.codes) classes.push_back(of_level.at(static_cast<std::size_t>(code)));
    return classes;
}

}  // namespace

KeptPredictions kept_predictions(const RunDescription& run, std::span<const std::int64_t> rows,
                                 std::span<const double> targets, std::span<const double> answers) {
    KeptPredictions kept{{rows.begin(), rows.end()}, {targets.begin(), targets.end()}, {}, {}};
    if (!run.is_classification) {
        kept.predicted.assign(answers.begin(), answers.end());
        return kept;
    }
    const auto classes = run.labels.size(), outputs = classes == 2 ? 1 : classes;
    const auto predicted = predicted_classes(answers, classes, run.threshold);
    kept.predicted.assign(predicted.begin(), predicted.end());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto column = classes == 2 ? 0 : static_cast<std::size_t>(predicted[row]);
        kept.probabilities.push_back(answers[row * outputs + column]);
    }
    return kept;
}

void write_predictions(const std::filesystem::path& folder, const RunDescription& run,
                       const KeptPredictions& predictions) {
    tables::Table table{predictions_file_name, static_cast<std::int64_t>(predictions.rows.size()), {}, {}};
    table.columns.push_back(tables::numeric_column("row", {predictions.rows.begin(), predictions.rows.end()}));
    if (run.is_classification) {
        table.columns.push_back(class_column("target", predictions.targets, run.labels));
        table.columns.push_back(class_column("predicted", predictions.predicted, run.labels));
        table.columns.push_back(tables::numeric_column("probability", predictions.probabilities));
    } else {
        table.columns.push_back(tables::numeric_column("target", predictions.targets));
        table.columns.push_back(tables::numeric_column("predicted", predictions.predicted));
    }
    tables::write_table(table, folder / predictions_file_name);
}

std::optional<KeptPredictions> read_predictions(const std::filesystem::path& folder, const RunDescription& run) {
    const auto path = folder / predictions_file_name;
    if (!is_there(path)) return std::nullopt;
    using tables::Kind;
    tables::ReadOptions options;
    options.encoding = "utf-8";
    options.delimiter = ',';
    const auto kind = run.is_classification ? Kind::category : Kind::numeric;
    options.kinds = {{"row", Kind::numeric}, {"target", kind}, {"predicted", kind}};
    if (run.is_classification) options.kinds.emplace_back("probability", Kind::numeric);
    KeptPredictions kept;
    try {
        const auto table = tables::read_table(path, options);
        const auto numbers = [&](const char* name) { return tables::numbers_of(tables::fitted_column(table, name)); };
        for (const double row : numbers("row")) kept.rows.push_back(static_cast<std::int64_t>(row));
        if (run.is_classification) {
            kept.targets = classes_of(tables::fitted_column(table, "target"), run.labels);
            kept.predicted = classes_of(tables::fitted_column(table, "predicted"), run.labels);
            kept.probabilities = numbers("probability");
        } else {
            kept.targets = numbers("target");
            kept.predicted = numbers("predicted");
        }
    } catch (const std::exception& error) {
        throw DataError(
            fmt::format("{}: not what customers train wrote ({}); train the model again", path.string(), error.what()));
    }
    return kept;
}

std::vector<Difference> paired_tests(std::span<const RunEntry> runs) {
    std::vector<KeptPredictions> all;
    for (const auto& run : runs) {
        if (!run.description.is_classification || run.description.labels != runs.front().description.labels) return {};
        auto kept = read_predictions(run.folder, run.description);
        if (!kept) return {};
        if (!all.empty() && (kept->rows != all.front().rows || kept->targets != all.front().targets)) return {};
        all.push_back(std::move(*kept));
    }
    const bool is_binary = runs.front().description.labels.size() == 2;
    std::vector<JudgedAnswers> answers;
    for (std::size_t i = 0; i < all.size(); ++i) {
        JudgedAnswers judged{std::to_string(i), {}, {}};
        for (std::size_t row = 0; row < all[i].targets.size(); ++row) {
            judged.right.push_back(all[i].predicted[row] == all[i].targets[row] ? 1 : 0);
        }
        if (is_binary) judged.probabilities = all[i].probabilities;
        answers.push_back(std::move(judged));
    }
    return paired_differences(answers, {all.front().targets.begin(), all.front().targets.end()});
}

}  // namespace cellwise::customers
