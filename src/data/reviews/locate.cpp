#include "data/reviews/locate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/paths.h"
#include "data/files/mapped_file.h"
#include "data/files/packed_file.h"
#include "data/files/text_rows.h"
#include "data/reviews/label_folder.h"
#include "data/reviews/raw_reviews.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view npz_name = "imdb.npz";
constexpr std::string_view word_index_name = "imdb_word_index.json";

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> endings) {
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return text.ends_with(ending); });
}
bool is_text_name(const std::string& name) {
    const auto extension = fs::path(name).extension();
    return extension == ".txt" || extension == ".TXT";
}
bool is_archive_name(std::string_view name) { return ends_with_any(name, {".tar.gz", ".tgz", ".tar"}); }

bool is_file(const fs::path& path) {
    std::error_code code;
    return fs::is_regular_file(path, code);
}

/// The file of that name beside or in `path`; empty if there is none.
fs::path file_near(const fs::path& path, const fs::path& name) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    for (const fs::path& candidate : {folder / name, path / name}) {
        if (is_file(candidate)) return candidate;
    }
    return {};
}

fs::path word_index_near(const fs::path& path) { return file_near(path, word_index_name); }

Location at(Form form, const fs::path& path) { return {form, path, word_index_near(path)}; }

std::array<fs::path, 3> usual_folders() { return {fs::path("data"), fs::path("../shared/data"), download_folder()}; }

/// The first aclImdb archive by name.
std::optional<fs::path> archive_in(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code code;
    for (fs::directory_iterator each(folder, code), end; !code && each != end; each.increment(code)) {
        const std::string name = each->path().filename().string();
        if (name.starts_with("aclImdb") && is_archive_name(name)) found.push_back(each->path());
    }
    if (found.empty()) return std::nullopt;
    return *std::min_element(found.begin(), found.end());
}

}  // namespace

std::string_view kind_of(Form form) {
    return form == Form::table ? "table" : form == Form::label_folder ? "label_folder" : "imdb";
}

fs::path download_folder() { return cache_folder() / "data"; }

std::optional<Location> find_in_folder(const fs::path& folder) {
    if (is_file(folder / npz_name)) return at(Form::npz, folder / npz_name);
    if (const auto archive = archive_in(folder)) return at(Form::archive, *archive);
    for (const fs::path& candidate : {folder / "aclImdb", folder}) {
        if (is_review_folder(candidate)) return at(Form::folder, candidate);
    }
    return std::nullopt;
}

std::optional<Location> find_in_usual_places() {
    for (const fs::path& folder : usual_folders()) {
        if (auto location = find_in_folder(folder)) return location;
    }
    return std::nullopt;
}

std::optional<fs::path> find_file(const std::optional<std::string>& data, const fs::path& name) {
    const auto near = [&](const fs::path& path) -> std::optional<fs::path> {
        auto found = file_near(path, name);
        return found.empty() ? std::nullopt : std::optional(std::move(found));
    };
    const char* variable = std::getenv("CELLWISE_DATA");
    if (data || (variable != nullptr && *variable != '\0')) return near(data ? fs::path(*data) : fs::path(variable));
    for (const fs::path& folder : usual_folders()) {
        if (auto found = near(folder / "")) return found;
    }
    return std::nullopt;
}

std::optional<fs::path> find_word_index(const std::optional<std::string>& data) {
    const char* variable = std::getenv("CELLWISE_DATA");
    if (data || (variable != nullptr && *variable != '\0')) {
        const fs::path named = data ? fs::path(*data) : fs::path(variable);
        std::error_code code;
        if (!fs::exists(named, code)) throw DataError(fmt::format("there is no data at '{}'", named.string()));
    }
    return find_file(data, word_index_name);
}

Location locate(const fs::path& path) {
    std::error_code code;
    if (!fs::exists(path, code)) {
        throw DataError(
            fmt::format("there is no data at '{}'{}: give an imdb.npz, aclImdb_v1.tar.gz, the unpacked "
                        "folder, a folder with one of these, a .csv or .jsonl file, or a folder of two labels",
                        path.string(), code ? " (" + code.message() + ")" : ""));
    }
    if (is_folder(path)) {
        if (const auto location = find_in_folder(path)) return *location;
        const auto labels = labels_in(path);
        if (labels.size() == 2) return {Form::label_folder, path, {}};
        throw DataError(fmt::format(
            "the folder '{}' holds no data: expected imdb.npz, aclImdb_v1.tar.gz, the folders train and test, or a "
            "folder of .txt files for each of two labels (here: {})",
            path.string(), labels.empty() ? "none" : fmt::format("{}", fmt::join(labels, ", "))));
    }
    const std::string name = path.filename().string();
    if (name.ends_with(".npz")) return at(Form::npz, path);
    if (is_archive_name(name)) return at(Form::archive, path);
    const std::string unpacked(without_packing(name));
    if (is_table_name(unpacked) || is_text_name(unpacked) || name.ends_with(".zip")) return {Form::table, path, {}};
    const MappedFile file(path);
    require_no_foreign_file(file.bytes(), fmt::format("'{}'", path.string()));
    throw DataError(
        fmt::format("'{}' is of no known kind: .npz, .tar.gz, .tgz, .tar, .csv, .tsv, .txt, .json and .jsonl "
                    "files are read, also packed (.gz, .bz2, .xz, .zst, .zip)",
                    path.string()));
}

}  // namespace cellwise::data
