// core/standard_streams, core/stop_request and core/json_text, each case in a process of its own where it takes the
// process's descriptors or signals.
#include "core/standard_streams.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/json_text.h"
#include "core/log.h"
#include "core/stop_request.h"
#include "core/utf8.h"

namespace cellwise {
namespace {

// How a child ends that does this: its exit code, or 128 + the signal.
int end_of(const std::function<int()>& work) {
    const auto child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// A pipe whose reader has gone, under this number.
void break_pipe(int descriptor) {
    int ends[2];
    if (::pipe(ends) != 0) ::_exit(98);
    ::close(ends[0]);
    ::dup2(ends[1], descriptor);
}

void open_as(int descriptor, const char* path) { ::dup2(::open(path, O_RDWR), descriptor); }

// What standard error or output may be.
struct Fault {
    const char* name;
    std::function<void(int)> make;
    int error;  // of a write
};

std::vector<Fault> faults() {
    return {
        {"a full disk", [](int descriptor) { open_as(descriptor, "/dev/full"); }, ENOSPC},
        {"a reader that has ended", break_pipe, EPIPE},
        {"open for reading only", [](int descriptor) { ::dup2(::open("/dev/null", O_RDONLY), descriptor); }, EBADF}};
}

TEST(StandardStreams, WhatPeopleReadNeverDecides) {
    for (const auto& fault : faults()) {
        EXPECT_EQ(end_of([&] {
                      prepare_standard_streams();
                      fault.make(STDERR_FILENO);
                      say("progress\n");
                      log::warning("a warning");
                      log::notice("a notice");
                      return 7;
                  }),
                  7)
            << fault.name;
    }
}

TEST(StandardStreams, ResultsThatCannotBeWrittenAreRemembered) {
    for (const auto& fault : faults()) {
        EXPECT_EQ(end_of([&] {
                      prepare_standard_streams();
                      fault.make(STDOUT_FILENO);
                      put_out("a result\n");
                      put_out("another\n");
                      return output_failure();
                  }),
                  fault.error)
            << fault.name;
    }
    EXPECT_EQ(end_of([] {
                  prepare_standard_streams();
                  open_as(STDOUT_FILENO, "/dev/null");
                  put_out("a result\n");
                  return output_failure();
              }),
              0);
}

TEST(StandardStreams, ClosedDescriptorsAreOpenedOnNothing) {
    for (const auto& closed : std::vector<std::vector<int>>{{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 1, 2}}) {
        EXPECT_EQ(end_of([&] {
                      for (const int descriptor : closed) ::close(descriptor);
                      prepare_standard_streams();
                      struct stat null {
                      }, status{};
                      ::stat("/dev/null", &null);
                      for (const int descriptor : closed) {
                          if (::fstat(descriptor, &status) != 0 || status.st_rdev != null.st_rdev) return 1;
                      }
                      return ::open("/dev/null", O_RDONLY) > 2 ? 0 : 2;
                  }),
                  0);
    }
}

TEST(StandardStreams, ABrokenPipeEndsAsUnixProgramsDo) {
    EXPECT_EQ(end_of([]() -> int {
                  prepare_standard_streams();
                  end_by_broken_pipe();
              }),
              128 + SIGPIPE);
}

TEST(StandardStreams, AFullNonBlockingPipeHoldsNobodyUp) {
    EXPECT_EQ(end_of([] {
                  int ends[2];
                  if (::pipe2(ends, O_NONBLOCK) != 0) return 98;
                  ::dup2(ends[1], STDERR_FILENO);
                  say(std::string(1 << 20, 'x'));
                  return 7;
              }),
              7);
}

struct Signals {
    std::vector<int> sent;
    int code;
};

TEST(StopRequest, AsksForTheEndOnceAndEndsAtTheSecond) {
    for (const auto& [sent, code] : std::vector<Signals>{{{SIGINT}, 130},
                                                         {{SIGTERM}, 143},
                                                         {{SIGHUP}, 129},
                                                         {{SIGHUP, SIGHUP}, 129},  // a terminal's end sends two
                                                         {{SIGTERM, SIGHUP}, 143}}) {
        EXPECT_EQ(end_of([&] {
                      open_as(STDERR_FILENO, "/dev/null");
                      const StopRequest request;
                      for (const int signal : sent) ::raise(signal);
                      const auto stop = request.token();
                      return stop.requested() ? static_cast<int>(exit_code_of_stop(stop.cause())) : 0;
                  }),
                  code);
    }
    EXPECT_EQ(end_of([] {
                  open_as(STDERR_FILENO, "/dev/null");
                  const StopRequest request;
                  ::raise(SIGHUP);
                  ::raise(SIGTERM);
                  return 0;
              }),
              143);
}

TEST(StopRequest, GoesOnUnderNohup) {
    EXPECT_EQ(end_of([] {
                  std::signal(SIGHUP, SIG_IGN);
                  const StopRequest request;
                  ::raise(SIGHUP);
                  return request.token().requested() ? 1 : 0;
              }),
              0);
}

TEST(StopRequest, GivesTheSignalsBack) {
    EXPECT_EQ(end_of([] {
                  { const StopRequest request; }
                  ::raise(SIGHUP);
                  return 0;
              }),
              128 + SIGHUP);
}

TEST(JsonText, ShowsBytesThatAreNotUtf8) {
    const std::string name = "data-\xb8\xae\xba\xe4";
    nlohmann::ordered_json document{{"path", name}, {name, {name, {{"deep", name}}}}, {"word", "리뷰 \\xb8 \x1b"}};
    const auto read = nlohmann::json::parse(json_text(document, 2));
    const std::string shown = "data-\\xb8\\xae\\xba\\xe4";
    EXPECT_EQ(read.at("path"), shown);
    EXPECT_EQ(read.at(shown).at(0), shown);
    EXPECT_EQ(read.at(shown).at(1).at("deep"), shown);
    EXPECT_EQ(read.at("word"), "리뷰 \\xb8 \x1b");
    EXPECT_EQ(json_text(nlohmann::json{{"a", 1}}), "{\"a\":1}");
}

TEST(TextOfBytes, KeepsEveryByte) {
    std::string all;
    for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
    for (const auto& bytes : {all, std::string("C:\\xb8\\x5c\\"), std::string("\\x\\xg8\\\\xb8"), std::string("리뷰"),
                              std::string("\xeb\xa6"), std::string()}) {
        const auto text = text_of_bytes(bytes);
        EXPECT_FALSE(first_invalid_utf8(text)) << text;
        EXPECT_EQ(bytes_of_text(text), bytes);
    }
    EXPECT_EQ(text_of_bytes("리뷰/a.csv"), "리뷰/a.csv");
}

}  // namespace
}  // namespace cellwise
