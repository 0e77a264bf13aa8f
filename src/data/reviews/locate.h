#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace cellwise::data {

/// What a path given by the user, or found, holds.
enum class Form { npz, archive, folder, table, label_folder };

/// Whether the form is one's own texts, not the Large Movie Review Dataset.
[[nodiscard]] constexpr bool is_own(Form form) { return form == Form::table || form == Form::label_folder; }

/// Source::kind of the form.
[[nodiscard]] std::string_view kind_of(Form form);

struct Location {
    Form form = Form::npz;
    std::filesystem::path path;
    std::filesystem::path word_index;  ///< imdb_word_index.json beside (or in) it; empty if there is none
};

/// What --data or CELLWISE_DATA names: an imdb.npz, an archive (.tar.gz, .tgz, .tar), the unpacked
/// folder, a folder that holds one of these (the npz is preferred), a .csv, .tsv, .txt, .json, .jsonl or
/// .ndjson table, or a folder with a folder of .txt files for each of two labels. Throws DataError if it is missing
/// or none of these.
[[nodiscard]] Location locate(const std::filesystem::path& path);

/// The same for a folder that may hold nothing: looks for imdb.npz, aclImdb*.tar.gz (.tgz, .tar),
/// aclImdb/ and train, test in it, in this order.
[[nodiscard]] std::optional<Location> find_in_folder(const std::filesystem::path& folder);

/// Looks in ./data, ../shared/data and the user's cache.
[[nodiscard]] std::optional<Location> find_in_usual_places();

/// Keras's imdb_word_index.json: in or beside what `data` (--data) or CELLWISE_DATA names, else in the
/// usual places. Nothing if there is none; nothing is downloaded. Throws DataError for a path that is
/// missing.
[[nodiscard]] std::optional<std::filesystem::path> find_word_index(const std::optional<std::string>& data);

/// A file of this name (or path, as "customers/Hdma.csv") that lies beside the reviews: in or beside what `data`
/// (--data) or CELLWISE_DATA names, else in the usual places. Nothing if there is none.
[[nodiscard]] std::optional<std::filesystem::path> find_file(const std::optional<std::string>& data,
                                                             const std::filesystem::path& name);

/// Where downloaded files go: cache_folder()/data.
[[nodiscard]] std::filesystem::path download_folder();

}  // namespace cellwise::data
