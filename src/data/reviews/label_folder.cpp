#include "data/reviews/label_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/log.h"
#include "core/utf8.h"
#include "data/files/text_rows.h"
#include "data/reviews/tokenizer.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_text_bytes = std::size_t{16} << 20;
constexpr std::size_t most_bytes = std::size_t{4} << 30;

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
std::pair<bool, bool> meaning_of(const std::vector<std::string>& labels, const fs::path& folder) {
    const auto first = label_of_word(labels[0]), second = label_of_word(labels[1]);
    if (first && second && *first == *second) {
        throw DataError(fmt::format("'{}': the folders '{}' and '{}' both name the {} label", folder.string(),
                                    labels[0], labels[1], *first ? "positive" : "negative"));
    }
    if (first && second) return {*first, *second};
    log::notice(fmt::format("'{}': label 0 (negative) is '{}', label 1 (positive) is '{}', by name", folder.string(),
                            labels[0], labels[1]));
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

std::vector<LabelledText> read_label_folder(const fs::path& folder) {
    const auto labels = labels_in(folder);
    if (labels.size() != 2) {
        throw DataError(fmt::format("'{}' has {} folders of .txt files ({}); one for each of two labels is needed",
                                    folder.string(), labels.size(), fmt::join(labels, ", ")));
    }
    const auto [first, second] = meaning_of(labels, folder);
    std::vector<LabelledText> texts;
    std::size_t bytes = 0, passed_over = 0;
    for (const auto& label : labels) {
        for (const auto& path : entries_of(folder / label)) {
            if (!is_text(path)) {
                ++passed_over;
                continue;
            }
            auto text = read_file(path, most_text_bytes);
            bytes += text.size();
            if (bytes > most_bytes) throw DataError(fmt::format("'{}' holds more than 4 GiB", folder.string()));
            if (const auto byte = first_invalid_utf8(text)) {
                throw DataError(fmt::format("'{}' is not UTF-8 at its byte {}", path.string(), *byte + 1));
            }
            if (word_count(text) == 0) {
                throw DataError(fmt::format("'{}' has no words: remove it, or fill it", path.string()));
            }
            texts.push_back({with_plain_line_ends(std::move(text)), label == labels[0] ? first : second});
        }
    }
    if (passed_over > 0) {
        log::notice(
            fmt::format("'{}': {} entries that are no .txt file are passed over", folder.string(), passed_over));
    }
    return texts;
}

}  // namespace cellwise::data
