#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/flags/model_flags.h"
#include "cli/flags/settings.h"
#include "core/error.h"
#include "core/log.h"
#include "core/standard_streams.h"
#include "core/stop_request.h"
#include "core/version.h"
#include "serve/serve.h"
#include "verbs/served_models.h"
#include "verbs/served_runs.h"

namespace cellwise::cli {
namespace {

struct ServeFlags {
    serve::ServeOptions server;
    verbs::ServedModelsOptions models;
    std::string runs = "runs";
    bool names_runs = false;  ///< --runs was given: then the folder must be there
    bool open = false;
};

/// Shows the address in the user's browser, if there is one.
void open_browser(const std::string& address) {
    std::string program = "xdg-open", page = address;
    char* const words[]{program.data(), page.data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
    }
    pid_t child = 0;
    if (::posix_spawnp(&child, program.c_str(), &actions, nullptr, words, environ) != 0) {
        log::notice(fmt::format("no browser could be started: open {} yourself", address));
    }
    ::posix_spawn_file_actions_destroy(&actions);
}

void tell_where(const ServeFlags& flags, const std::string& address) {
    put_out(fmt::format("listening on {}\n", address));
    if (flags.models.paths.empty()) {
        log::notice(
            fmt::format("no model is loaded: the page shows the runs of '{}'. Train one and serve it:\n"
                        "  cellwise train --cell lstm --output runs/lstm\n"
                        "  cellwise serve runs/lstm",
                        flags.runs));
    }
    if (flags.open) open_browser(address);
}

void run_serve(const ServeFlags& flags) {
    flags.server.validate();
    flags.models.validate();
    if (flags.server.json_log) log::set_level(log::Level::quiet);  // notices are no JSON
    verbs::ServedModels models(flags.models);
    verbs::ServedRuns runs(flags.runs, !flags.names_runs);
    const StopRequest stop_request("giving the answers under way; once more leaves at once");
    serve::run(flags.server, models, runs, [stop = stop_request.token()] { return stop.requested(); },
               {[&](const std::string& address) { tell_where(flags, address); }});
    // The log in JSON has told it.
    const int cause = stop_request.token().cause();
    throw Interrupted(exit_code_of_stop(cause),
                      flags.server.json_log ? std::string() : fmt::format("stopped by {}", name_of_stop(cause)));
}

}  // namespace

void add_serve(CLI::App& app) {
    auto flags = std::make_shared<ServeFlags>();
    flags->server.version = program_version();
    auto* command = add_command(app, "serve");
    command
        ->add_option("model", flags->models.paths,
                     "models to answer with: runs, model files, models of customers; without any the runs alone")
        ->type_name("RUN|FILE.keras|CUSTOMER_RUN");
    auto* runs = command->add_option("--runs", flags->runs, "the folder whose runs the page shows")
                     ->type_name("DIR")
                     ->capture_default_str();
    command
        ->add_option("--table", flags->models.table, "where customers are looked up, in place of the run's own table")
        ->type_name("FILE");
    command->add_option("--host", flags->server.host, "the address to listen on; beyond this machine with a token only")
        ->capture_default_str();
    command->add_option("--port", flags->server.port, "the port to listen on; 0: one that is free")
        ->capture_default_str();
    command
        ->add_option("--token-file", flags->server.token_file,
                     "a file whose first line is the token that every request must bring")
        ->type_name("FILE");
    command->add_option("--tls-certificate", flags->server.tls_certificate, "speak TLS with this certificate (PEM)")
        ->type_name("FILE");
    command->add_option("--tls-key", flags->server.tls_key, "the certificate's private key (PEM)")->type_name("FILE");
    command
        ->add_option("--allow-host", flags->server.allowed_hosts,
                     "another name under which the server is reached, as behind a proxy")
        ->type_name("NAME");
    command->add_flag("--json-log", flags->server.json_log, "a JSON line for each request on standard error");
    command->add_flag("--open", flags->open, "show the page in the browser");
    add_vocabulary_flags(*command, flags->models.reviews.words);
    command
        ->add_option("--device", flags->models.reviews.device,
                     "cpu, auto, cuda or cuda:N; on cpu an answer does not depend on other requests, bit for bit")
        ->capture_default_str();
    command->add_option("--threads", flags->models.threads, "processor threads of the models, 0 = all")
        ->capture_default_str();
    add_display_flags(*command);
    command->callback([flags, runs] {
        flags->names_runs = runs->count() > 0;
        run_serve(*flags);
    });
    command->footer(
        "Examples:\n"
        "  cellwise serve runs/lstm runs/gru --open\n"
        "  cellwise serve runs/customers --table customers.csv\n"
        "  cellwise serve model.keras --port 0                the first line says which port it is\n"
        "  cellwise serve runs/lstm --host 0.0.0.0 --token-file token --tls-certificate cert.pem --tls-key key.pem\n"
        "\nCtrl-C or SIGTERM ends it after the answers under way. docs/serve.md has the API.");
}

}  // namespace cellwise::cli
