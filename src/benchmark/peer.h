#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "benchmark/child_process.h"
#include "core/descriptor.h"

namespace cellwise::benchmark {

/// A framework to be measured against.
struct PeerKind {
    std::string framework;              ///< "keras" or "pytorch"
    std::string backend;                ///< of Keras: "tensorflow" or "jax"; empty for PyTorch
    std::vector<std::string> packages;  ///< pip's names with the versions
    std::string size;                   ///< of the download and of the installation, for the notice

    /// "keras-tensorflow", "pytorch": the folder's name.
    [[nodiscard]] std::string name() const { return backend.empty() ? framework : framework + "-" + backend; }
};

/// Throws UsageError for a framework or backend that we do not know.
[[nodiscard]] PeerKind parse_peer(const std::string& framework, const std::string& backend);

/// The Python of the peer's virtual environment in the user's cache; made from PyPI when it is not there
/// yet, with a notice of its size. Throws EnvironmentError if it is not there and `offline`, or
/// python3, venv, the network or room is missing.
[[nodiscard]] std::filesystem::path peer_python(const PeerKind& kind, bool offline);

/// A running peer (peer.py), to which one command at a time is sent.
class Peer {
public:
    /// `file`: what peer.py reads. Throws EnvironmentError if it does not start.
    Peer(const PeerKind& kind, const std::filesystem::path& python, const std::filesystem::path& file, int threads);

    /// Name and version: "Keras 3.15.0 on tensorflow 2.21.0".
    [[nodiscard]] const std::string& name() const { return name_; }

    /// Sends {command: argument} and waits for the answer. Throws EnvironmentError, with the last lines that
    /// the peer printed, if it ends instead.
    [[nodiscard]] nlohmann::json ask(const std::string& command, std::int64_t argument);

private:
    [[nodiscard]] nlohmann::json read_answer();

    std::string kind_;
    std::filesystem::path script_, log_;
    // Destroyed from the last to the first: the peer ends when nobody can send it commands, and is waited for then.
    ChildProcess process_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> answers_;
    Descriptor commands_;
    std::string name_;
};

}  // namespace cellwise::benchmark
