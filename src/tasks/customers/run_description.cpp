#include "tasks/customers/run_description.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/paths.h"
#include "core/strict_json.h"
#include "core/utf8.h"

namespace cellwise::customers {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* schema = "cellwise.customers-run/1";
constexpr std::uintmax_t most_document_bytes = 16 << 20;

ordered_json read_json(const tables::ReadOptions& read) {
    ordered_json kinds = ordered_json::array();
    for (const auto& [name, kind] : read.kinds) kinds.push_back({{"column", name}, {"kind", tables::kind_name(kind)}});
    return {{"missing_values", read.missing_values},
            {"encoding", read.encoding},
            {"delimiter", read.delimiter == 0 ? std::string() : std::string(1, read.delimiter)},
            {"header", read.header},
            {"columns", kinds}};
}

tables::ReadOptions read_of(const ordered_json& document) {
    tables::ReadOptions read;
    document.at("missing_values").get_to(read.missing_values);
    document.at("encoding").get_to(read.encoding);
    const auto delimiter = document.at("delimiter").get<std::string>();
    read.delimiter = delimiter.empty() ? '\0' : delimiter.front();
    document.at("header").get_to(read.header);
    for (const auto& column : document.at("columns")) {
        read.kinds.emplace_back(column.at("column").get<std::string>(),
                                tables::parse_kind(column.at("kind").get<std::string>()));
    }
    return read;
}

ordered_json read_document(const fs::path& path) {
    return ordered_json::parse(
        parse_strict_json(read_file(path, most_document_bytes), fmt::format("'{}'", path.string())).dump());
}

void read_run_file(RunDescription& run, const ordered_json& document, const fs::path& path) {
    if (document.at("schema") != schema)
        throw DataError(fmt::format("'{}' is of another kind or version", path.string()));
    document.at("model").get_to(run.kind);
    document.at("file").get_to(run.file);
    document.at("target").get_to(run.target);
    document.at("labels").get_to(run.labels);
    document.at("threshold").get_to(run.threshold);
    document.at("id_column").get_to(run.id_column);
    run.is_classification = document.at("kind") == "classification";
    const auto& table = document.at("table");
    run.table = bytes_of_text(table.at("path").get<std::string>());
    table.at("sha256").get_to(run.table_sha256);
    run.read = read_of(table.at("read"));
    const auto& split = document.at("split");
    split.at("test_share").get_to(run.test_share);
    split.at("seed").get_to(run.seed);
    split.at("stratify").get_to(run.stratify);
    split.at("train").get_to(run.train);
    split.at("test").get_to(run.test);
    run.folds = document.value("folds", std::int64_t{0});
    run.language = document.value("language", "en") == "ko" ? Language::korean : Language::english;
    // Runs of an older version have no settings.
    const auto settings = document.value("settings", ordered_json::object());
    for (const auto& [name, value] : settings.items()) {
        run.settings.emplace_back(name, value.get<std::string>());
    }
}

}  // namespace

std::string RunDescription::table_name() const { return printable(fs::path(table).filename().string()); }

RunSettings RunDescription::all_settings() const {
    RunSettings all{{"model", kind},
                    {"target", target},
                    {"id_column", id_column},
                    {"test_share", fmt::format("{}", test_share)},
                    {"seed", fmt::format("{}", seed)},
                    {"stratify", stratify ? "true" : "false"}};
    if (folds > 0) all.emplace_back("folds", fmt::format("{}", folds));
    all.insert(all.end(), settings.begin(), settings.end());
    return all;
}

ordered_json description_json(const RunDescription& run) {
    ordered_json document{
        {"schema", schema},
        {"model", run.kind},
        {"file", run.file},
        {"target", run.target},
        {"kind", run.is_classification ? "classification" : "regression"},
        {"labels", run.labels},
        {"threshold", run.threshold},
        {"id_column", run.id_column},
        {"table", {{"path", text_of_bytes(run.table)}, {"sha256", run.table_sha256}, {"read", read_json(run.read)}}},
        {"split",
         {{"test_share", run.test_share},
          {"seed", run.seed},
          {"stratify", run.stratify},
          {"train", run.train},
          {"test", run.test}}},
        {"settings", ordered_json::object()}};
    for (const auto& [name, value] : run.settings) document["settings"][name] = value;
    if (run.folds > 0) document["folds"] = run.folds;
    if (run.language == Language::korean) document["language"] = "ko";
    return document;
}

ordered_json figures_json(const RunDescription& run) {
    ordered_json document = ordered_json::object();
    for (const auto& metric : metrics_of(run.is_classification)) {
        if (const auto value = run.figures.*metric.value) document[std::string(metric.name)] = *value;
    }
    return document;
}

RunDescription read_description(const fs::path& folder) {
    RunDescription run;
    auto path = folder / "run.json";
    try {
        read_run_file(run, read_document(path), path);
        path = folder / "metrics.json";
        if (!is_own_file(path)) return run;
        const auto figures = read_document(path);
        for (const auto& metric : metrics_of(run.is_classification)) {
            if (const auto found = figures.find(metric.name); found != figures.end()) {
                run.figures.*metric.value = found->get<double>();
            }
        }
    } catch (const nlohmann::json::exception&) {
        throw DataError(fmt::format("'{}' lacks a part, or has one of another kind", path.string()));
    } catch (const UsageError& error) {  // a kind of column that is none
        throw DataError(fmt::format("'{}': {}", path.string(), error.what()));
    }
    return run;
}

}  // namespace cellwise::customers
