// Downloads from an HTTPS server of our own on this machine; no outside host is contacted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "core/atomic_file.h"
#include "core/hash.h"
#include "integration/program.h"
#include "unit/data_bytes.h"

namespace cellwise {
namespace {

namespace fs = std::filesystem;
using test::run_program;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Download : public testing::Test {
protected:
    void SetUp() override {
        former_folder = fs::current_path();
        fs::create_directories(folder / "server/work");  // ../shared/data and ./data do not exist from there
        fs::current_path(folder / "server/work");
        ::setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
        ::unsetenv("CELLWISE_DATA");
        ::setenv("no_proxy", "127.0.0.1", 1);
        test::write_imdb_npz(server / "imdb.npz", {{1, 2, 3}, {3, 3}}, {{2}, {1, 2}});
        write_file_atomically(server / "index.json", R"({"a": 1, "b": 2, "c": 3})");
        make_certificate();
        start_server();
        ::setenv("CELLWISE_CA_FILE", certificate.c_str(), 1);
        ::setenv("CELLWISE_NPZ_SHA256", sha256_file(server / "imdb.npz").c_str(), 1);
        ::setenv("CELLWISE_WORD_INDEX_SHA256", sha256_file(server / "index.json").c_str(), 1);
        set_urls("/");
    }
    void TearDown() override {
        if (process > 0) {
            ::kill(process, SIGKILL);
            ::waitpid(process, nullptr, 0);
        }
        fs::current_path(former_folder);
    }

    static int run(std::vector<std::string> words) {
        std::vector<char*> pointers;
        for (auto& word : words) pointers.push_back(word.data());
        pointers.push_back(nullptr);
        const pid_t child = ::fork();
        if (child != 0) return child;
        ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
        ::execvp(pointers[0], pointers.data());
        ::_exit(127);
    }
    void make_certificate() const {
        const pid_t child =
            run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                 "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate});
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_EQ(status, 0) << "openssl is needed for this test";
    }
    void start_server() {
        process = run({"python3", CELLWISE_TEST_SERVER, server, certificate, key, folder / "port"});
        for (int i = 0; i < 600 && !fs::exists(folder / "port"); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        port = test::content_of(folder / "port");
        ASSERT_FALSE(port.empty()) << "python3 is needed for this test";
    }
    void set_urls(const std::string& below) const {
        ::setenv("CELLWISE_NPZ_URL", ("https://127.0.0.1:" + port + below + "imdb.npz").c_str(), 1);
        ::setenv("CELLWISE_WORD_INDEX_URL", ("https://127.0.0.1:" + port + "/index.json").c_str(), 1);
    }
    std::string requests() const { return test::content_of(server / "requests"); }

    fs::path former_folder;
    test::ScratchFolder folder;
    fs::path server = folder / "server";
    std::string certificate = folder / "certificate.pem", key = folder / "key.pem", port;
    fs::path target = folder / "cache/cellwise/data/imdb.npz";
    pid_t process = 0;
};

TEST_F(Download, HappensByItselfAndOnce) {
    const auto info = run_program({"data", "info"});
    EXPECT_EQ(info.exit_code, 0) << info.errors;
    EXPECT_THAT(info.errors, AllOf(HasSubstr("downloading https://127.0.0.1"), HasSubstr("2 train, 2 test")));
    const auto first_requests = requests();
    const auto again = run_program({"data", "info"});
    EXPECT_THAT(again.errors, AllOf(Not(HasSubstr("downloading")), HasSubstr("2 train, 2 test")));
    EXPECT_THAT(run_program({"data", "download"}).output, HasSubstr("already there"));
    EXPECT_EQ(requests(), first_requests);
    EXPECT_EQ(test::content_of(target), test::content_of(server / "imdb.npz"));
}

TEST_F(Download, ResumesWhereItWasCut) {
    set_urls("/cut/");
    const auto cut = run_program({"data", "download"});
    EXPECT_EQ(cut.exit_code, 4);
    EXPECT_THAT(cut.errors, HasSubstr("cannot download https://127.0.0.1"));
    EXPECT_FALSE(fs::exists(target));
    const auto half = fs::file_size(target.string() + ".part");
    EXPECT_EQ(half, fs::file_size(server / "imdb.npz") / 2);
    set_urls("/");
    const auto resumed = run_program({"data", "download"});
    EXPECT_EQ(resumed.exit_code, 0) << resumed.errors;
    EXPECT_THAT(requests(), HasSubstr("/imdb.npz bytes=" + std::to_string(half) + "-"));
    EXPECT_EQ(test::content_of(target), test::content_of(server / "imdb.npz"));
    EXPECT_FALSE(fs::exists(target.string() + ".part"));
}

TEST_F(Download, BeginsAgainWhereTheServerDoesNotResume) {
    for (const std::string& part :
         {std::string("half"), std::string(100000, 'x')}) {  // shorter and longer than the file
        fs::remove(target);
        write_file_atomically(target.string() + ".part", part);
        set_urls(part.size() == 4 ? "/no-ranges/" : "/");
        const auto result = run_program({"data", "download"});
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        EXPECT_EQ(test::content_of(target), test::content_of(server / "imdb.npz"));
    }
}

TEST_F(Download, ChecksTheChecksum) {
    ::setenv("CELLWISE_NPZ_SHA256", std::string(64, '0').c_str(), 1);
    const auto result = run_program({"data", "download"});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_THAT(result.errors, HasSubstr("not the expected file"));
    EXPECT_FALSE(fs::exists(target));
    EXPECT_FALSE(fs::exists(target.string() + ".part")) << "wrong bytes are not resumed, nor an empty file left";
}

TEST_F(Download, ChecksTheCertificate) {
    ::unsetenv("CELLWISE_CA_FILE");
    const auto result = run_program({"data", "download"});
    EXPECT_EQ(result.exit_code, 4);
    EXPECT_THAT(result.errors, HasSubstr("certificate"));
    EXPECT_EQ(requests(), "");
}

TEST_F(Download, GoesByHttpsAlone) {
    set_urls("/moved/");
    EXPECT_EQ(run_program({"data", "download"}).exit_code, 4);
    ::setenv("CELLWISE_NPZ_URL", "http://127.0.0.1:9/imdb.npz", 1);
    EXPECT_EQ(run_program({"data", "download"}).exit_code, 4);
    ::setenv("CELLWISE_NPZ_URL", ("file://" + (server / "imdb.npz").string()).c_str(), 1);
    EXPECT_EQ(run_program({"data", "download"}).exit_code, 4);
    EXPECT_FALSE(fs::exists(target));
}

// The certificate is for 127.0.0.1.
TEST_F(Download, ChecksTheHostNameToo) {
    ::setenv("CELLWISE_NPZ_URL", ("https://localhost:" + port + "/imdb.npz").c_str(), 1);
    const auto named = run_program({"data", "download"});
    EXPECT_EQ(named.exit_code, 4);
    EXPECT_THAT(named.errors, HasSubstr("subject name"));
    EXPECT_FALSE(fs::exists(target));
}

TEST_F(Download, ChecksEverythingAfterARedirectionToo) {
    set_urls("/elsewhere/");
    const auto good = run_program({"data", "download"});
    EXPECT_EQ(good.exit_code, 0) << good.errors;
    EXPECT_EQ(test::content_of(target), test::content_of(server / "imdb.npz"));
    fs::remove(target);
    set_urls("/localhost/");
    const auto host = run_program({"data", "download"});
    EXPECT_EQ(host.exit_code, 4);
    EXPECT_THAT(host.errors, HasSubstr("subject name"));
    set_urls("/elsewhere/");
    write_file_atomically(server / "imdb.npz", "another file");
    const auto other = run_program({"data", "download"});
    EXPECT_EQ(other.exit_code, 3);
    EXPECT_THAT(other.errors, HasSubstr("not the expected file"));
    EXPECT_FALSE(fs::exists(target));
}

TEST_F(Download, ThatFailsLeavesTheSyntheticReviewsAndSaysSo) {
    set_urls("/absent/absent-");
    const auto failed = run_program({"data", "info"});
    EXPECT_EQ(failed.exit_code, 0);
    EXPECT_THAT(failed.errors, AllOf(HasSubstr("404"), HasSubstr("SYNTHETIC")));
    EXPECT_THAT(failed.output, HasSubstr("SYNTHETIC"));
    fs::remove(server / "requests");
    const auto offline = run_program({"data", "info", "--offline"});
    EXPECT_EQ(offline.exit_code, 0);
    EXPECT_THAT(offline.errors, AllOf(HasSubstr("--offline"), HasSubstr("SYNTHETIC")));
    EXPECT_EQ(requests(), "");
}

TEST_F(Download, IntoAFolderThatCannotBeWrittenFails) {
    ::setenv("XDG_CACHE_HOME", certificate.c_str(), 1);
    const auto result = run_program({"data", "download"});
    EXPECT_EQ(result.exit_code, 4);
    EXPECT_THAT(result.errors, HasSubstr("cannot make the folder"));
}

TEST_F(Download, TwoAtOnceTakeTurns) {
    std::vector<test::ProgramResult> results(3);
    std::vector<std::thread> threads;
    for (auto& result : results) threads.emplace_back([&result] { result = run_program({"data", "download"}); });
    for (auto& thread : threads) thread.join();
    for (const auto& result : results) EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(test::content_of(target), test::content_of(server / "imdb.npz"));
}

}  // namespace
}  // namespace cellwise
