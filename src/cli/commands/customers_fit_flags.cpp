#include "cli/commands/customers_fit_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/hash.h"
#include "core/processor.h"
#include "data/tables/synthetic_customers.h"

namespace cellwise::cli {
namespace {

/// NAME=VALUE at the first '='. Throws UsageError.
std::pair<std::string, std::string> parted(const std::string& text, const char* flag, const char* form) {
    const auto place = text.find('=');
    if (place == 0 || place == std::string::npos) throw UsageError(fmt::format("{} {}: write {}", flag, text, form));
    return {text.substr(0, place), text.substr(place + 1)};
}

char delimiter_of(const std::string& text) {
    if (text.empty()) return '\0';
    if (text == "tab" || text == "\\t") return '\t';
    if (text.size() == 1) return text.front();
    throw UsageError(fmt::format("--delimiter {}: give one character, or tab", text));
}

}  // namespace

CustomersFitFlags::CustomersFitFlags(CLI::App& command) {
    command.add_option("table", path_, "a table of customers: .csv, .tsv, .jsonl; without it the synthetic one")
        ->type_name("TABLE");
    command.add_option("--target", target_, "the column to predict; of the synthetic table: target")->type_name("NAME");
    command.add_option("--target-kind", target_kind_, "classification or regression; default: decided from the column")
        ->check(CLI::IsMember({"classification", "regression"}));
    command.add_option("--positive-label", positive_label_,
                       "the label whose probability is predicted; default: the last in order");
    command.add_option("--id-column", id_column_,
                       "the column that identifies customers; default: the column recognised as identifier");
    command.add_option("--column", columns_,
                       "NAME=KIND: numeric, category, boolean, date, text, identifier (repeatable)");
    command.add_option("--missing-value", missing_values_,
                       "a text that means a missing value, such as NA (repeatable)");
    command.add_option("--encoding", encoding_, "utf-8, cp949, latin-1 or utf-16; else told by the bytes");
    command.add_option("--delimiter", delimiter_, "the character between two cells; else told by the text");
    command.add_flag("--no-header", no_header_, "the first line is a customer, not the names");
    add_preparation_flags(command, preparation_);
    command.add_option("--test-share", test_share_, "the share of rows to test on")->capture_default_str();
    command.add_option("--seed", seed_, "of the split, the folds and the models")->capture_default_str();
    command.add_flag("--stratify", stratify_, "every label has its share on both sides of the split");
    command.add_flag("--smote", smote_, "make up rows of the rarer labels, inside the training part alone");
    command.add_flag("--class-weights", class_weights_, "rows of rarer labels weigh more");
    command
        .add_option("--threshold", threshold_,
                    "a number, or accuracy, f1, cost=FP:FN: chosen by folds inside the training part")
        ->capture_default_str();
    command.add_option("--set", parameters_,
                       "MODEL.PARAMETER=VALUE by the library's names: xgboost.max_depth=4 (repeatable)");
    command.add_option("--threads", threads_, "fits side by side; 0: as many as there are processors")
        ->capture_default_str();
}

void refuse_resume(CLI::App& command, const std::string& advice) {
    const auto refuse = [advice](const std::string& run) {
        throw UsageError(fmt::format(
            "--resume {}: a training of customers takes seconds and keeps nothing before its end, so there is "
            "nothing to continue: {}",
            run, advice));
    };
    command.add_option_function<std::string>("--resume", refuse, "there is nothing to continue")->group("");
}

tables::ReadOptions CustomersFitFlags::read_options() const {
    tables::ReadOptions options;
    options.missing_values = missing_values_;
    options.encoding = encoding_;
    options.delimiter = delimiter_of(delimiter_);
    options.header = !no_header_;
    options.threads = threads_;
    for (const auto& text : columns_) {
        // A column's name may hold '=', a kind does not.
        const auto place = text.rfind('=');
        if (place == 0 || place == std::string::npos)
            throw UsageError(fmt::format("--column {}: write NAME=KIND", text));
        options.kinds.emplace_back(text.substr(0, place), tables::parse_kind(text.substr(place + 1)));
    }
    return options;
}

tables::Table CustomersFitFlags::table() const {
    if (!path_.empty()) return tables::read_table(path_, read_options());
    std::string text;
    tables::write_synthetic_customers({}, [&](std::string_view piece) { text += piece; });
    return tables::parse_table(text, tables::TableForm::delimited, std::string(tables::synthetic_origin),
                               read_options());
}

customers::Target CustomersFitFlags::target(const tables::Table& table) const {
    if (target_.empty() && !path_.empty()) throw UsageError("--target is missing: name the column to predict");
    customers::TargetOptions options{target_.empty() ? "target" : target_, positive_label_, {}};
    if (!target_kind_.empty()) options.is_classification = target_kind_ == "classification";
    return customers::target_of(table, options);
}

customers::FitSettings CustomersFitFlags::settings(const tables::Table& table) const {
    customers::FitSettings settings;
    if (!(test_share_ > 0 && test_share_ < 1)) {
        throw UsageError(fmt::format("--test-share {}: give a share between 0 and 1", test_share_));
    }
    settings.test_share = test_share_;
    settings.seed = seed_;
    settings.stratify = stratify_;
    settings.smote = smote_;
    settings.class_weights = class_weights_;
    settings.threshold = customers::ThresholdRule::parse(threshold_);
    if (!preparation_.is_empty()) settings.recipe = recipe_of(preparation_);
    if (const auto id = id_column(table); !id.empty()) settings.leave_out.push_back(id);
    for (const auto& text : parameters_) {
        const auto [name, value] = parted(text, "--set", "MODEL.PARAMETER=VALUE");
        const auto dot = name.find('.');
        if (dot == std::string::npos) throw UsageError(fmt::format("--set {}: write MODEL.PARAMETER=VALUE", text));
        settings.parameters[name.substr(0, dot)][name.substr(dot + 1)] = value;
    }
    return settings;
}

std::string CustomersFitFlags::id_column(const tables::Table& table) const {
    if (!id_column_.empty()) return table.columns[tables::require_column(table, id_column_, "--id-column")].name;
    const auto found = std::find_if(table.columns.begin(), table.columns.end(), [](const auto& column) {
        return column.kind == tables::Kind::identifier && !column.name.empty();
    });
    return found == table.columns.end() ? "" : found->name;
}

customers::TableSource CustomersFitFlags::source(const tables::Table& table) const {
    customers::TableSource source{"", "", read_options(), id_column(table)};
    if (!path_.empty()) {
        source.path = std::filesystem::absolute(path_).lexically_normal().string();
        source.sha256 = sha256_file(path_);
    }
    source.read.kinds.clear();
    for (const auto& column : table.columns) source.read.kinds.emplace_back(column.name, column.kind);
    return source;
}

std::size_t CustomersFitFlags::threads(const distributed::ProcessGroup& processes) const {
    if (threads_ < 0) throw UsageError(fmt::format("--threads {}: give a number from 0", threads_));
    return static_cast<std::size_t>(threads_or_all(processes.threads(threads_)));
}

}  // namespace cellwise::cli
