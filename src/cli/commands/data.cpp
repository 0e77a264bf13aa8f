#include "cli/commands/data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>
#include <string>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/settings.h"
#include "cli/flags/table_flags.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/stopwatch.h"
#include "data/reviews/dataset.h"
#include "data/reviews/download.h"
#include "data/reviews/locate.h"
#include "report/text/table.h"

namespace cellwise::cli {
namespace {

using nlohmann::ordered_json;

struct DataFlags {
    data::DataOptions options;
    TableFlags table;

    [[nodiscard]] data::DataOptions resolved() const {
        auto result = options;
        table.apply_to(result.texts);
        return result;
    }
    std::string json;
};

struct ShowFlags : DataFlags {
    std::string split = "train";
    std::int64_t index = 0;
};

/// What `data info` tells of one split.
struct SplitFacts {
    std::string name;
    std::size_t reviews = 0, positive = 0, ids = 0, shortest = 0, longest = 0;
    double mean_length = 0;
    std::vector<std::int32_t> first_review;  // the beginning of review 0
    std::vector<int> first_labels;           // of the first ten reviews
};

SplitFacts facts_of(std::string name, const data::Reviews& reviews) {
    SplitFacts facts{std::move(name), reviews.size(), 0, reviews.ids.size(), 0, 0, 0, {}, {}};
    if (reviews.size() == 0) return facts;
    facts.positive = std::accumulate(reviews.labels.begin(), reviews.labels.end(), std::size_t{0});
    facts.shortest = reviews.review(0).size();
    for (std::size_t i = 0; i < reviews.size(); ++i) {
        facts.shortest = std::min(facts.shortest, reviews.review(i).size());
        facts.longest = std::max(facts.longest, reviews.review(i).size());
    }
    facts.mean_length = static_cast<double>(facts.ids) / static_cast<double>(facts.reviews);
    const auto first = reviews.review(0).first(std::min<std::size_t>(14, reviews.review(0).size()));
    facts.first_review.assign(first.begin(), first.end());
    const auto labels = std::span(reviews.labels).first(std::min<std::size_t>(10, reviews.size()));
    facts.first_labels.assign(labels.begin(), labels.end());
    return facts;
}

ordered_json to_json(const data::Source& source) {
    return {{"kind", source.kind},
            {"path", source.path},
            {"sha256", source.sha256},
            {"prepared_copy", source.prepared_copy},
            {"from_cache", source.from_cache}};
}

ordered_json to_json(const SplitFacts& facts) {
    return {{"reviews", facts.reviews},           {"positive", facts.positive},        {"ids", facts.ids},
            {"mean_length", facts.mean_length},   {"shortest", facts.shortest},        {"longest", facts.longest},
            {"first_review", facts.first_review}, {"first_labels", facts.first_labels}};
}

std::string text_of(const SplitFacts& train, const SplitFacts& test) {
    using Align = report::Table::Align;
    report::Table table({{"split", Align::left},
                         {"reviews"},
                         {"positive"},
                         {"negative"},
                         {"words and start", Align::right},
                         {"mean length"},
                         {"shortest"},
                         {"longest"}});
    std::string beginnings;
    for (const SplitFacts* facts : {&train, &test}) {
        table.add_row({facts->name, fmt::format("{}", facts->reviews), fmt::format("{}", facts->positive),
                       fmt::format("{}", facts->reviews - facts->positive), fmt::format("{}", facts->ids),
                       fmt::format("{:.5f}", facts->mean_length), fmt::format("{}", facts->shortest),
                       fmt::format("{}", facts->longest)});
        beginnings += fmt::format("{} labels begin {}; review 0 begins {}\n", facts->name,
                                  fmt::join(facts->first_labels, " "), fmt::join(facts->first_review, " "));
    }
    return table.text() + beginnings;
}

void run_info(const DataFlags& flags) {
    const Output out(flags.json);
    const auto dataset = data::load_dataset(flags.resolved());
    const auto train = facts_of("train", dataset.train);
    const auto test = facts_of("test", dataset.test);
    const double mean_length =
        static_cast<double>(train.ids + test.ids) / static_cast<double>(train.reviews + test.reviews);
    const auto& source = dataset.source;
    out.print(fmt::format("{}{}\n", source.is_synthetic() ? "SYNTHETIC reviews (built in)" : source.path,
                          source.from_cache ? ", from the prepared copy" : ""));
    out.print(text_of(train, test));
    out.print(fmt::format("mean length of all {:.5f}; {} words known, ids below {}\nsha256 {}\n", mean_length,
                          dataset.vocabulary.size(), flags.options.vocabulary_size, source.sha256));
    out.write_json(with_schema("data-info", {{"source", to_json(source)},
                                             {"words", dataset.vocabulary.size()},
                                             {"vocabulary_size", flags.options.vocabulary_size},
                                             {"mean_length", mean_length},
                                             {"train", to_json(train)},
                                             {"test", to_json(test)}}));
}

void run_show(const ShowFlags& flags) {
    const Output out(flags.json);
    const auto dataset = data::load_dataset(flags.resolved());
    const auto& reviews = flags.split == "train" ? dataset.train : dataset.test;
    if (flags.index < 0 || static_cast<std::uint64_t>(flags.index) >= reviews.size()) {
        throw UsageError(fmt::format("--index {} is not in 0 to {}: the {} split has {} reviews", flags.index,
                                     static_cast<std::int64_t>(reviews.size()) - 1, flags.split, reviews.size()));
    }
    const auto index = static_cast<std::size_t>(flags.index);
    const auto ids = reviews.review(index);
    std::vector<std::string> words;
    for (const std::int32_t id : ids) words.emplace_back(dataset.vocabulary.word_of_id(id));
    const int label = reviews.labels[index];
    out.print(fmt::format("{} review {}: label {} ({}), {} ids{}\n{}\n\n{}\n", flags.split, index, label,
                          label == 1 ? dataset.labels.positive : dataset.labels.negative, ids.size(),
                          dataset.source.is_synthetic() ? ", SYNTHETIC" : "", fmt::join(ids, " "),
                          fmt::join(words, " ")));
    out.write_json(with_schema("data-show", {{"source", to_json(dataset.source)},
                                             {"split", flags.split},
                                             {"index", index},
                                             {"label", label},
                                             {"ids", std::vector<std::int32_t>(ids.begin(), ids.end())},
                                             {"words", words}}));
}

void run_prepare(const DataFlags& flags) {
    const Output out(flags.json);
    const Stopwatch watch;
    const auto source = data::load_dataset(flags.resolved()).source;
    const double seconds = watch.seconds();
    if (source.kind == "imdb" && source.prepared_copy.empty()) {
        throw EnvironmentError(
            "the prepared copy could not be written, see above; XDG_CACHE_HOME names another folder");
    }
    if (source.kind != "imdb") {
        out.print(fmt::format("read in {:.2f} s; no copy is kept of data of this kind\n", seconds));
    } else {
        out.print(fmt::format("{} in {:.2f} s: {}\n", source.from_cache ? "already prepared, loaded" : "prepared",
                              seconds, source.prepared_copy));
    }
    out.write_json(with_schema("data-prepare", {{"source", to_json(source)}, {"seconds", seconds}}));
}

void run_download(const std::string& json, bool offline) {
    const Output out(json);
    if (offline) throw UsageError("--offline forbids what 'data download' is for");
    ordered_json files = ordered_json::array();
    for (const auto& file : data::imdb_files()) {
        const bool is_new = data::download(file, data::download_folder());
        const auto path = (data::download_folder() / file.name).string();
        out.print(fmt::format("{}: {}\n", is_new ? "downloaded" : "already there", path));
        files.push_back({{"path", path}, {"url", file.url}, {"sha256", file.sha256}, {"downloaded", is_new}});
    }
    out.write_json(with_schema("data-download", {{"files", files}}));
}

void add_json(CLI::App& command, std::string& json) {
    command.add_option("--json", json, "write the result as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(command);
}

void add_source_flags(CLI::App& command, DataFlags& flags) {
    auto& options = flags.options;
    command
        .add_option(
            "--data", options.path,
            "archive, unpacked folder, imdb.npz, a folder that holds them, a .csv or .jsonl table, a folder for "
            "each of two labels, or 'synthetic'; without it CELLWISE_DATA, ./data, ../shared/data and the cache are "
            "tried, then a download")
        ->type_name("PATH");
    command
        .add_option("--test-data", options.test_path,
                    "a second table or folder of labels with test texts, in addition to --data")
        ->type_name("PATH");
    command.add_flag("--offline", options.offline, "never download");
    command.add_option("--vocabulary-size", options.vocabulary_size, "ids from this on become 2, unknown")
        ->capture_default_str();
    command.add_option("--limit", options.limit, "only the first N reviews of each split, 0 = all")
        ->capture_default_str();
    command.add_option("--text-column", options.text_column, "the texts' column in a table")->capture_default_str();
    command.add_option("--label-column", options.label_column, "the labels' column in a table")->capture_default_str();
    flags.table.add_to(command, true);
    add_json(command, flags.json);
}

}  // namespace

void add_data(CLI::App& app) {
    auto* data = add_command(app, "data");
    data->require_subcommand(1);

    auto info_flags = std::make_shared<DataFlags>();
    auto* info = data->add_subcommand("info", "sizes, lengths, first ids and hash of the data");
    add_source_flags(*info, *info_flags);
    info->callback([info_flags] { run_info(*info_flags); });

    auto show_flags = std::make_shared<ShowFlags>();
    auto* show = data->add_subcommand("show", "one review: its label, ids and words");
    add_source_flags(*show, *show_flags);
    show->add_option("--split", show_flags->split, "train or test")
        ->capture_default_str()
        ->check(CLI::IsMember({"train", "test"}));
    show->add_option("--index", show_flags->index, "which review, from 0")->capture_default_str();
    show->callback([show_flags] { run_show(*show_flags); });

    auto prepare_flags = std::make_shared<DataFlags>();
    auto* prepare = data->add_subcommand("prepare", "make the prepared copy that later starts load");
    add_source_flags(*prepare, *prepare_flags);
    prepare->callback([prepare_flags] { run_prepare(*prepare_flags); });

    auto json = std::make_shared<std::string>();
    auto offline = std::make_shared<bool>(false);
    auto* download = data->add_subcommand("download", "download imdb.npz and its word index into the user's cache");
    download->add_flag("--offline", *offline, "refused here: this command is the download");
    add_json(*download, *json);
    download->callback([json, offline] { run_download(*json, *offline); });

    add_data_synthetic(*data);
    data->footer("Examples:\n  cellwise data info\n  cellwise data show --split test --index 0");
}

}  // namespace cellwise::cli
