#include "tasks/customers/understanding.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "data/tables/synthetic_customers.h"

namespace cellwise::customers {
namespace {

tables::Table synthetic_table(const tables::ReadOptions& reading) {
    std::string text;
    tables::write_synthetic_customers({}, [&](std::string_view piece) { text += piece; });
    return tables::parse_table(text, tables::TableForm::delimited, std::string(tables::synthetic_origin), reading);
}

TargetRecord record_of(const tables::Target& target, std::int64_t rows) {
    TargetRecord record;
    record.name = target.name;
    record.kind = target.kind;
    record.missing = target.missing;
    for (std::size_t i = 0; i < target.labels.size(); ++i) {
        const double share = static_cast<double>(target.counts[i]) / static_cast<double>(rows - target.missing);
        record.classes.push_back({target.labels[i], target.counts[i], share});
    }
    if (!target.labels.empty()) record.positive = target.labels[target.positive];
    return record;
}

}  // namespace

Language parse_language(std::string_view name) {
    if (name == "en") return Language::english;
    if (name == "ko") return Language::korean;
    throw UsageError(fmt::format("--language: '{}' is none of en and ko", name));
}

Understanding understand(const UnderstandingRequest& request) {
    auto reading = request.reading;
    if (!request.id_column.empty()) reading.kinds.emplace_back(request.id_column, tables::Kind::identifier);
    auto target_options = request.target;
    Understanding result;
    result.is_synthetic = request.table.empty();
    if (result.is_synthetic && target_options.name.empty()) target_options.name = "target";
    const tables::Table table =
        result.is_synthetic ? synthetic_table(reading) : tables::read_table(request.table, reading);
    std::optional<tables::Target> target;
    if (!target_options.name.empty()) target = tables::find_target(table, target_options);
    result.goal = request.goal;
    result.description = tables::describe(table, request.threads);
    result.correlations = tables::correlations(table, request.threads);
    std::vector<tables::ColumnAssociation> associations;
    if (target) {
        associations = tables::associations(table, *target, request.threads);
        result.target = record_of(*target, table.rows);
    }
    for (const auto& one : associations) {
        result.associations.push_back({table.columns[one.column].name, one.measure, one.association, one.label});
    }
    result.findings = tables::audit(table, result.description, result.correlations, target ? &*target : nullptr,
                                    associations, {request.leak_auc, request.threads});
    return result;
}

}  // namespace cellwise::customers
