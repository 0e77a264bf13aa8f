#pragma once

#include <cstdio>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "records/schema.h"

namespace cellwise::cli {

/// Throws EnvironmentError naming the flag if no file can be written under `path`; an empty one is fine.
void require_writable(std::string_view flag, const std::string& path);

/// Writes a file that the user named by a flag (core/input_files.h) and says so in a notice.
void write_named(const std::string& path, std::string_view bytes);

using records::with_schema;

/// Where a command's results go. With --json - standard output holds the JSON alone, so the text
/// for people moves to standard error.
class Output {
public:
    /// `json_path`: "" (no JSON), "-" (standard output) or a file. Throws EnvironmentError at once
    /// if the file's folder cannot be written, before any work is done.
    explicit Output(std::string json_path);

    /// Prints text for people. That standard output cannot be written is said by the program when it ends.
    void print(std::string_view text) const;

    [[nodiscard]] bool wants_json() const { return !json_path_.empty(); }

    /// Writes the JSON document where the user asked for it (a file: atomically); nothing if he did not.
    void write_json(const nlohmann::ordered_json& document) const;

    /// The stream that print() writes to.
    [[nodiscard]] std::FILE* stream() const { return json_path_ == "-" ? stderr : stdout; }

private:
    std::string json_path_;
};

}  // namespace cellwise::cli
