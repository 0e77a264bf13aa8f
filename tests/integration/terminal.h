#pragma once

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace cellwise::test {

/// A program at a terminal of its own, 100 columns wide unless said otherwise, as a user sits at one.
class Terminal {
public:
    using Variables = std::vector<std::pair<std::string, std::string>>;

    explicit Terminal(std::vector<std::string> words, const Variables& variables = {}, unsigned short columns = 100) {
        std::vector<char*> pointers;
        for (auto& word : words) pointers.push_back(word.data());
        pointers.push_back(nullptr);
        winsize size{};
        size.ws_col = columns;
        size.ws_row = 30;
        child_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
        if (child_ < 0) throw std::runtime_error("forkpty failed");
        if (child_ == 0) {
            ::setenv("TERM", "xterm", 1);
            ::unsetenv("NO_COLOR");
            for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
            ::execvp(pointers[0], pointers.data());
            ::_exit(127);
        }
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() {
        ::close(terminal_);
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }

    void type(const std::string& keys) const {
        if (::write(terminal_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
            throw std::runtime_error("the terminal takes no keys");
        }
    }

    /// Reads until the text has been shown, or the program ends, or a minute has gone; whether it was.
    bool wait_for(const std::string& text) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (shown_.find(text) == std::string::npos) {
            if (std::chrono::steady_clock::now() > end || !read_more()) return false;
        }
        return true;
    }

    /// Reads all it shows until it ends, and returns its exit code.
    int wait() {
        while (read_more()) {
        }
        int status = 0;
        ::waitpid(std::exchange(child_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

    [[nodiscard]] const std::string& shown() const { return shown_; }
    void forget() { shown_.clear(); }

private:
    bool read_more() {
        pollfd wanted{terminal_, POLLIN, 0};
        if (::poll(&wanted, 1, 1000) == 0) return true;  // nothing yet
        char buffer[4096];
        const auto got = ::read(terminal_, buffer, sizeof buffer);
        if (got <= 0) return false;
        shown_.append(buffer, static_cast<std::size_t>(got));
        return true;
    }

    int terminal_ = -1;
    pid_t child_ = -1;
    std::string shown_;
};

}  // namespace cellwise::test
