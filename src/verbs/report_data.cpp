#include "verbs/report_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/paths.h"
#include "data/reviews/load_data.h"
#include "data/reviews/locate.h"
#include "learning/inference.h"
#include "runs/run_folder.h"
#include "runs/run_record.h"
#include "tasks/sentiment/prepared_reviews.h"
#include "tasks/sentiment/run_files.h"
#include "tasks/sentiment/run_folder_files.h"
#include "verbs/report_input.h"

namespace cellwise::verbs {
namespace fs = std::filesystem;
namespace {

/// Where a run's reviews are now; nothing if they are not found.
std::optional<std::string> place_of(const report::ReportRun& run, const sentiment::Configuration& configuration) {
    if (run.data_kind == "synthetic") return "synthetic";
    if (configuration.data.test_path && !is_there(*configuration.data.test_path)) return std::nullopt;
    const auto recorded = nlohmann::json::json_pointer("/data/path");
    if (run.environment.contains(recorded) && run.environment.at(recorded).is_string()) {
        const auto path = run.environment.at(recorded).get<std::string>();
        if (is_there(path)) return path;
    }
    if (configuration.data.path && is_there(*configuration.data.path)) return configuration.data.path;
    if (run.data_kind != "imdb") return std::nullopt;
    const auto location = data::find_in_usual_places();
    return location ? std::optional(location->path.string()) : std::nullopt;
}

/// All reviews of the runs' data set; nothing, and the reason, if they are not found.
std::shared_ptr<const data::Dataset> find_reviews(const report::ReportInput& input, const std::string& path,
                                                  std::string& problem) {
    const auto& run = input.runs.front();
    const bool is_one_data_set = std::all_of(input.runs.begin(), input.runs.end(), [&](const report::ReportRun& other) {
        return other.data_sha256 == run.data_sha256;
    });
    if (!is_one_data_set) {
        problem = "the runs are of different data sets";
        return nullptr;
    }
    const auto configuration = sentiment::load_configuration(run.folder);
    const auto place = path.empty() ? place_of(run, configuration) : std::optional(path);
    if (!place) {
        problem = "the reviews were not found: name them with --data";
        return nullptr;
    }
    auto options = configuration.data;
    options.path = place;
    options.offline = true;
    options.limit = 0;
    options.vocabulary_size = data::largest_vocabulary;
    auto reviews = std::make_shared<data::Dataset>(data::load_dataset(options));
    if (run.data_sha256.empty() || reviews->source.sha256 == run.data_sha256) return reviews;
    problem = fmt::format("the reviews in '{}' are not those of the run: name them with --data", *place);
    return nullptr;
}

records::TestPredictions predictions_of(const fs::path& folder, const data::Dataset& reviews) {
    auto run = sentiment::load_run(folder);
    auto test = reviews.test;
    data::keep_first(test, run.configuration.data.limit);
    const auto words = sentiment::word_counts(test);
    data::cut_vocabulary(test, run.configuration.model.vocabulary_size);
    const auto padded = data::pad(test, static_cast<std::size_t>(run.configuration.length));
    auto evaluation = learning::evaluate(run.model, padded, torch::kCPU, run.configuration.training.l2);
    return {std::move(evaluation.probabilities), padded.labels, words};
}

}  // namespace

std::shared_ptr<const data::Dataset> add_review_data(report::ReportInput& input, const std::string& path) {
    std::string problem;
    auto reviews = find_reviews(input, path, problem);
    for (auto& run : input.runs) {
        if (run.predictions) continue;
        if (reviews) {
            run.predictions = predictions_of(run.folder, *reviews);
            run.test_reviews = run.predictions->size();
        } else {
            run.no_predictions += ", and " + problem;
        }
    }
    add_words(input, reviews ? &reviews->test : nullptr, reviews ? &reviews->vocabulary : nullptr, problem);
    return reviews;
}

}  // namespace cellwise::verbs
