#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace cellwise::interchange {

struct ZipMember {
    std::string name;
    std::string bytes;
};

/// Reads the members named in `most_bytes` (name → the size that it may have, unpacked) into memory;
/// others are passed over, and nothing is ever written to disk. Throws DataError naming the file and the
/// member: not a zip, damaged, encrypted, a member twice, a link, a name that points out of the archive, larger
/// than allowed or unpacking to more than a hundred times the file (a zip bomb).
[[nodiscard]] std::map<std::string, std::string> read_zip(const std::filesystem::path& path,
                                                          const std::map<std::string, std::uint64_t>& most_bytes);

/// The names of its members, to say what it is; at most a thousand, and those before a damage.
[[nodiscard]] std::vector<std::string> zip_member_names(const std::filesystem::path& path);

/// A zip of these members, stored uncompressed, the same bytes for the same members in every time zone.
[[nodiscard]] std::string encode_zip(const std::vector<ZipMember>& members);

}  // namespace cellwise::interchange
