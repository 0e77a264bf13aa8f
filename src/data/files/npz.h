#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "data/files/npy.h"

namespace cellwise::data {

/// The arrays of an .npz file: a zip archive of NAME.npy members, stored or deflated.
class Npz {
public:
    /// `path` stands in messages.
    Npz(std::filesystem::path path, std::vector<NpyArray> arrays, std::vector<std::string> keys);

    /// The array of that key (without ".npy"). Throws DataError that lists the keys there are.
    [[nodiscard]] const NpyArray& at(std::string_view key) const;
    [[nodiscard]] bool contains(std::string_view key) const;
    /// The keys in the order of the file; arrays()[i] belongs to keys()[i].
    [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }
    [[nodiscard]] const std::vector<NpyArray>& arrays() const { return arrays_; }

private:
    std::filesystem::path path_;
    std::vector<NpyArray> arrays_;
    std::vector<std::string> keys_;
};

/// Reads every array of an .npz file; the zip's checksums are verified. Throws DataError naming the
/// file and the member if it is missing, truncated, corrupt, encrypted, has a name that points out of the
/// archive, or if all members together inflate to more than a hundred times the file (a zip bomb) or 2 GiB.
[[nodiscard]] Npz read_npz(const std::filesystem::path& path);

}  // namespace cellwise::data
