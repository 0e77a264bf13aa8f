#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands.h"
#include "cli/model_source.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "core/error.h"
#include "training/device.h"
#include "training/trainer.h"

namespace cellwise::cli {
namespace {

struct EvaluateOptions {
    ModelFlags model;
    std::string json;
    std::string data;
    std::string device = "auto";
    std::int64_t limit = 0;
    std::int64_t threads = 0;
    bool offline = false;
};

void run_evaluate(const EvaluateOptions& options) {
    const Output out(options.json);
    if (options.threads < 0) throw UsageError("--threads must be 0 or more");
    training::set_threads(options.threads);
    const auto device = training::resolve_device(options.device);
    auto source = options.model.load();
    auto where = source.configuration.data;
    if (!options.data.empty()) where.path = options.data;
    where.limit = options.limit;
    where.offline = options.offline;
    const auto dataset = data::load_dataset(where);
    const auto test = data::pad(dataset.test, static_cast<std::size_t>(source.configuration.length));
    if (test.size() == 0) throw UsageError("the test split is empty: there is nothing to evaluate on");

    training::Trainer trainer(source.model, source.configuration.training, source.configuration.seed, device);
    const auto metrics = trainer.evaluate(test);
    const Cell cell = source.cell();
    out.print(fmt::format("{} reviews, loss {:.4f}\n{} Test Accuracy: {:.4f}\n", test.size(), metrics.loss,
                          cell_title(cell), metrics.accuracy));
    out.write_json({{"run", options.model.path},
                    {"cell", cell_name(cell)},
                    {"data", {{"kind", dataset.source.kind}, {"sha256", dataset.source.sha256}}},
                    {"reviews", test.size()},
                    {"test_loss", metrics.loss},
                    {"test_accuracy", metrics.accuracy}});
}

}  // namespace

void add_evaluate(CLI::App& app) {
    auto options = std::make_shared<EvaluateOptions>();
    auto* command = app.add_subcommand("evaluate", "test a trained model on the test reviews");
    command->add_option("run", options->model.path, "the run folder, or a Keras file")
        ->required()
        ->type_name("RUN|FILE.keras|FILE.weights.h5");
    options->model.add_to(*command);
    command->add_option("--data", options->data, "other data than the run's")->type_name("PATH");
    command->add_flag("--offline", options->offline, "never download");
    command->add_option("--limit", options->limit, "only the first N test reviews, 0 = all")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    command->add_option("--device", options->device, "auto, cpu, cuda or cuda:N")->capture_default_str();
    command->add_option("--threads", options->threads, "processor threads, 0 = all")->capture_default_str();
    command->add_option("--json", options->json, "write the result as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([options] { run_evaluate(*options); });
    command->footer("Example:\n  cellwise evaluate runs/gru --json -\n  cellwise evaluate model.keras");
}

}  // namespace cellwise::cli
