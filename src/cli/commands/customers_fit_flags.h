#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/flags/preparation_flags.h"
#include "data/tables/table.h"
#include "data/tables/table_file.h"
#include "distributed/process_group.h"
#include "tasks/customers/fold.h"
#include "tasks/customers/kept_run.h"
#include "tasks/customers/target.h"

namespace CLI {
class App;
}

namespace cellwise::cli {

/// The flags of commands that fit models to a table: which table and how it is read, the target, the split, what
/// happens to the training part.
class CustomersFitFlags {
public:
    explicit CustomersFitFlags(CLI::App& command);

    /// Throws UsageError for a flag's value that is none, and as read_table.
    [[nodiscard]] tables::ReadOptions read_options() const;
    [[nodiscard]] tables::Table table() const;
    [[nodiscard]] customers::Target target(const tables::Table& table) const;
    [[nodiscard]] customers::FitSettings settings(const tables::Table& table) const;
    /// --id-column, else the first column told as an identifier; empty if there is none.
    [[nodiscard]] std::string id_column(const tables::Table& table) const;
    /// Where the table lies, with its hash.
    [[nodiscard]] customers::TableSource source(const tables::Table& table) const;
    /// --threads, or as many as the machine has processors: of several processes each has a share of them.
    [[nodiscard]] std::size_t threads(
        const distributed::ProcessGroup& processes = distributed::ProcessGroup(false)) const;
    /// Empty: the synthetic table.
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_, target_, id_column_, positive_label_, target_kind_, threshold_ = "0.5", encoding_, delimiter_;
    PreparationFlags preparation_;
    std::vector<std::string> columns_, missing_values_, parameters_;
    bool no_header_ = false, stratify_ = false, smote_ = false, class_weights_ = false;
    double test_share_ = 0.2;
    std::uint64_t seed_ = 42;
    int threads_ = 0;
};

/// Answers --resume, which the commands for reviews have: a training of customers keeps nothing before its end, so
/// there is nothing to continue. `advice` says what to do instead.
void refuse_resume(CLI::App& command, const std::string& advice);

}  // namespace cellwise::cli
