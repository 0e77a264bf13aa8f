#include "verbs/report_input.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/paths.h"
#include "core/version.h"
#include "runs/run_folder.h"
#include "runs/run_index.h"
#include "runs/run_record.h"
#include "tasks/sentiment/run_folder_files.h"

namespace cellwise::verbs {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t largest_file = 1 << 28;  // bytes of predictions.csv: some ten million reviews
constexpr std::uintmax_t largest_picture = 1 << 25;
constexpr std::uintmax_t largest_configuration = 1 << 20;

std::string text_in(const nlohmann::json& environment, const char* pointer) {
    const nlohmann::json::json_pointer path(pointer);
    return environment.contains(path) && environment.at(path).is_string() ? environment.at(path).get<std::string>()
                                                                          : std::string();
}

std::size_t count_in(const nlohmann::json& environment, const char* pointer) {
    const nlohmann::json::json_pointer path(pointer);
    return environment.contains(path) && environment.at(path).is_number_unsigned()
               ? environment.at(path).get<std::size_t>()
               : 0;
}

void read_kept_predictions(const runs::RunFolder& folder, report::ReportRun& run) {
    const auto path = folder.predictions();
    if (!is_there(path)) {
        run.no_predictions = "it has no predictions.csv";
        return;
    }
    run.predictions = records::read_predictions(read_file(path, largest_file), path.string());
    if (run.test_reviews == 0) run.test_reviews = run.predictions->size();
    if (run.predictions->size() == run.test_reviews) return;
    throw DataError(fmt::format("'{}' holds {} predictions, but the run was tested on {} reviews", path.string(),
                                run.predictions->size(), run.test_reviews));
}

void write_report(const fs::path& path, const report::ReportInput& input) {
    write_file_atomically(path, report::report_html(input, report::make_report(input)));
}

}  // namespace

report::ReportRun read_report_run(const fs::path& path) {
    const auto configuration = sentiment::load_configuration(path);
    const auto folder = runs::RunFolder::view(path);
    if (!folder.is_finished()) {
        throw DataError(fmt::format("the run '{}' is not finished: it has no model.safetensors", path.string()));
    }
    const auto result = folder.read_result();
    if (!result.test) {
        throw DataError(
            fmt::format("the run '{}' is a trial of a study: its test reviews are set aside, and a report shows "
                        "them.\n'cellwise evaluate {}' looks at them all the same",
                        path.string(), path.string()));
    }
    report::ReportRun run;
    run.folder = path.string();
    run.record = runs::run_record(configuration, folder.read_metrics(), result);
    run.environment = runs::RunFolder::environment_of(path);
    run.configuration = read_file(path / "config.toml", largest_configuration);
    run.data_kind = text_in(run.environment, "/data/kind");
    run.data_sha256 = text_in(run.environment, "/data/sha256");
    run.test_reviews = count_in(run.environment, "/data/test_reviews");
    run.settings = sentiment::origin_of(configuration, run.data_sha256).settings;
    run.length = configuration.length;
    run.vocabulary_size = configuration.model.vocabulary_size;
    read_kept_predictions(folder, run);
    return run;
}

std::vector<report::Picture> pictures_in(const fs::path& folder) {
    constexpr std::pair<const char*, const char*> known[] = {{"gradients.svg", "Gradients through time"},
                                                             {"gates.svg", "Gates word by word"}};
    std::vector<report::Picture> pictures;
    for (const auto& [name, title] : known) {
        if (is_plain_file(folder / name)) {
            pictures.push_back({title, folder.string(), read_file(folder / name, largest_picture)});
        }
    }
    return pictures;
}

void add_words(report::ReportInput& input, const data::Reviews* whole_test, const data::Vocabulary* vocabulary,
               const std::string& problem) {
    if (whole_test == nullptr || vocabulary == nullptr) {
        input.no_words = problem;
        return;
    }
    if (vocabulary->size() == 0) {
        input.no_words = "there is no imdb_word_index.json beside the reviews, which would turn their ids into words";
        return;
    }
    input.words_of = [whole_test, vocabulary](const report::ReportRun&, std::size_t review) {
        std::vector<report::ReviewWord> words;
        if (review >= whole_test->size()) return words;
        for (const auto id : whole_test->review(review)) {
            if (id != data::start_id) words.push_back({std::string(vocabulary->word_of_id(id)), id});
        }
        return words;
    };
}

report::ReportInput report_input(std::vector<report::ReportRun> runs, const std::vector<fs::path>& folders) {
    report::ReportInput input;
    input.made = fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)));
    input.version = program_version();
    for (const auto& folder : folders) {
        for (auto& picture : pictures_in(folder)) input.pictures.push_back(std::move(picture));
    }
    for (const auto& run : runs) {
        for (auto& picture : pictures_in(run.folder)) input.pictures.push_back(std::move(picture));
    }
    input.runs = std::move(runs);
    return input;
}

void write_reports(const std::vector<runs::PlannedRun>& runs, const sentiment::PreparedData& data) {
    for (const auto& planned : runs) {
        const auto path = runs::RunFolder::view(planned.folder).report();
        if (is_there(path)) continue;
        auto input = report_input({read_report_run(planned.folder)});
        add_words(input, &data.whole_test, &data.vocabulary);
        write_report(path, input);
    }
}

void write_comparison_report(const fs::path& folder, const std::vector<runs::PlannedRun>& runs,
                             const records::ComparisonRecord& comparison, const sentiment::PreparedData& data) {
    std::vector<report::ReportRun> read;
    for (const auto& planned : runs) read.push_back(read_report_run(planned.folder));
    auto input = report_input(std::move(read), {folder});
    input.baselines = comparison.baselines;
    input.notes = records::notes_of(comparison);
    add_words(input, &data.whole_test, &data.vocabulary);
    write_report(runs::RunFolder::view(folder).report(), input);
}

}  // namespace cellwise::verbs
