#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/model_flags.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/input_files.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/safetensors.h"
#include "interchange/keras_file.h"
#include "interchange/keras_layout.h"
#include "interchange/pytorch_file.h"
#include "learning/model_file.h"
#include "verbs/model_source.h"

namespace cellwise::cli {
namespace {

namespace fs = std::filesystem;

struct ExportOptions {
    verbs::ModelRequest model;
    std::string format;
    std::string output;
    std::string json;
};

struct Format {
    std::string suffix;  ///< of the default file name
    std::string (*encode)(const verbs::ModelSource&);
};

/// torch.nn.GRU would compute something else with these weights and say nothing.
void require_torch_module(const verbs::ModelSource& source) {
    // The model's own options: a run's configuration keeps its cell elsewhere.
    for (const auto& layer : source.model->options().recurrent_layers()) {
        if (layer.cell == Cell::gru && layer.gru_reset == models::GruReset::before) {
            throw UsageError(
                "the GRU of this model resets before the product (--gru-reset before, Keras's reset_after=False), "
                "which torch.nn.GRU cannot represent: export it as keras or weights.h5");
        }
    }
}

interchange::KerasModel keras_model(const verbs::ModelSource& source) {
    if (source.model->dense->weight.scalar_type() != torch::kFloat32) {
        log::notice(
            "the model's weights are float64: rounded to float32 for Keras (safetensors and pytorch keep them)");
    }
    return interchange::keras_model_of(source.model, source.configuration.length);
}

const std::map<std::string, Format>& formats() {
    static const std::map<std::string, Format> all{
        {"keras",
         {".keras",
          [](const verbs::ModelSource& source) { return interchange::encode_keras_file(keras_model(source)); }}},
        {"weights.h5",
         {".weights.h5",
          [](const verbs::ModelSource& source) { return interchange::encode_keras_weights(keras_model(source)); }}},
        {"safetensors",
         {".safetensors",
          [](const verbs::ModelSource& source) {
              require_torch_module(source);
              return encode_safetensors(learning::state_of(source.model), {{"format", "pt"}});
          }}},
        {"pytorch", {".pt", [](const verbs::ModelSource& source) {
                         require_torch_module(source);
                         return interchange::encode_pytorch_file(learning::state_of(source.model));
                     }}}};
    return all;
}

const Format& format_of(const std::string& name) {
    const auto found = formats().find(name);
    if (found != formats().end()) return found->second;
    throw UsageError(fmt::format("--format '{}' is unknown: choose keras, weights.h5, safetensors or pytorch", name));
}

/// RUN/exported.keras, or beside a Keras file.
fs::path default_output(const verbs::ModelSource& source, const ExportOptions& options, const Format& format) {
    const fs::path path(options.model.path);
    if (source.is_run) return path / ("exported" + format.suffix);
    return path.parent_path() / (path.stem().stem().string() + "-exported" + format.suffix);
}

void run_export(const ExportOptions& options) {
    const Output out(options.json);
    const auto& format = format_of(options.format);
    const auto source = verbs::load_model(options.model);
    const auto path = options.output.empty() ? default_output(source, options, format) : fs::path(options.output);
    // The suffix decides how Keras reads a file.
    if (options.format == "keras" && path.extension() != ".keras") {
        throw UsageError(
            fmt::format("--output '{}': Keras loads such a file only if its name ends with .keras", path.string()));
    }
    if (options.format == "weights.h5" && !path.string().ends_with(".weights.h5")) {
        throw UsageError(fmt::format("--output '{}': Keras loads such a file only if its name ends with .weights.h5",
                                     path.string()));
    }
    if (is_folder(path)) throw UsageError(fmt::format("--output '{}' is a folder: name a file", path.string()));
    const auto bytes = format.encode(source);
    write_output_file(path, bytes);
    out.print(
        fmt::format("{}: {} bytes, {} parameters\n", path.string(), bytes.size(), source.model->parameter_count()));
    out.write_json(with_schema("export", {{"model", options.model.path},
                                          {"format", options.format},
                                          {"file", path.string()},
                                          {"bytes", bytes.size()},
                                          {"parameters", source.model->parameter_count()}}));
}

}  // namespace

void add_export(CLI::App& app) {
    auto options = std::make_shared<ExportOptions>();
    auto* command = add_command(app, "export");
    command->add_option("run", options->model.path, "the run folder, or a Keras file")
        ->required()
        ->type_name("RUN|FILE.keras|FILE.weights.h5");
    command->add_option("--format", options->format, "keras, weights.h5, safetensors or pytorch")
        ->required()
        ->type_name("NAME");
    command->add_option("--output", options->output, "the file to write")
        ->type_name("FILE")
        ->default_str("RUN/exported.<suffix>");
    add_model_flags(*command, options->model);
    command->add_option("--json", options->json, "write what was written as JSON to a file, or - for standard output")
        ->type_name("FILE");
    add_display_flags(*command);
    command->callback([options] { run_export(*options); });
    command->footer(
        "Examples:\n  cellwise export runs/lstm --format keras --output lstm.keras\n"
        "  cellwise export runs/lstm --format pytorch --output lstm.pt");
}

}  // namespace cellwise::cli
