#include "data/reviews/word_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t most_index_bytes = std::uintmax_t{256} << 20;

/// Takes the events of the JSON parser; any but those of {"word": rank, …} end the parse.
class Handler : public nlohmann::json_sax<nlohmann::json> {
public:
    std::vector<std::pair<std::string, std::uint64_t>> entries;
    std::string problem;

    bool start_object(std::size_t) override { return ++depth_ == 1 || refuse("an object within the object"); }
    bool end_object() override { return true; }
    bool key(string_t& word) override {
        word_ = std::move(word);
        return true;
    }
    bool number_unsigned(number_unsigned_t rank) override {
        if (depth_ != 1) return refuse("a number outside of the object");
        entries.emplace_back(std::move(word_), rank);
        return true;
    }
    bool null() override { return refuse("null"); }
    bool boolean(bool) override { return refuse("a boolean"); }
    bool number_integer(number_integer_t) override { return refuse("a negative rank"); }
    bool number_float(number_float_t, const string_t&) override { return refuse("a rank that is not whole"); }
    bool string(string_t&) override { return refuse("a text instead of a rank"); }
    bool binary(binary_t&) override { return refuse("binary data"); }
    bool start_array(std::size_t) override { return refuse("an array"); }
    bool end_array() override { return true; }
    bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception&) override {
        problem = fmt::format("no valid JSON at byte {}", byte);
        return false;
    }

private:
    bool refuse(std::string_view what) {
        problem = fmt::format("{} after the word '{}'", what, word_);
        return false;
    }
    int depth_ = 0;
    std::string word_;
};

/// Takes the events of a JSON list of texts. The DOM of a hostile list would be many times the file.
class ListHandler : public nlohmann::json_sax<nlohmann::json> {
public:
    std::vector<std::string> words;
    std::string problem;

    bool start_array(std::size_t) override {
        if (in_list_) return refuse("a list within the list");
        in_list_ = true;
        return true;
    }
    bool end_array() override { return true; }
    bool string(string_t& word) override {
        if (!in_list_) return refuse("a text outside of a list");
        words.push_back(std::move(word));
        return true;
    }
    bool null() override { return refuse("null"); }
    bool boolean(bool) override { return refuse("a boolean"); }
    bool number_integer(number_integer_t) override { return refuse("a number"); }
    bool number_unsigned(number_unsigned_t) override { return refuse("a number"); }
    bool number_float(number_float_t, const string_t&) override { return refuse("a number"); }
    bool binary(binary_t&) override { return refuse("binary data"); }
    bool start_object(std::size_t) override { return refuse("an object"); }
    bool key(string_t&) override { return true; }
    bool end_object() override { return true; }
    bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception&) override {
        problem = fmt::format("no valid JSON at byte {}", byte);
        return false;
    }

private:
    bool refuse(std::string_view what) {
        problem = fmt::format("{} behind {} words", what, words.size());
        return false;
    }
    bool in_list_ = false;
};

/// Whether a word is one that other tools keep for padding, unknown words and the like. No text has it: its signs are
/// blanks to data/tokenizer.h.
bool is_special(std::string_view word) {
    if (word.empty()) return true;
    const bool angled = word.starts_with('<') && word.ends_with('>');
    const bool squared = word.starts_with('[') && word.ends_with(']');
    return word.size() > 2 && (angled || squared);
}

constexpr std::string_view original =
    "take Keras's imdb_word_index.json as it is ('cellwise data download' gets it), or a run's vocabulary.json";

/// Refuses words with ranks raised by 3, as they are made to turn ids back into words.
void refuse_raised_ranks(const std::vector<std::pair<std::string, std::uint64_t>>& entries, const fs::path& path) {
    if (entries.empty()) return;
    const auto special =
        std::find_if(entries.begin(), entries.end(), [](const auto& e) { return is_special(e.first); });
    const auto least = std::min_element(entries.begin(), entries.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
    if (special == entries.end() && least->second <= 1) return;
    const auto what = special != entries.end()
                          ? fmt::format("it has '{}', which is no word of a text", special->first)
                          : fmt::format("its ranks begin with {} ('{}'), not with 1", least->second, least->first);
    throw DataError(
        fmt::format("'{}' numbers words otherwise than Keras's imdb data: {}. Its numbers are ids already "
                    "(ranks + 3, or those of another tool): {}.",
                    path.string(), what, original));
}

/// Refuses a list in which positions are ids of another tool.
void refuse_special_words(const std::vector<std::string>& words, const fs::path& path) {
    const auto special = std::find_if(words.begin(), words.end(), is_special);
    if (special == words.end()) return;
    const bool is_layer = words.size() > 1 && words[0].empty() && words[1] == "[UNK]";
    throw DataError(
        fmt::format("'{}' {}: position {} has '{}', which is no word of a text. Its words have other ids than "
                    "rank + 3: give the ids themselves with 'predict --ids', or {}.",
                    path.string(), is_layer ? "is the vocabulary of a TextVectorization layer" : "is of another tool",
                    special - words.begin(), *special, original));
}

}  // namespace

std::vector<std::string> read_word_index(const std::filesystem::path& path) {
    const auto fail = [&](std::string_view what) -> DataError {
        return DataError(
            fmt::format("'{}' is no word index of the form {{\"word\": rank, …}}: {}", path.string(), what));
    };
    Handler handler;
    const auto text = read_file(path, most_index_bytes);
    if (!nlohmann::json::sax_parse(text, &handler)) {
        const auto head = std::string_view(text).substr(0, 200);
        if (head.find("\"class_name\"") != std::string_view::npos && head.find("Tokenizer") != std::string_view::npos) {
            throw DataError(
                fmt::format("'{}' is what Keras's Tokenizer.to_json() writes: its words are numbered without "
                            "the start token and the ranks + 3 of the imdb data. Give the ids of "
                            "texts_to_sequences with 'predict --ids', or {}.",
                            path.string(), original));
        }
        throw fail(handler.problem);
    }
    refuse_raised_ranks(handler.entries, path);
    std::vector<std::string> words(handler.entries.size());
    std::vector<bool> seen(words.size());
    for (auto& [word, rank] : handler.entries) {
        if (rank < 1 || rank > words.size() || seen[rank - 1]) {
            throw fail(fmt::format("the rank {} of '{}' stands twice or is not in 1 to {}", rank, word, words.size()));
        }
        seen[rank - 1] = true;
        words[rank - 1] = std::move(word);
    }
    if (words.empty()) throw fail("it has no words");
    std::unordered_set<std::string_view> distinct;
    for (const auto& word : words) {
        if (!distinct.insert(word).second) throw fail(fmt::format("the word '{}' stands twice", word));
    }
    return words;
}

Vocabulary read_vocabulary(const std::filesystem::path& path) {
    const auto text = read_file(path, most_index_bytes);
    if (text[std::min(text.find_first_not_of(" \t\r\n"), text.size())] == '{') return Vocabulary(read_word_index(path));
    ListHandler handler;
    if (!nlohmann::json::sax_parse(text, &handler)) {
        throw DataError(fmt::format("'{}' is not a JSON list of words: {}", path.string(), handler.problem));
    }
    refuse_special_words(handler.words, path);
    try {
        return Vocabulary(std::move(handler.words));
    } catch (const DataError& error) {
        throw DataError(fmt::format("'{}': {}", path.string(), error.what()));
    }
}

}  // namespace cellwise::data
