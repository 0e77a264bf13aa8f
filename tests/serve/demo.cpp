// serve_demo [--port N] [--runs DIR] [--token-file F] [--host H] [--tls-certificate F --tls-key F] [--json-log]
// [--without-models] [--seconds N: every deadline]: the server in front of models that need no training.
#include <csignal>
#include <cstdio>
#include <map>
#include <string>

#include "fake_models.h"

namespace {
volatile std::sig_atomic_t stop = 0;
void request_stop(int) { stop = 1; }
}  // namespace

int main(int count, char** words) {
    using namespace cellwise;
    std::signal(SIGTERM, request_stop);
    std::map<std::string, std::string> flags{{"--port", "0"}, {"--runs", "runs"}, {"--host", "127.0.0.1"}};
    for (int i = 1; i < count; ++i) {
        const std::string flag = words[i];
        flags[flag] = flag == "--json-log" || flag == "--without-models" || i + 1 == count ? "1" : words[++i];
    }
    try {
        serve::ServeOptions options;
        options.host = flags["--host"];
        options.port = static_cast<std::uint16_t>(std::stoi(flags["--port"]));
        options.token_file = flags["--token-file"];
        options.tls_certificate = flags["--tls-certificate"];
        options.tls_key = flags["--tls-key"];
        options.json_log = !flags["--json-log"].empty();
        options.version = "0";
        if (!flags["--seconds"].empty()) {
            const std::chrono::seconds seconds(std::stoi(flags["--seconds"]));
            auto& limits = options.limits;
            limits.header = limits.body = limits.write = limits.idle = limits.drain = seconds;
        }
        serve::fake::AllModels models(flags["--without-models"].empty());
        serve::fake::FolderRuns runs(flags["--runs"]);
        serve::run(options, models, runs, [] { return stop != 0; }, {[](const std::string& address) {
                       std::printf("listening on %s\n", address.c_str());
                       std::fflush(stdout);
                   }});
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return static_cast<int>(error.exit_code());
    }
    return static_cast<int>(ExitCode::terminated);
}
