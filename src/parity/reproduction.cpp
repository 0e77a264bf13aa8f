#include "parity/reproduction.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "report/text/summary_text.h"
#include "report/text/table.h"
#include "statistics/paired.h"

#include "core/error.h"

namespace cellwise::parity {
namespace {

using report::spread;
using report::Table;

using EpochRuns = std::vector<const std::vector<records::EpochFigures>*>;

std::vector<EpochSummary> summarise_epochs(const EpochRuns& runs, std::size_t epochs) {
    std::vector<EpochSummary> summaries;
    for (std::size_t i = 0; i < epochs; ++i) {
        const auto over_runs = [&](auto figure) {
            std::vector<double> values;
            values.reserve(runs.size());
            for (const auto* run : runs) values.push_back(figure((*run)[i]));
            return statistics::summarise(values);
        };
        using records::EpochFigures;
        summaries.push_back({static_cast<std::int64_t>(i) + 1,
                             over_runs([](const EpochFigures& epoch) { return epoch.train.accuracy; }),
                             over_runs([](const EpochFigures& epoch) { return epoch.train.loss; }),
                             over_runs([](const EpochFigures& epoch) { return epoch.validation.accuracy; }),
                             over_runs([](const EpochFigures& epoch) { return epoch.validation.loss; })});
    }
    return summaries;
}

std::vector<double> accuracies_after(const EpochRuns& runs, std::size_t epoch) {
    std::vector<double> values;
    values.reserve(runs.size());
    for (const auto* run : runs) values.push_back((*run)[epoch - 1].validation.accuracy);
    return values;
}

std::size_t fewest_epochs(const EpochRuns& runs) {
    std::size_t fewest = runs.front()->size();
    for (const auto* run : runs) fewest = std::min(fewest, run->size());
    return fewest;
}

Agreement agreement_of(const EpochRuns& ours, const EpochRuns& reference, double margin) {
    const auto epochs = std::min(fewest_epochs(ours), fewest_epochs(reference));
    Agreement agreement;
    agreement.ours = summarise_epochs(ours, epochs);
    agreement.reference = summarise_epochs(reference, epochs);
    const auto first = accuracies_after(ours, epochs);
    const auto second = accuracies_after(reference, epochs);
    agreement.welch = statistics::welch_test(first, second);
    agreement.equivalence = statistics::equivalence_test(first, second, margin);
    return agreement;
}

// Over all tests against one backend.
void correct_p_values(std::vector<Agreement>& agreements) {
    std::map<std::string, std::vector<Agreement*>> families;
    for (auto& agreement : agreements) families[agreement.backend].push_back(&agreement);
    for (const auto& [backend, family] : families) {
        std::vector<double> p_values;
        p_values.reserve(family.size());
        for (const auto* agreement : family) p_values.push_back(agreement->welch.p_value);
        const auto corrected = statistics::holm(p_values);
        for (std::size_t i = 0; i < family.size(); ++i) family[i]->p_holm = corrected[i];
    }
}

std::string backend_title(const std::string& backend) {
    if (backend == "jax") return "Keras on JAX";
    if (backend == "tensorflow") return "Keras on TensorFlow";
    return "Keras on " + backend;
}

std::string render(const Table& table, TableStyle style) {
    return style == TableStyle::text ? table.text() : table.markdown();
}

using Agreements = std::vector<const Agreement*>;

std::string epoch_table(const Agreements& group, TableStyle style) {
    using Align = Table::Align;
    Table table({{"cell", Align::left},
                 {"epoch"},
                 {"program", Align::left},
                 {"runs"},
                 {"train accuracy"},
                 {"train loss"},
                 {"test accuracy"},
                 {"test loss"}});
    const auto add = [&](Cell cell, const std::string& program, const EpochSummary& epoch) {
        table.add_row({std::string(cell_title(cell)), std::to_string(epoch.epoch), program,
                       std::to_string(epoch.test_accuracy.count), spread(epoch.train_accuracy, 4),
                       spread(epoch.train_loss, 4), spread(epoch.test_accuracy, 4), spread(epoch.test_loss, 4)});
    };
    for (std::size_t first = 0; first < group.size();) {
        auto last = first;
        while (last < group.size() && group[last]->cell == group[first]->cell) ++last;
        for (std::size_t epoch = 0; epoch < group[first]->ours.size(); ++epoch) {
            add(group[first]->cell, "Cellwise", group[first]->ours[epoch]);
            for (auto i = first; i < last; ++i) {
                if (epoch < group[i]->reference.size()) {
                    add(group[i]->cell, backend_title(group[i]->backend), group[i]->reference[epoch]);
                }
            }
        }
        first = last;
    }
    return render(table, style);
}

std::string test_table(const Agreements& group, TableStyle style) {
    using Align = Table::Align;
    Table table({{"cell", Align::left},
                 {"against", Align::left},
                 {"epoch"},
                 {"difference"},
                 {"95% CI"},
                 {"p (Welch)"},
                 {"p (Holm)"},
                 {"90% CI"},
                 {"p (equivalence)"},
                 {"verdict", Align::left}});
    for (const auto* agreement : group) {
        const auto& welch = agreement->welch;
        const auto& equivalence = agreement->equivalence;
        table.add_row({std::string(cell_title(agreement->cell)), backend_title(agreement->backend),
                       std::to_string(agreement->ours.size()), fmt::format("{:+.4f}", welch.difference),
                       fmt::format("{:+.4f} to {:+.4f}", welch.interval.low, welch.interval.high),
                       fmt::format("{:.2g}", welch.p_value), fmt::format("{:.2g}", agreement->p_holm),
                       fmt::format("{:+.4f} to {:+.4f}", equivalence.interval.low, equivalence.interval.high),
                       fmt::format("{:.2g}", equivalence.p_value), verdict(*agreement)});
    }
    return render(table, style);
}

nlohmann::ordered_json summary_json(const statistics::Summary& summary) {
    nlohmann::ordered_json json{{"runs", summary.count}, {"mean", summary.mean}};
    json["std"] = summary.standard_deviation ? nlohmann::ordered_json(*summary.standard_deviation) : nullptr;
    return json;
}

nlohmann::ordered_json epochs_json(const std::vector<EpochSummary>& epochs) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& epoch : epochs) {
        list.push_back({{"epoch", epoch.epoch},
                        {"train_accuracy", summary_json(epoch.train_accuracy)},
                        {"train_loss", summary_json(epoch.train_loss)},
                        {"test_accuracy", summary_json(epoch.test_accuracy)},
                        {"test_loss", summary_json(epoch.test_loss)}});
    }
    return list;
}

}  // namespace

std::vector<Agreement> compare_with_reference(const std::vector<records::ComparisonRecord>& comparisons,
                                              const std::vector<ReferenceRun>& reference, double margin) {
    std::map<double, std::map<Cell, EpochRuns>> ours;
    std::set<std::tuple<double, Cell, std::uint64_t>> seen;
    for (const auto& comparison : comparisons) {
        const double clip_norm = comparison.configuration.at("clip_norm").get<double>();
        for (const auto& run : comparison.runs) {
            // The same seed gives the same run: twice it would narrow the interval for nothing.
            if (!seen.emplace(clip_norm, run.cell, run.seed).second) {
                throw UsageError(fmt::format("{} with seed {} is in the comparisons twice: name each comparison once",
                                             cell_title(run.cell), run.seed));
            }
            ours[clip_norm][run.cell].push_back(&run.epochs);
        }
    }
    std::set<std::string> backends;
    for (const auto& run : reference) backends.insert(run.backend);

    std::vector<Agreement> agreements;
    for (const auto& [clip_norm, cells] : ours) {
        for (const auto& [cell, own] : cells) {
            for (const auto& backend : backends) {
                EpochRuns recorded;
                for (const auto& run : reference) {
                    if (run.cell == cell && run.backend == backend && run.clip_norm == clip_norm) {
                        recorded.push_back(&run.epochs);
                    }
                }
                if (own.size() < 2 || recorded.size() < 2) continue;
                agreements.push_back(agreement_of(own, recorded, margin));
                agreements.back().cell = cell;
                agreements.back().clip_norm = clip_norm;
                agreements.back().backend = backend;
            }
        }
    }
    correct_p_values(agreements);
    return agreements;
}

std::string verdict(const Agreement& agreement) {
    const auto equivalent = fmt::format("equivalent within ±{:g}", agreement.equivalence.margin);
    if (agreement.differs()) return agreement.equivalence.equivalent ? "differs, yet " + equivalent : "differs";
    return agreement.equivalence.equivalent ? equivalent : "undecided";
}

std::string reproduction_tables(const std::vector<Agreement>& agreements, TableStyle style) {
    std::map<double, Agreements> groups;
    for (const auto& agreement : agreements) groups[agreement.clip_norm].push_back(&agreement);
    std::string text;
    for (const auto& [clip_norm, group] : groups) {
        const auto title = clip_norm == 0 ? std::string("Without clipping (preset tutorial)")
                                          : fmt::format("Each gradient clipped to norm {:g}{}", clip_norm,
                                                        clip_norm == 1 ? " (preset clipped)" : "");
        if (!text.empty()) text += '\n';
        text += style == TableStyle::markdown ? fmt::format("### {}\n\n", title) : title + "\n\n";
        text += epoch_table(group, style) + '\n' + test_table(group, style);
    }
    return text;
}

nlohmann::ordered_json reproduction_json(const std::vector<Agreement>& agreements) {
    nlohmann::ordered_json document{{"agreements", nlohmann::ordered_json::array()}};
    for (const auto& agreement : agreements) {
        const auto& welch = agreement.welch;
        const auto& equivalence = agreement.equivalence;
        document["agreements"].push_back({{"cell", cell_name(agreement.cell)},
                                          {"clip_norm", agreement.clip_norm},
                                          {"backend", agreement.backend},
                                          {"epochs", epochs_json(agreement.ours)},
                                          {"reference_epochs", epochs_json(agreement.reference)},
                                          {"difference", welch.difference},
                                          {"interval_95", {welch.interval.low, welch.interval.high}},
                                          {"degrees", welch.degrees},
                                          {"p_welch", welch.p_value},
                                          {"p_holm", agreement.p_holm},
                                          {"margin", equivalence.margin},
                                          {"interval_90", {equivalence.interval.low, equivalence.interval.high}},
                                          {"p_equivalence", equivalence.p_value},
                                          {"verdict", verdict(agreement)}});
    }
    return document;
}

}  // namespace cellwise::parity
