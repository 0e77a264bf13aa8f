// Gives every file of tests/fuzz/corpus to its target. What once was a finding stays mended.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/atomic_file.h"
#include "fuzz/target.h"

namespace cellwise::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path corpora = CELLWISE_FUZZ_CORPUS;

std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::vector<std::string> target_names() {
    std::vector<std::string> names;
    for (const auto& [name, target] : targets()) names.push_back(name);
    return names;
}

class CorpusOf : public testing::TestWithParam<std::string> {};

TEST_P(CorpusOf, IsReadOrRefused) {
    const auto files = entries_of(corpora / GetParam());
    ASSERT_FALSE(files.empty()) << "no file in " << corpora / GetParam();
    for (const auto& file : files) {
        SCOPED_TRACE(file.string());
        EXPECT_NO_THROW(run(targets().at(GetParam()), read_file(file)));
    }
}
INSTANTIATE_TEST_SUITE_P(Fuzz, CorpusOf, testing::ValuesIn(target_names()),
                         [](const auto& target) { return target.param; });

TEST(Corpora, EachBelongsToATarget) {
    std::vector<std::string> folders;
    for (const auto& folder : entries_of(corpora)) folders.push_back(folder.filename().string());
    EXPECT_EQ(folders, target_names());
}

}  // namespace
}  // namespace cellwise::fuzz
