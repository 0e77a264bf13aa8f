#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "serve/serve.h"

// Models and runs that need no training, so that the server can be tested without LibTorch.
namespace cellwise::serve::fake {

using nlohmann::ordered_json;

inline std::vector<std::string> words_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

/// Counts "good" and "bad"; knows only words of letters.
class Review : public ReviewModel {
public:
    explicit Review(std::string cell) : cell_(std::move(cell)) {}
    [[nodiscard]] ordered_json description() const override {
        return {{"cell", cell_}, {"length", 200},          {"vocabulary_size", 10000},
                {"layers", 1},   {"bidirectional", false}, {"data", "synthetic"}};
    }
    std::vector<ReviewPrediction> predict(std::span<const ReviewInput> reviews) override {
        std::vector<ReviewPrediction> predictions;
        for (const auto& review : reviews) predictions.push_back(one(review));
        return predictions;
    }
    ordered_json explain(const ExplainRequest& request) override {
        ordered_json words = ordered_json::array({{{"word", "(start)"}, {"kind", "start"}, {"contribution", 0.0}}});
        double sum = 0;
        for (const auto& word : words_of(text_of(request.review))) {
            sum += score(word);
            words.push_back(
                {{"word", word}, {"kind", known(word) ? "word" : "unknown"}, {"contribution", score(word)}});
        }
        return {{"method", request.method}, {"unit", "log-odds"}, {"log_odds", sum}, {"words", words}};
    }
    ordered_json gates(const GatesRequest& request) override {
        if (request.layer > 1) throw UsageError("the model has one layer");
        ordered_json words = ordered_json::array();
        double sum = 0;
        std::int64_t step = 0;
        for (const auto& word : words_of(request.text)) {
            sum += score(word);
            const double open = 1 / (1 + std::exp(-0.2 * static_cast<double>(word.size()) + 1));
            ordered_json entry = {
                {"word", word}, {"kind", known(word) ? "word" : "unknown"}, {"id", 4}, {"step", ++step}};
            if (cell_ == "lstm") {
                for (const char* gate : {"forget_gate", "input_gate", "output_gate"}) {
                    entry[gate] = {{"mean", open}, {"units", {open, open}}};
                }
                entry["cell_state"] = {0.5, 0.1};
            } else if (cell_ == "gru") {
                for (const char* gate : {"reset_gate", "update_gate"})
                    entry[gate] = {{"mean", open}, {"units", {open, open}}};
            }
            entry["hidden_state"] = {sum, -sum};
            entry["hidden_state_norm"] = std::abs(sum) * std::sqrt(2.0);
            entry["probability"] = 1 / (1 + std::exp(-sum));
            entry["check"] = {{"largest_difference", 1e-16}, {"tolerance", 1e-12}, {"agrees", true}};
            words.push_back(entry);
        }
        return {{"text", request.text},   {"cell", cell_},
                {"layer", request.layer}, {"direction", request.backward ? "backward" : "forward"},
                {"padding", 0},           {"words_cut", 0},
                {"words", words}};
    }

private:
    static double score(const std::string& word) {
        if (word.find("good") != std::string::npos) return 1.25;
        if (word.find("bad") != std::string::npos) return -1.5;
        return 0.01 * static_cast<double>(word.size() % 7) - 0.03;
    }
    static bool known(const std::string& word) {
        return std::ranges::all_of(word, [](unsigned char c) { return std::isalpha(c) != 0 || c == ',' || c == '.'; });
    }
    static std::string text_of(const ReviewInput& review) {
        if (const auto* text = std::get_if<std::string>(&review)) return *text;
        std::string text;
        for (const auto id : std::get<std::vector<std::int32_t>>(review)) text += std::to_string(id) + " ";
        return text;
    }
    static ReviewPrediction one(const ReviewInput& review) {
        const auto words = words_of(text_of(review));
        double sum = 0, unknown = 0;
        for (const auto& word : words) {
            if (word == "throw-data-error") throw DataError("this word cannot be read");
            if (word == "slow") std::this_thread::sleep_for(std::chrono::milliseconds(200));
            sum += score(word);
            unknown += known(word) ? 0 : 1;
        }
        const double probability = 1 / (1 + std::exp(-sum));
        return {probability, probability > 0.5 ? "positive" : "negative",
                words.empty() ? 0 : unknown / static_cast<double>(words.size())};
    }
    std::string cell_;
};

/// probability = 0.3 + 0.005 (age − 40) + 0.1 [grade is gold]; customers C001 … C050.
class Customer : public CustomerModel {
public:
    [[nodiscard]] ordered_json description() const override {
        return {{"model", "logistic"},
                {"kind", "classification"},
                {"target", "bought"},
                {"positive_label", "yes"},
                {"id_column", "id"}};
    }
    [[nodiscard]] std::vector<FeatureInfo> features() const override {
        return {{"age", "numeric", {}, 18, 80},
                {"grade", "category", {"gold", "none", "silver"}},
                {"member", "boolean", {}}};
    }
    std::optional<FoundCustomer> find(const std::string& id) override {
        if (id == "<img src=x onerror=alert(1)>")
            return FoundCustomer{{{"id", id}, {"age", 200.0}, {"grade", id}, {"member", true}}, true};
        if (id.size() != 4 || id[0] != 'C') return {};
        const int number = std::atoi(id.c_str() + 1);
        if (number < 1 || number > 50) return {};
        return FoundCustomer{{{"id", id},
                              {"age", 18.0 + number},
                              {"grade", std::string(number % 2 == 0 ? "gold" : "none")},
                              {"member", number % 3 == 0}},
                             number > 10};
    }
    std::vector<CustomerPrediction> predict(std::span<const Row> rows) override {
        std::vector<CustomerPrediction> all;
        for (const auto& row : rows) {
            const double p = std::clamp(0.3 + sum(row), 0.0, 1.0);
            all.push_back({p, {}, p > 0.5 ? "yes" : "no"});
        }
        return all;
    }
    Reasons reasons(const Row& row) override {
        Reasons reasons;
        reasons.base = 0.3;
        for (const auto& [column, value] : row) {
            if (column == "age" || column == "grade" || column == "member")
                reasons.contributions.push_back({column, value, part(column, value)});
            if (column == "age" && number(value) > 80) reasons.outside.push_back("age");
        }
        std::ranges::sort(reasons.contributions, [](const auto& a, const auto& b) {
            return std::abs(a.contribution) > std::abs(b.contribution);
        });
        reasons.neighbours = {{"C012", 0.25, "yes", {{"age", 30.0}, {"grade", std::string("gold")}, {"member", true}}},
                              {"C013", 0.5, "no", {{"age", 31.0}, {"grade", std::string("none")}, {"member", false}}}};
        return reasons;
    }

private:
    static double number(const Value& value) {
        if (const auto* n = std::get_if<double>(&value)) return *n;
        if (const auto* text = std::get_if<std::string>(&value)) return std::strtod(text->c_str(), nullptr);
        return 40;
    }
    static double part(const std::string& column, const Value& value) {
        if (column == "age") return 0.005 * (number(value) - 40);
        if (column == "grade") return value == Value(std::string("gold")) ? 0.1 : 0.0;
        return 0;
    }
    static double sum(const Row& row) {
        double total = 0;
        for (const auto& [column, value] : row) total += part(column, value);
        return total;
    }
};

class AllModels : public Models {
public:
    explicit AllModels(bool any = true) : any_(any) {}
    LoadedModels load() override {
        LoadedModels models;
        if (!any_) return models;
        models.reviews.emplace_back("gru", std::make_unique<Review>("gru"));
        models.reviews.emplace_back("lstm", std::make_unique<Review>("lstm"));
        models.customers.emplace_back("customers", std::make_unique<Customer>());
        return models;
    }

private:
    bool any_;
};

/// Folders that hold a progress.jsonl are running, others finished; metrics.jsonl has the epochs.
class FolderRuns : public Runs {
public:
    explicit FolderRuns(std::filesystem::path folder) : folder_(std::move(folder)) {}
    [[nodiscard]] std::string folder() const override { return folder_.string(); }
    std::vector<RunEntry> list() override {
        std::vector<RunEntry> runs;
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
            if (!entry.is_directory() || entry.is_symlink()) continue;
            RunEntry run;
            run.name = entry.path().filename().string();
            run.kind = "train";
            run.model = "lstm";
            run.data = "synthetic";
            run.begun = "2026-11-26T10:00:00Z";
            run.epochs_planned = 3;
            run.settings = {{"cells", "lstm"}, {"seed", std::to_string(run.name.size())}};
            std::ifstream metrics(entry.path() / "metrics.jsonl");
            for (std::string line; std::getline(metrics, line);) run.epochs.push_back(ordered_json::parse(line));
            if (std::filesystem::exists(entry.path() / "progress.jsonl"))
                run.progress = entry.path() / "progress.jsonl";
            if (std::filesystem::exists(entry.path() / "report.html")) run.report = entry.path() / "report.html";
            run.state = run.progress.empty() ? "finished" : "running";
            if (run.state == "finished") run.test_accuracy = 0.84;
            runs.push_back(run);
        }
        std::ranges::sort(runs, std::greater<>(), &RunEntry::name);
        return runs;
    }
    ordered_json compare(const std::vector<std::string>& names) override {
        const ordered_json difference = {{"first", names.front()},  {"second", names.back()},      {"seeds", 3},
                                         {"mean_difference", 0.02}, {"interval_95", {0.01, 0.03}}, {"p_holm", 0.04}};
        return {{"differences", ordered_json::array({difference})}};
    }

private:
    std::filesystem::path folder_;
};

}  // namespace cellwise::serve::fake
