#include "cli/commands/customers_compare_text.h"
#include "core/display_width.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "report/text/table.h"

namespace cellwise::cli {
namespace {

using customers::Comparison;
using customers::CrossValidated;
using customers::Difference;
using customers::ModelResult;
using report::Table;

std::string figure(const std::optional<double>& value) { return value ? fmt::format("{:.4f}", *value) : "-"; }
/// A number in the target's own unit: four digits tell enough.
std::string amount(const std::optional<double>& value) { return value ? fmt::format("{:.4g}", *value) : "-"; }

class Text {
public:
    Text(const Comparison& comparison, Language language) : all_(comparison), korean_(language == Language::korean) {}

    std::string whole() {
        head();
        split_table();
        fold_table();
        sentences();
        for (const auto& model : all_.models) {
            if (!model.missing.empty()) add("{}: {}\n", model.title, model.missing);
        }
        for (const auto& notice : korean_ ? all_.notices_korean : all_.notices)
            add("{}: {}\n", say("notice", "주의"), notice);
        if (!text_.ends_with("\n\n")) text_ += '\n';
        for (const auto& model : all_.models) {
            if (model.missing.empty() && !model.is_baseline) last_line(model);
        }
        return text_;
    }

private:
    template <class... Arguments>
    void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        text_ += fmt::format(format, std::forward<Arguments>(arguments)...);
    }
    [[nodiscard]] const char* say(const char* english, const char* korean) const { return korean_ ? korean : english; }
    [[nodiscard]] std::string title_of(const std::string& name) const {
        const auto found =
            std::find_if(all_.models.begin(), all_.models.end(), [&](const auto& one) { return one.name == name; });
        return found == all_.models.end() ? name : found->title;
    }

    void head() {
        if (all_.is_classification) {
            add("{}: {} {} ({})\n", all_.origin, say("target", "예측 대상"), all_.target, fmt::join(all_.labels, ", "));
        } else {
            add("{}: {} {} ({})\n", all_.origin, say("target", "예측 대상"), all_.target, say("a number", "숫자"));
        }
        if (korean_) {
            add("학습 {}행, 평가 {}행, 특성 {}개", all_.train, all_.test, all_.features);
        } else {
            add("{} rows to train on, {} to test, {} features", all_.train, all_.test, all_.features);
        }
        if (all_.removed > 0) add("{}{}", say(", rows removed: ", ", 제거된 행: "), all_.removed);
        if (all_.made_up > 0) add("{}{}", say(", made up by SMOTE: ", ", SMOTE로 만든 행: "), all_.made_up);
        text_ += "\n\n";
    }

    void split_table() {
        add("{}\n", say("On the split's test rows", "분할의 평가 행에서"));
        const auto left = Table::Align::left;
        if (all_.is_classification) {
            Table table({{say("model", "모델"), left},
                         {say("accuracy", "정확도")},
                         {say("balanced", "균형")},
                         {"ROC AUC"},
                         {say("av.prec.", "평균정밀도")},
                         {"log-loss"},
                         {"Brier"},
                         {say("s", "초")}});
            for (const auto& model : all_.models) {
                if (!model.missing.empty()) {
                    table.add_row({model.title, say("absent", "없음"), "", "", "", "", "", ""});
                    continue;
                }
                const auto& f = model.figures;
                table.add_row({model.title, figure(f.accuracy), figure(f.balanced_accuracy), figure(f.roc_auc),
                               figure(f.average_precision), figure(f.log_loss), figure(f.brier),
                               fmt::format("{:.2f}", model.seconds)});
            }
            text_ += table.text();
            thresholds();
        } else {
            Table table({{say("model", "모델"), left}, {"R2"}, {"RMSE"}, {"MAE"}, {say("s", "초")}});
            for (const auto& model : all_.models) {
                if (!model.missing.empty()) {
                    table.add_row({model.title, say("absent", "없음"), "", "", ""});
                    continue;
                }
                table.add_row({model.title, figure(model.figures.r2), amount(model.figures.rmse),
                               amount(model.figures.mae), fmt::format("{:.2f}", model.seconds)});
            }
            text_ += table.text();
        }
        text_ += '\n';
    }

    void thresholds() {
        std::vector<std::string> others;
        for (const auto& model : all_.models) {
            if (model.missing.empty() && model.threshold != 0.5) {
                others.push_back(fmt::format("{} {:.3f}", model.title, model.threshold));
            }
        }
        if (!others.empty()) add("{}: {}\n", say("thresholds", "임곗값"), fmt::join(others, ", "));
    }

    [[nodiscard]] const CrossValidated* over_folds(const std::string& name, std::string_view metric) const {
        const auto found = std::find_if(all_.cross_validation.begin(), all_.cross_validation.end(),
                                        [&](const auto& one) { return one.name == name && one.metric == metric; });
        return found == all_.cross_validation.end() ? nullptr : &*found;
    }

    void fold_table() {
        if (all_.folds == 0) return;
        if (korean_) {
            add("{}겹 교차검증 {}회: 평균 ± 표준편차와 95% 구간\n", all_.folds, all_.repeats);
        } else {
            add("Over {} folds, {} times: mean ± sd and 95% interval\n", all_.folds, all_.repeats);
        }
        const std::vector<std::pair<const char*, const char*>> metrics =
            all_.is_classification
                ? std::vector<std::pair<const char*, const char*>>{{"accuracy", say("accuracy", "정확도")},
                                                                   {"roc_auc", "ROC AUC"}}
                : std::vector<std::pair<const char*, const char*>>{{"r2", "R2"}, {"rmse", "RMSE"}};
        std::vector<Table::Column> columns{{say("model", "모델"), Table::Align::left}};
        for (const auto& [metric, title] : metrics) {
            columns.push_back({title});
            columns.push_back({say("interval", "구간")});
        }
        Table table(std::move(columns));
        for (const auto& model : all_.models) {
            if (!model.missing.empty()) continue;
            std::vector<std::string> row{model.title};
            for (const auto& [metric, title] : metrics) {
                const auto* one = over_folds(model.name, metric);
                const bool is_amount = std::string_view(metric) == "rmse";
                row.push_back(one == nullptr ? "-"
                              : is_amount    ? fmt::format("{:.4g} ± {:.2g}", one->mean, one->sd)
                                             : fmt::format("{:.4f} ± {:.4f}", one->mean, one->sd));
                row.push_back(one == nullptr ? "-"
                              : is_amount    ? fmt::format("{:.4g}–{:.4g}", one->low, one->high)
                                             : fmt::format("{:.3f}–{:.3f}", one->low, one->high));
            }
            table.add_row(std::move(row));
        }
        text_ += table.text();
        text_ += '\n';
    }

    /// For each measure: the best model, and which of the others can be told from it.
    void sentences() {
        const auto& differences = all_.folds > 0 ? all_.differences : all_.split_differences;
        std::vector<std::string> metrics;
        for (const auto& one : differences) {
            if (std::find(metrics.begin(), metrics.end(), one.metric) == metrics.end()) metrics.push_back(one.metric);
        }
        for (const auto& metric : metrics) sentence(differences, metric);
        if (!metrics.empty()) text_ += '\n';
    }

    void sentence(const std::vector<Difference>& differences, const std::string& metric) {
        const auto best = best_by(metric);
        if (best.empty()) return;
        std::vector<std::string> alike, worse;
        for (const auto& one : differences) {
            if (one.metric != metric || (one.a != best && one.b != best)) continue;
            const auto other = title_of(one.a == best ? one.b : one.a);
            const double behind = one.a == best ? -one.mean : one.mean;
            auto entry = fmt::format("{} ({:+.4f}, p {:.2g})", other, std::abs(behind) < 5e-5 ? 0.0 : behind, one.p);
            (one.verdict == "cannot be told apart" ? alike : worse).push_back(std::move(entry));
        }
        const auto name = metric_name(metric);
        if (korean_) {
            add("{}: {}이(가) 가장 높다.\n", name, title_of(best));
            list("  우연 이상의 차이가 없다", alike);
            list("  더 낮다", worse);
        } else {
            add("By {}, {} comes first.\n", name, title_of(best));
            list("  cannot be told apart from it", alike);
            list("  worse by more than chance", worse);
        }
    }

    void list(const char* what, const std::vector<std::string>& entries) {
        if (entries.empty()) return;
        std::string line = fmt::format("{}:", what);
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const auto piece = " " + entries[i] + (i + 1 < entries.size() ? "," : "");
            if (display_width(line) + display_width(piece) > 80) {
                text_ += line + '\n';
                line = "   ";
            }
            line += piece;
        }
        text_ += line + '\n';
    }

    [[nodiscard]] std::string metric_name(const std::string& metric) const {
        if (metric == "accuracy") return say("accuracy", "정확도");
        return metric == "roc_auc" ? "ROC AUC" : "R2";
    }

    [[nodiscard]] std::string best_by(const std::string& metric) const {
        std::string best;
        double most = 0;
        for (const auto& model : all_.models) {
            if (!model.missing.empty()) continue;
            std::optional<double> value;
            if (all_.folds > 0) {
                if (const auto* one = over_folds(model.name, metric)) value = one->mean;
            } else {
                for (const auto& known : customers::metrics_of(all_.is_classification)) {
                    if (known.name == metric) value = model.figures.*known.value;
                }
            }
            if (value && (best.empty() || *value > most)) {
                best = model.name;
                most = *value;
            }
        }
        return best;
    }

    void last_line(const ModelResult& model) {
        if (all_.is_classification) {
            add("{} {}: {}\n", model.title, say("Accuracy", "정확도"), figure(model.figures.accuracy));
        } else {
            add("{} R2: {}\n", model.title, figure(model.figures.r2));
        }
    }

    const Comparison& all_;
    bool korean_;
    std::string text_;
};

}  // namespace

std::string comparison_text(const Comparison& comparison, Language language) {
    return Text(comparison, language).whole();
}

}  // namespace cellwise::cli
