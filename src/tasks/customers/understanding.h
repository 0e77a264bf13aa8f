#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/tables/audit.h"
#include "data/tables/description.h"
#include "data/tables/table_file.h"
#include "data/tables/target.h"
#include "tasks/customers/language.h"

namespace cellwise::customers {

/// What `customers describe` is asked for.
struct UnderstandingRequest {
    std::string table;  ///< a path; empty: the synthetic table, whose target is `target`
    tables::ReadOptions reading;
    tables::TargetOptions target;  ///< no name: none
    std::string id_column;         ///< read as an identifier
    std::string goal;              ///< the business goal, in the user's words
    double leak_auc = 0.95;
    int threads = 0;
};

/// What is predicted, for people and JSON.
struct TargetRecord {
    struct Class {
        std::string label;
        std::int64_t count = 0;
        double share = 0;
    };
    std::string name;
    tables::TargetKind kind = tables::TargetKind::classification;
    std::vector<Class> classes;  ///< of classification
    std::string positive;
    std::int64_t missing = 0;
};

struct AssociationRecord {
    std::string column;
    tables::ColumnAssociation::Measure measure = tables::ColumnAssociation::Measure::auc;
    statistics::Association association;
    std::string label;  ///< with more than two classes
};

/// What there is to know of a table before anything is done with it.
struct Understanding {
    bool is_synthetic = false;
    std::string goal;
    tables::TableDescription description;
    tables::Correlations correlations;
    std::optional<TargetRecord> target;
    std::vector<AssociationRecord> associations;  ///< the strongest first
    std::vector<tables::Finding> findings;
};

/// Reads and describes. Throws what read_table and find_target throw.
[[nodiscard]] Understanding understand(const UnderstandingRequest& request);

/// As CLI.md has it: {"rows", "columns", "audit", "target", …}; messages in that language.
[[nodiscard]] nlohmann::ordered_json understanding_json(const Understanding& understanding,
                                                        Language language = Language::english);
/// For the terminal, at most 80 columns wide.
[[nodiscard]] std::string understanding_text(const Understanding& understanding, Language language = Language::english);
/// One HTML page that needs no network and no other file.
[[nodiscard]] std::string understanding_page(const Understanding& understanding, Language language = Language::english);

/// One sentence, or two: what was found, and what to do about it.
[[nodiscard]] std::string finding_text(const tables::Finding& finding, Language language = Language::english);
/// The kind as a heading of two or three words.
[[nodiscard]] std::string_view finding_title(tables::FindingKind kind, Language language);

}  // namespace cellwise::customers
