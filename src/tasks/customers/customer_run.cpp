#include "tasks/customers/customer_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/strict_json.h"
#include "core/utf8.h"

namespace cellwise::customers {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* schema = "cellwise.customers-run/1";

ordered_json figures_json(const Figures& figures, bool is_classification) {
    ordered_json document = ordered_json::object();
    for (const auto& metric : metrics_of(is_classification)) {
        if (const auto value = figures.*metric.value) document[std::string(metric.name)] = *value;
    }
    return document;
}

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

ordered_json document_of(const fs::path& path) {
    return ordered_json::parse(parse_strict_json(read_file(path), path.string()).dump());
}

}  // namespace

void save_run(const fs::path& folder, const CustomerRun& run, const ModelKinds& kinds) {
    const auto& kind = kind_of(kinds, run.kind);
    std::error_code error;
    if (fs::exists(folder / "run.json", error) || fs::exists(folder / "config.toml", error)) {
        throw UsageError(fmt::format("'{}' already holds a run: name another folder with --output", folder.string()));
    }
    make_folder(folder);
    const ordered_json document{
        {"schema", schema},
        {"model", run.kind},
        {"file", kind.file},
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
          {"test", run.test}}}};
    write_file_atomically(folder / "run.json", json_text(document, 1) + "\n");
    write_file_atomically(folder / "metrics.json",
                          json_text(figures_json(run.figures, run.is_classification), 1) + "\n");
    write_file_atomically(folder / "preparation.json", json_text(run.preparation.json(), 1) + "\n");
    write_file_atomically(folder / kind.file, run.model->bytes());
}

CustomerRun load_run(const fs::path& folder, const ModelKinds& kinds) {
    std::error_code error;
    const auto path = folder / "run.json";
    if (!fs::is_regular_file(path, error)) {
        throw DataError(fmt::format("'{}' holds no model of customers: customers train --output makes such a folder",
                                    folder.string()));
    }
    CustomerRun run;
    const auto document = document_of(path);
    try {
        if (document.at("schema") != schema)
            throw DataError(fmt::format("'{}' is of another kind or version", path.string()));
        document.at("model").get_to(run.kind);
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
    } catch (const nlohmann::json::exception&) {
        throw DataError(fmt::format("'{}' lacks a part, or has one of another kind", path.string()));
    }
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == run.kind; });
    if (found == kinds.end())
        throw DataError(fmt::format("'{}' names a model that is none: '{}'", path.string(), run.kind));
    run.title = found->title;
    if (const auto reason = found->missing(); !reason.empty()) throw EnvironmentError(reason);
    run.preparation = tables::Preparation::from_json(document_of(folder / "preparation.json"));
    const auto file = folder / found->file;
    run.model = found->load(read_file(file), file.string());
    return run;
}

tables::Table read_table_as(const fs::path& path, const CustomerRun& run) {
    auto options = run.read;
    const auto kinds = std::exchange(options.kinds, {});
    // Kinds can only be given for columns that are there.
    const auto names = tables::read_table(path, options);
    for (const auto& [name, kind] : kinds) {
        if (tables::find_column(names, name)) options.kinds.emplace_back(name, kind);
    }
    return tables::read_table(path, options);
}

}  // namespace cellwise::customers
