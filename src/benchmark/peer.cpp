#include "benchmark/peer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "benchmark/child_process.h"
#include "benchmark/peer_script.h"  // made from peer.py
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/log.h"
#include "core/paths.h"

namespace cellwise::benchmark {
namespace {

namespace fs = std::filesystem;

std::string packages_of(const PeerKind& kind) {
    std::string text;
    for (const auto& package : kind.packages) text += package + "\n";
    return text;
}

// Another process that makes the same environment is waited for.
class FolderLock {
public:
    explicit FolderLock(const fs::path& path) : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
        if (file_ < 0 || ::flock(file_, LOCK_EX) != 0) {
            throw EnvironmentError(fmt::format("cannot lock '{}': {}", path.string(), std::strerror(errno)));
        }
    }
    ~FolderLock() { ::close(file_); }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    int file_;
};

void install(const PeerKind& kind, const fs::path& folder) {
    fs::remove_all(folder);
    make_folder(folder);
    const auto log = folder / "install.log";
    if (run_child({"python3", "-m", "venv", (folder / "venv").string()}, log) != 0) {
        throw EnvironmentError(
            fmt::format("python3 could not make a virtual environment in '{}': install python3-venv{}", folder.string(),
                        last_lines(log, 3)));
    }
    std::vector<std::string> words{(folder / "venv/bin/python").string(), "-m", "pip", "install", "--no-input"};
    words.insert(words.end(), kind.packages.begin(), kind.packages.end());
    if (run_child(words, log) != 0) {
        throw EnvironmentError(fmt::format("pip could not install {}: is the network up, is there room? (log: {}){}",
                                           kind.name(), log.string(), last_lines(log, 3)));
    }
}

}  // namespace

PeerKind parse_peer(const std::string& framework, const std::string& backend) {
    if (framework == "keras" && backend == "tensorflow") {
        return {framework, backend, {"keras==3.15.*", "tensorflow==2.21.*"}, "0.7 GB to download, 2.1 GB installed"};
    }
    if (framework == "keras" && backend == "jax") {
        return {framework, backend, {"keras==3.15.*", "jax==0.10.*"}, "roughly 0.2 GB to download"};
    }
    if (framework == "keras") {
        throw UsageError(fmt::format("--backend '{}' is unknown: choose tensorflow or jax", backend));
    }
    if (framework == "pytorch")
        return {framework, "", {"torch==2.15.*", "numpy"}, "roughly 3 GB to download, 5 GB installed"};
    throw UsageError(fmt::format("--against '{}' is unknown: choose keras or pytorch", framework));
}

fs::path peer_python(const PeerKind& kind, bool offline) {
    const auto folder = cache_folder() / "peers" / kind.name();
    const auto python = folder / "venv/bin/python";
    // Written last: an environment without it was not finished; one with other packages is old.
    const auto stamp = folder / "installed.txt";
    const auto is_there = [&] {
        std::error_code error;
        return fs::exists(python, error) && fs::exists(stamp, error) && read_file(stamp) == packages_of(kind);
    };
    if (is_there()) return python;
    if (offline) {
        throw EnvironmentError(
            fmt::format("{} is not installed in '{}' and --offline forbids its download: run once without it",
                        kind.name(), folder.string()));
    }
    make_folder(folder.parent_path());
    const FolderLock lock(folder.string() + ".lock");
    if (is_there()) return python;
    log::notice(
        fmt::format("installing {} from PyPI into {}: {}", fmt::join(kind.packages, ", "), folder.string(), kind.size));
    install(kind, folder);
    write_file_atomically(stamp, packages_of(kind));
    return python;
}

Peer::Peer(const PeerKind& kind, const fs::path& python, const fs::path& file, int threads)
    : kind_(kind.name()), script_(file.string() + ".py"), log_(file.string() + ".log") {
    write_file_atomically(script_, peer_script);
    int to_peer[2], from_peer[2];
    if (::pipe2(to_peer, O_CLOEXEC) != 0 || ::pipe2(from_peer, O_CLOEXEC) != 0) {
        throw EnvironmentError(fmt::format("no pipe: {}", std::strerror(errno)));
    }
    const int log = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    process_ = start_child({python.string(), script_.string(), kind.framework, file.string(), std::to_string(threads)},
                           {to_peer[0], from_peer[1], log},
                           {{"KERAS_BACKEND", kind.backend},
                            {"CUDA_VISIBLE_DEVICES", ""},
                            {"TF_CPP_MIN_LOG_LEVEL", "2"},
                            {"PYTHONDONTWRITEBYTECODE", "1"}});
    ::close(to_peer[0]);
    ::close(from_peer[1]);
    ::close(log);
    commands_ = ::fdopen(to_peer[1], "w");
    answers_ = ::fdopen(from_peer[0], "r");
    name_ = read_answer().at("name").get<std::string>();
}

Peer::~Peer() {
    std::fclose(commands_);  // the peer's loop ends
    std::fclose(answers_);
    (void)wait_for_child(process_);
}

nlohmann::json Peer::ask(const std::string& command, std::int64_t argument) {
    // A peer that has ended is noticed when its answer is missing.
    std::signal(SIGPIPE, SIG_IGN);
    fmt::print(commands_, "{}\n", nlohmann::json{{command, argument}}.dump());
    std::fflush(commands_);
    return read_answer();
}

nlohmann::json Peer::read_answer() {
    char* line = nullptr;
    std::size_t room = 0;
    const auto length = ::getline(&line, &room, answers_);
    const std::unique_ptr<char, void (*)(void*)> memory(line, std::free);
    if (length > 0) {
        auto answer = nlohmann::json::parse(line, line + length, nullptr, false);
        if (answer.is_object()) return answer;
    }
    throw EnvironmentError(
        fmt::format("{} ended or did not answer (log: {}){}", kind_, log_.string(), last_lines(log_, 6)));
}

}  // namespace cellwise::benchmark
