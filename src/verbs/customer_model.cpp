#include "verbs/customer_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/paths.h"
#include "data/tables/columns.h"
#include "tasks/customers/fold.h"
#include "tasks/customers/prediction.h"
#include "verbs/customer_rows.h"
#include "verbs/probability_contributions.h"
#include "verbs/training_customers.h"

namespace cellwise::verbs {
namespace {

using customers::CustomerRun;
using nlohmann::ordered_json;
using serve::Row;

constexpr std::size_t most_neighbours = 5;

/// The tables of a run: the one in which customers are looked up, and the one that it learned from if that is there as
/// it was.
struct CustomerTables {
    std::string path;
    tables::Table looked_up;
    std::optional<tables::Table> trained_on;
    bool are_the_same = false;
};

void require_table(const std::string& path, bool is_named) {
    if (is_plain_file(path)) return;
    throw DataError(is_named ? fmt::format("--table: there is no file '{}'{}", path, nearest_entry(path))
                             : fmt::format("the run's table '{}' is not there any more: name it with --table", path));
}

CustomerTables read_tables(const CustomerRun& run, const std::string& named) {
    CustomerTables tables;
    tables.path = named.empty() ? run.table : named;
    require_table(tables.path, !named.empty());
    tables.looked_up = customers::read_table_as(tables.path, run);
    tables.are_the_same = sha256_file(tables.path) == run.table_sha256;
    if (tables.are_the_same) {
        tables.trained_on = tables.looked_up;
    } else if (named.empty()) {
        log::warning(fmt::format("'{}' has changed since the model was trained", tables.path));
    } else if (is_plain_file(run.table) && sha256_file(run.table) == run.table_sha256) {
        tables.trained_on = customers::read_table_as(run.table, run);
    }
    return tables;
}

std::string text_of_id(const serve::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
    return {};
}

class TrainedCustomerModel final : public serve::CustomerModel {
public:
    TrainedCustomerModel(CustomerRun run, CustomerTables tables)
        : run_(std::move(run)),
          table_path_(std::move(tables.path)),
          table_(std::move(tables.looked_up)),
          is_own_table_(tables.are_the_same),
          inputs_(input_columns(run_, table_)) {
        // A column that is missing is told now, not at the first question.
        if (table_.rows > 0) static_cast<void>(run_.preparation.apply(table_, std::vector<std::int64_t>{0}));
        if (tables.trained_on) training_ = TrainingCustomers(run_, std::move(*tables.trained_on), inputs_);
        index_customers();
    }

    [[nodiscard]] ordered_json description() const override {
        ordered_json document{{"model", run_.kind},
                              {"title", run_.title},
                              {"kind", run_.is_classification ? "classification" : "regression"},
                              {"target", run_.target},
                              {"id_column", run_.id_column},
                              {"table", table_path_},
                              {"customers", places_.size()},
                              {"training_rows_known", training_.are_known()}};
        if (!run_.is_classification) return document;
        document["labels"] = run_.labels;
        if (run_.labels.size() == 2) {
            document["positive_label"] = run_.labels.back();
            document["threshold"] = run_.threshold;
        }
        return document;
    }

    [[nodiscard]] std::vector<serve::FeatureInfo> features() const override {
        std::vector<serve::FeatureInfo> infos;
        for (const auto& name : inputs_) infos.push_back(training_.feature(*tables::column_of(table_, name)));
        return infos;
    }

    [[nodiscard]] std::optional<serve::FoundCustomer> find(const std::string& id) override {
        const auto place = places_.find(id);
        if (place == places_.end()) return std::nullopt;
        return serve::FoundCustomer{row_of(table_, place->second), is_own_table_ && training_.has_row(place->second)};
    }

    [[nodiscard]] std::vector<serve::CustomerPrediction> predict(std::span<const Row> rows) override {
        const auto asked = table_of_rows(run_, table_, inputs_, rows);
        std::vector<std::int64_t> all(rows.size());
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
        std::vector<serve::CustomerPrediction> answers;
        for (const auto& one : customers::predict_rows(run_, asked, all, false)) {
            auto& answer = answers.emplace_back();
            (run_.is_classification ? answer.probability : answer.value) = one.answer;
            answer.label = one.label;
        }
        return answers;
    }

    [[nodiscard]] serve::Reasons reasons(const Row& row) override {
        const auto asked = table_of_rows(run_, table_, inputs_, {&row, 1});
        const auto features = run_.preparation.apply(asked, std::vector<std::int64_t>{0});
        const auto answers = run_.model->predict(customers::view_of(features));
        const auto output = static_cast<std::size_t>(std::ranges::max_element(answers) - answers.begin());
        serve::Reasons reasons;
        reasons.base = answers[output];
        if (const auto found = run_.model->contributions(customers::view_of(features))) {
            const auto parts = prediction_parts(*found, 0, output, run_.model->margin_unit());
            require_sum(parts, answers[output]);
            reasons.base = parts.base;
            reasons.contributions = by_column(parts, features, asked);
        }
        reasons.outside = training_.outside(asked, 0);
        reasons.neighbours = training_.neighbours(run_, features.values, id_of(row), most_neighbours);
        return reasons;
    }

private:
    void index_customers() {
        if (run_.id_column.empty()) return;
        const auto* column = tables::column_of(table_, run_.id_column);
        if (column == nullptr) {
            throw DataError(
                fmt::format("'{}' has no column '{}', which tells customers apart", table_.origin, run_.id_column));
        }
        for (std::int64_t row = 0; row < table_.rows; ++row) {
            const auto id = text_of_id(value_of(*column, row));
            if (!id.empty()) places_.emplace(id, row);
        }
    }

    [[nodiscard]] std::string id_of(const Row& row) const {
        for (const auto& [name, value] : row) {
            if (name == run_.id_column) return text_of_id(value);
        }
        return {};
    }

    static void require_sum(const PredictionParts& parts, double answer) {
        double sum = parts.base, size = 1;
        for (const double part : parts.parts) sum += part, size += std::abs(part);
        if (!(std::abs(sum - answer) <= 1e-6 * std::max(size, std::abs(answer)))) {
            throw InternalError("contributions do not add up to the prediction");
        }
    }

    /// The levels of a category are added up; the largest first.
    static std::vector<serve::Contribution> by_column(const PredictionParts& parts,
                                                      const tables::FeatureMatrix& features,
                                                      const tables::Table& asked) {
        std::map<std::string, double> sums;
        for (std::size_t j = 0; j < features.sources.size(); ++j) sums[features.sources[j]] += parts.parts[j];
        std::vector<serve::Contribution> contributions;
        for (const auto& [name, sum] : sums) {
            const auto* column = tables::column_of(asked, name);  // a recipe's own column is not in the table
            contributions.push_back({name, column == nullptr ? serve::Value() : value_of(*column, 0), sum});
        }
        std::ranges::stable_sort(contributions, [](const auto& a, const auto& b) {
            return std::abs(a.contribution) > std::abs(b.contribution);
        });
        return contributions;
    }

    CustomerRun run_;
    std::string table_path_;
    tables::Table table_;
    bool is_own_table_;
    std::vector<std::string> inputs_;
    TrainingCustomers training_;
    std::unordered_map<std::string, std::int64_t> places_;  ///< the first row of each identifier
};

}  // namespace

std::unique_ptr<serve::CustomerModel> load_customer_model(const std::filesystem::path& folder, const std::string& table,
                                                          const customers::ModelKinds& kinds) {
    auto run = customers::load_run(folder, kinds);
    if (!table.empty() && run.id_column.empty()) {
        throw UsageError(fmt::format(
            "--table: the model '{}' knows no identifier to look customers up by: train it with --id-column "
            "NAME",
            folder.string()));
    }
    auto read = read_tables(run, table);
    return std::make_unique<TrainedCustomerModel>(std::move(run), std::move(read));
}

}  // namespace cellwise::verbs
