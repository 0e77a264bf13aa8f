#include "data/reviews/label_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/log.h"
#include "data/files/text_rows.h"
#include "data/reviews/tokenizer.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_text_bytes = std::size_t{16} << 20;
constexpr std::size_t most_folder_bytes = std::size_t{4} << 30;

/// The visible entries of a folder by name.
std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code code;
    fs::directory_iterator each(folder, code);
    for (const fs::directory_iterator end; !code && each != end; each.increment(code)) {
        if (!each->path().filename().string().starts_with('.')) entries.push_back(each->path());
    }
    if (code) throw DataError(fmt::format("cannot read the folder '{}': {}", folder.string(), code.message()));
    std::sort(entries.begin(), entries.end());
    return entries;
}

bool is_text(const fs::path& path) {
    std::error_code code;
    return path.extension() == ".txt" && fs::is_regular_file(path, code);
}

/// Whether the first label, and whether the second, is positive.
std::pair<bool, bool> meaning_of(const std::vector<std::string>& labels, const fs::path& folder, LabelReader& reader,
                                 const TextSettings& settings) {
    const auto first = reader.read(labels[0]), second = reader.read(labels[1]);
    if (first && second && *first == *second) {
        throw DataError(fmt::format("'{}': the folders '{}' and '{}' both name the {} label", folder.string(),
                                    labels[0], labels[1], *first ? "positive" : "negative"));
    }
    if (first && second) return {*first, *second};
    if (!settings.positive_label.empty() || !settings.negative_label.empty() || settings.positive_from) {
        const auto& unknown = first ? labels[1] : labels[0];
        throw DataError(
            fmt::format("'{}': {}", folder.string(), reader.refusal(unknown, {{labels[0], 1}, {labels[1], 1}})));
    }
    log::notice(
        fmt::format("'{}': label 0 (negative) is '{}', label 1 (positive) is '{}', by name; "
                    "--positive-label says otherwise",
                    folder.string(), labels[0], labels[1]));
    auto named = settings;
    named.negative_label = labels[0];
    named.positive_label = labels[1];
    reader = LabelReader(named);
    return {false, true};
}

}  // namespace

std::vector<std::string> labels_in(const fs::path& folder) {
    std::vector<std::string> labels;
    for (const auto& entry : entries_of(folder)) {
        std::error_code code;
        if (!fs::is_directory(entry, code)) continue;
        const auto files = entries_of(entry);
        if (std::any_of(files.begin(), files.end(), is_text)) labels.push_back(entry.filename().string());
    }
    return labels;
}

LabelledTexts read_label_folder(const fs::path& folder, const TextSettings& settings) {
    const auto labels = labels_in(folder);
    if (labels.size() != 2) {
        throw DataError(fmt::format("'{}' has {} folders of .txt files ({}); one for each of two labels is needed",
                                    folder.string(), labels.size(), fmt::join(labels, ", ")));
    }
    LabelReader reader(settings);
    const auto [first, second] = meaning_of(labels, folder, reader, settings);
    LabelledTexts texts{{}, reader.names()};
    std::size_t bytes = 0, passed_over = 0, empty = 0;
    for (const auto& label : labels) {
        for (const auto& path : entries_of(folder / label)) {
            if (!is_text(path)) {
                ++passed_over;
                continue;
            }
            auto text = read_file(path, most_text_bytes);
            bytes += text.size();
            if (bytes > most_folder_bytes) throw DataError(fmt::format("'{}' holds more than 4 GiB", folder.string()));
            text = text_of_bytes(std::move(text), settings, fmt::format("'{}'", path.string()));
            if (word_count(text) == 0) {
                if (!settings.drops_empty()) {
                    throw DataError(
                        fmt::format("'{}' has no words: remove it, fill it, or leave it out with "
                                    "--empty-texts drop",
                                    path.string()));
                }
                ++empty;
                continue;
            }
            texts.rows.push_back({with_plain_line_ends(std::move(text)), label == labels[0] ? first : second});
        }
    }
    if (passed_over > 0) {
        log::notice(
            fmt::format("'{}': {} entries that are no .txt file are passed over", folder.string(), passed_over));
    }
    if (empty > 0) log::notice(fmt::format("'{}': {} texts without words are left out", folder.string(), empty));
    return texts;
}

}  // namespace cellwise::data
