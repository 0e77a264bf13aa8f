#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "runs/run_index.h"
#include "serve/runs.h"

namespace cellwise::verbs {

/// The runs of a folder for the page: trainings, comparisons with the runs in them, models of customers.
///
/// What a folder says is read again when one of its files is another one than before (number, size or time); a run that
/// is not finished is also asked whether somebody works in it. That takes a shared lock for a moment. A process that
/// resumes the run waits for it and is not refused. Symbolic links are skipped.
class ServedRuns final : public serve::Runs {
public:
    /// Throws DataError if there is no such folder, EnvironmentError if it cannot be read; `may_be_absent`: then a
    /// missing one is an empty one.
    ServedRuns(std::filesystem::path folder, bool may_be_absent);

    [[nodiscard]] std::string folder() const override { return folder_.string(); }
    [[nodiscard]] std::vector<serve::RunEntry> list() override;
    [[nodiscard]] nlohmann::ordered_json compare(const std::vector<std::string>& names) override;

private:
    struct FileStamp {
        std::uint64_t number = 0, size = 0;
        std::int64_t nanoseconds = 0;
        bool operator==(const FileStamp&) const = default;
    };
    using Stamp = std::array<FileStamp, 10>;
    struct Known {
        Stamp stamp{};
        bool is_customers = false;
        runs::RunInfo info;  ///< but of customers
        serve::RunEntry entry;
        std::uint64_t seen = 0;  ///< in which listing
    };
    [[nodiscard]] static Stamp stamp_of(const std::filesystem::path& run);
    [[nodiscard]] static bool is_current(const Known& known, const std::filesystem::path& run, const Stamp& stamp);
    void look_at(const std::filesystem::path& run, const std::string& name, const std::string& parent);
    void look_at_customers(const std::filesystem::path& run, const std::string& name);
    void read_again(const std::filesystem::path& run, const std::string& name, const std::string& parent);
    [[nodiscard]] std::vector<serve::RunEntry> newest_first() const;

    std::filesystem::path folder_;
    std::map<std::string, Known> known_;  ///< by name
    std::uint64_t listing_ = 0;
};

}  // namespace cellwise::verbs
