#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/abandoned_files.h"
#include "core/atomic_file.h"
#include "core/cell.h"
#include "core/crc32c.h"
#include "core/edit_distance.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/radix_sort.h"
#include "core/random.h"

namespace cellwise {
namespace {

TEST(Hash, MatchesThePublishedVectors) {  // FIPS 180-2, appendix B
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(CellName, ReadsItsOwnNamesAndTheShortOne) {
    for (const Cell cell : all_cells) EXPECT_EQ(parse_cell(cell_name(cell)), cell);
    EXPECT_EQ(parse_cell("rnn"), Cell::simple_rnn);
    EXPECT_THROW((void)parse_cell("LSTMM"), UsageError);
}

TEST(RadixSort, SortsAsComparingDoes) {
    Random random(3, "sort");
    for (const std::size_t count : {0U, 1U, 2000U, 50000U}) {
        for (const bool whole : {false, true}) {
            std::vector<double> numbers;
            for (std::size_t i = 0; i < count; ++i) {
                const double spread = std::pow(10, random.uniform(-300, 300));
                numbers.push_back(whole ? std::floor(random.uniform(-50, 50)) : spread * random.uniform(-1, 1));
            }
            if (count > 1) numbers[0] = INFINITY, numbers[1] = -INFINITY;
            auto expected = numbers;
            std::sort(expected.begin(), expected.end());
            sort_numbers(numbers);
            EXPECT_EQ(numbers, expected) << count;
        }
    }
}

TEST(RadixSort, KeepsTheOrderOfEqualKeys) {
    for (const int count : {100, 10000}) {
        std::vector<std::pair<double, int>> pairs;
        for (int i = 0; i < count; ++i) pairs.emplace_back(i % 7 == 0 ? -0.0 : i % 7 == 1 ? 0.0 : i % 7, i);
        auto expected = pairs;
        std::stable_sort(expected.begin(), expected.end(),
                         [](const auto& one, const auto& other) { return one.first < other.first; });
        radix_sort(pairs, [](const auto& pair) { return ordered_bits(pair.first); });
        EXPECT_EQ(pairs, expected) << "0 and -0 are equal";
    }
}

TEST(Random, DependsOnSeedAndPurposeAlone) {
    Random a(3, "weights"), b(3, "weights"), other_seed(4, "weights"), other_purpose(3, "order");
    const auto first = a.bits();
    EXPECT_EQ(first, b.bits());
    EXPECT_NE(first, other_seed.bits());
    EXPECT_NE(first, other_purpose.bits());
}

TEST(Random, HasTheMomentsOfItsDistributions) {
    Random random(1, "test");
    constexpr int n = 200000;
    double uniform_sum = 0, normal_sum = 0, normal_squares = 0;
    for (int i = 0; i < n; ++i) {
        uniform_sum += random.uniform();
        const double x = random.normal();
        normal_sum += x;
        normal_squares += x * x;
    }
    // Five standard errors of each mean.
    EXPECT_NEAR(uniform_sum / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
    EXPECT_NEAR(normal_sum / n, 0, 5 * std::sqrt(1.0 / n));
    EXPECT_NEAR(normal_squares / n, 1, 5 * std::sqrt(2.0 / n));
}

TEST(Random, ShuffleIsAPermutation) {
    std::vector<int> values(1000);
    std::iota(values.begin(), values.end(), 0);
    auto shuffled = values;
    Random(7, "order").shuffle(std::span(shuffled));
    EXPECT_NE(shuffled, values);
    std::sort(shuffled.begin(), shuffled.end());
    EXPECT_EQ(shuffled, values);
}

class AtomicFileTest : public testing::Test {
protected:
    void SetUp() override {
        folder = std::filesystem::temp_directory_path() / ("cellwise-core-test-" + std::to_string(::getpid()));
        make_folder(folder);
    }
    void TearDown() override { std::filesystem::remove_all(folder); }
    std::filesystem::path folder;
};

TEST_F(AtomicFileTest, KeepsTheFormerFileUntilCommit) {
    const auto path = folder / "file";
    write_file_atomically(path, "old");
    {
        AtomicFile file(path);
        file.write(std::string_view("new"));
        EXPECT_EQ(read_file(path), "old");
    }
    EXPECT_EQ(read_file(path), "old");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1) << "the temporary file is left";
    write_file_atomically(path, "new");
    EXPECT_EQ(read_file(path), "new");
}

// A temporary file that nobody has locked is one that a killed program left.
TEST_F(AtomicFileTest, RemovesWhatKilledProgramsLeft) {
    const auto there = [&](const std::string& name) { return std::filesystem::exists(folder / name); };
    const std::vector<std::string> others{"file.part", "file.1.part", "file.1-x.part", "other.1-2.part", "file.1-2"};
    for (const auto& name : others) std::ofstream(folder / name) << "mine";
    std::ofstream(folder / "file.999999-0.part") << "left";
    // As a killed program in a container leaves it, where every program has the same process number.
    for (unsigned i = 0; i < 100; ++i) {
        std::ofstream(folder / ("file." + std::to_string(::getpid()) + "-" + std::to_string(i) + ".part")) << "left";
    }
    write_file_atomically(folder / "file", "new");
    EXPECT_EQ(read_file(folder / "file"), "new");
    for (const auto& name : others) EXPECT_TRUE(there(name)) << name;
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}),
              static_cast<std::ptrdiff_t>(others.size() + 1));
    remove_abandoned(folder);
    EXPECT_FALSE(there("other.1-2.part"));
    EXPECT_TRUE(there("file.1.part"));
    remove_abandoned(folder / "absent");
}

TEST_F(AtomicFileTest, LeavesWhatAnotherIsWriting) {
    AtomicFile first(folder / "file");
    first.write(std::string_view("first"));
    write_file_atomically(folder / "file", "second");
    first.commit();
    EXPECT_EQ(read_file(folder / "file"), "first") << "the last to commit wins";
}

// Each writes the same file over and over, and tidies up before.
TEST_F(AtomicFileTest, WritersDoNotDisturbEachOther) {
    constexpr int writers = 4;
    for (int writer = 0; writer < writers; ++writer) {
        if (::fork() != 0) continue;
        int code = 0;
        try {
            for (int i = 0; i < 200; ++i) write_file_atomically(folder / "file", std::string(1000, 'a'));
        } catch (const Error&) {
            code = 1;
        }
        ::_exit(code);
    }
    for (int writer = 0; writer < writers; ++writer) {
        int status = 0;
        ASSERT_GT(::wait(&status), 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(read_file(folder / "file").size(), 1000u);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST_F(AtomicFileTest, NamesWhatCannotBeReadOrWritten) {
    EXPECT_THROW((void)read_file(folder / "absent"), DataError);
    write_file_atomically(folder / "big", std::string(100, 'x'));
    EXPECT_THROW((void)read_file(folder / "big", 99), DataError);
    EXPECT_THROW(write_file_atomically(folder / "big" / "below-a-file", "x"), EnvironmentError);
    EXPECT_THROW(write_file_atomically("/dev/full/x", "x"), EnvironmentError);
}

TEST(EditDistance, CountsLettersAndSwaps) {
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("abc", ""), 3U);
    EXPECT_EQ(edit_distance("same", "same"), 0U);
    EXPECT_EQ(edit_distance("train", "tarin"), 1U);  // one swap
    EXPECT_EQ(edit_distance("ca", "abc"), 3U);       // optimal string alignment: no edits inside a swap
}

TEST(EditDistance, FindsTheNearestWordOrNone) {
    const std::vector<std::string> words{"compare", "train", "data", "runs"};
    EXPECT_EQ(nearest_word("comparee", words), "compare");
    EXPECT_EQ(nearest_word("rnus", words), "runs");
    EXPECT_EQ(nearest_word("dat", words), "data");
    EXPECT_EQ(nearest_word("xylophone", words), std::nullopt);
    EXPECT_EQ(nearest_word("xyz", words), std::nullopt);
    EXPECT_EQ(nearest_word("a", {}), std::nullopt);
}

TEST(Crc32c, IsCastagnolis) {
    EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
    EXPECT_EQ(crc32c(""), 0U);
    // RFC 3720, appendix B.4.
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
}

}  // namespace
}  // namespace cellwise
