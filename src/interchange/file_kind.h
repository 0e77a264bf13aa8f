#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cellwise::interchange {

// What a file or folder that holds no model for us is, and what its owner can do, to end a message with: "a file of
// torch.save: …". "" where it is not known.

/// By its first bytes (16 or more where the file has them) and its name.
[[nodiscard]] std::string describe_file(std::string_view first_bytes, const std::filesystem::path& path);

/// By the names of its members.
[[nodiscard]] std::string describe_zip(const std::vector<std::string>& members);

/// By the files in it.
[[nodiscard]] std::string describe_folder(const std::filesystem::path& folder);

/// Whether it is an unpacked .keras file: config.json and model.weights.h5 in a folder that is no run.
[[nodiscard]] bool is_unpacked_keras(const std::filesystem::path& folder);

}  // namespace cellwise::interchange
