// A stand-in for Python that ends, talks nonsense or is not there: what a peer leaves behind when it does not start.
#include "benchmark/peer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "scratch_folder.h"

namespace cellwise::benchmark {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::ptrdiff_t open_descriptors() {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

// Neither a child at work nor one that nobody has waited for.
bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

class PeerProcess : public testing::Test {
protected:
    PeerProcess() { std::signal(SIGPIPE, SIG_IGN); }  // as the program does at its start

    /// A program that stands in for the virtual environment's Python.
    fs::path program(const std::string& script) const {
        const auto path = folder_ / "python";
        write_file_atomically(path, "#!/bin/sh\n" + script);
        fs::permissions(path, fs::perms::owner_all);
        return path;
    }
    Peer start(const fs::path& python) const { return {{"pytorch", "", {}, ""}, python, folder_ / "work", 1}; }

    test::ScratchFolder folder_;
};

TEST_F(PeerProcess, AnswersOneCommandAtATime) {
    auto peer = start(program("echo '{\"name\": \"stand-in 1.0\"}'\nwhile read line; do echo \"$line\"; done\n"));
    EXPECT_EQ(peer.name(), "stand-in 1.0");
    EXPECT_EQ(peer.ask("train", 3), nlohmann::json::parse(R"({"train": 3})"));
    EXPECT_EQ(peer.ask("forward", 5), nlohmann::json::parse(R"({"forward": 5})"));
}

TEST_F(PeerProcess, ThatDoesNotStartLeavesNoDescriptorAndNoChild) {
    const std::string waits = "cat >/dev/null\n";  // until nobody can send it commands
    for (const auto& [script, said] :
         {std::pair<std::string, std::string>{"echo nonsense\n" + waits, "ended or did not answer"},
          {"echo '[1, 2]'\n" + waits, "ended or did not answer"},
          {"echo 'No module named torch' >&2\nexit 1\n", "No module named torch"},
          {"kill -9 $$\n", "ended or did not answer"}}) {
        const auto before = open_descriptors();
        try {
            (void)start(program(script));
            ADD_FAILURE() << "started: " << script;
        } catch (const EnvironmentError& error) {
            EXPECT_THAT(error.what(), HasSubstr(said)) << script;
        }
        EXPECT_EQ(open_descriptors(), before) << script;
        EXPECT_FALSE(has_children()) << script;
    }
}

TEST_F(PeerProcess, ThatIsNotThereLeavesNoDescriptorAndNoChild) {
    const auto before = open_descriptors();
    EXPECT_THROW((void)start(folder_ / "nothing"), EnvironmentError);
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_FALSE(has_children());
}

// A peer that ends between two commands is noticed at the next one, whose writing must not end this process.
TEST_F(PeerProcess, ThatEndsLaterIsNamedWithWhatItSaid) {
    const auto before = open_descriptors();
    {
        auto peer = start(program("echo '{\"name\": \"brief\"}'\necho 'out of memory' >&2\nexec <&-\nsleep 0.1\n"));
        try {
            for (int i = 0; i < 3; ++i) (void)peer.ask("train", i);
            ADD_FAILURE() << "it answered";
        } catch (const EnvironmentError& error) {
            EXPECT_THAT(error.what(), HasSubstr("out of memory"));
        }
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_FALSE(has_children());
}

}  // namespace
}  // namespace cellwise::benchmark
