#include "records/predictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/csv_cell.h"
#include "core/json_text.h"

namespace cellwise::records {
nlohmann::ordered_json prediction_json(const PredictionRecord& record) {
    nlohmann::ordered_json json{
        {"text", record.text},   {"probability", record.probability}, {"label", record.label()},
        {"words", record.words}, {"unknown_words", record.unknown},   {"unknown_share", record.unknown_share()}};
    for (const auto& [name, value] : record.columns) json["columns"][name] = value;
    if (record.explanation) json["explanation"] = explanation_json(*record.explanation);
    return json;
}

nlohmann::ordered_json predictions_json(const std::vector<PredictionRecord>& records) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& record : records) list.push_back(prediction_json(record));
    return list;
}

std::string predictions_jsonl(const std::vector<PredictionRecord>& records) {
    std::string lines;
    for (const auto& record : records) lines += json_text(prediction_json(record)) + "\n";
    return lines;
}

namespace {

/// The header of a table's predictions, and the number of its own columns.
std::string header_of(const std::vector<std::pair<std::string, std::string>>& columns) {
    std::string header;
    for (const auto& [name, value] : columns) header += csv_cell(name) + ",";
    if (columns.empty()) header = "text,";
    for (const std::string own : {"probability", "label", "words", "unknown_words", "unknown_share"}) {
        const bool is_taken =
            std::any_of(columns.begin(), columns.end(), [&](const auto& column) { return column.first == own; });
        header += (is_taken ? "predicted_" : "") + own + (own == "unknown_share" ? "\n" : ",");
    }
    return header;
}

}  // namespace

std::string predictions_csv(const std::vector<PredictionRecord>& records) {
    const bool explained = !records.empty() && records.front().explanation;
    std::string csv = explained ? "review,probability,label,word,kind,contribution\n"
                                : header_of(records.empty() ? std::vector<std::pair<std::string, std::string>>{}
                                                            : records.front().columns);
    auto out = std::back_inserter(csv);
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto& record = records[i];
        if (!explained) {
            for (const auto& [name, value] : record.columns) csv += csv_cell(value) + ",";
            if (record.columns.empty()) csv += csv_cell(record.text) + ",";
            fmt::format_to(out, "{},{},{},{},{}\n", record.probability, csv_cell(record.label()), record.words,
                           record.unknown, record.unknown_share());
            continue;
        }
        for (const auto& word : record.explanation->words) {
            fmt::format_to(out, "{},{},{},{},{},{}\n", i + 1, record.probability, csv_cell(record.label()),
                           csv_cell(word.word), word_kind_name(word.kind),
                           word.contribution ? fmt::format("{}", *word.contribution) : "");
        }
    }
    return csv;
}

}  // namespace cellwise::records
