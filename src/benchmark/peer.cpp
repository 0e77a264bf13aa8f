#include "benchmark/peer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "benchmark/child_process.h"
#include "benchmark/peer_script.h"  // made from peer.py
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/write_all.h"

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
        if (!file_.is_open() || ::flock(file_.get(), LOCK_EX) != 0) {
            throw EnvironmentError(fmt::format("cannot lock '{}': {}", path.string(), std::strerror(errno)));
        }
    }

private:
    Descriptor file_;
};

struct Pipe {
    Descriptor read, write;
};

Pipe new_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw EnvironmentError(fmt::format("no pipe: {}", std::strerror(errno)));
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void install(const PeerKind& kind, const fs::path& folder) {
    remove_folder(folder);
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
    throw UsageError(fmt::format("--against '{}' is unknown: choose keras, pytorch, pandas or sklearn", framework));
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
    : kind_(kind.name()),
      script_(file.string() + ".py"),
      log_(file.string() + ".log"),
      answers_(nullptr, &std::fclose) {
    write_file_atomically(script_, peer_script);
    auto [to_peer, commands] = new_pipe();
    auto [answers, from_peer] = new_pipe();
    const Descriptor log(::open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    process_ = ChildProcess(
        start_child({python.string(), script_.string(), kind.framework, file.string(), std::to_string(threads)},
                    {to_peer.get(), from_peer.get(), log.get()},
                    {{"KERAS_BACKEND", kind.backend},
                     {"CUDA_VISIBLE_DEVICES", ""},
                     {"TF_CPP_MIN_LOG_LEVEL", "2"},
                     {"PYTHONDONTWRITEBYTECODE", "1"}}));
    to_peer.close();
    from_peer.close();
    commands_ = std::move(commands);
    answers_.reset(::fdopen(answers.get(), "r"));
    if (!answers_) throw EnvironmentError(fmt::format("no pipe: {}", std::strerror(errno)));
    (void)answers.release();  // the stream's now
    name_ = read_answer().at("name").get<std::string>();
}

nlohmann::json Peer::ask(const std::string& command, std::int64_t argument) {
    // A peer that has ended is noticed when its answer is missing.
    (void)write_all(commands_.get(), json_text(nlohmann::json{{command, argument}}) + "\n");
    return read_answer();
}

nlohmann::json Peer::read_answer() {
    char* line = nullptr;
    std::size_t room = 0;
    const auto length = ::getline(&line, &room, answers_.get());
    const std::unique_ptr<char, void (*)(void*)> memory(line, std::free);
    if (length > 0) {
        auto answer = nlohmann::json::parse(line, line + length, nullptr, false);
        if (answer.is_object()) return answer;
    }
    throw EnvironmentError(
        fmt::format("{} ended or did not answer (log: {}){}", kind_, log_.string(), last_lines(log_, 6)));
}

}  // namespace cellwise::benchmark
