// The file format of a prepared copy: a header, then the sections in the order of Header::counts,
// each as it lies in memory (little endian).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <span>
#include <type_traits>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/hash.h"
#include "data/reviews/prepared_cache.h"

namespace cellwise::data {
namespace fs = std::filesystem;
namespace {

static_assert(std::endian::native == std::endian::little, "sections are written as they lie in memory");

using Digest = std::array<char, 64>;  // SHA-256 in hexadecimal

struct Header {
    std::array<char, 8> magic{'C', 'W', 'P', 'R', 'E', 'P', '0', '1'};
    /// Reviews and ids of train, reviews and ids of test, words, bytes of all words.
    std::array<std::uint64_t, 6> counts{};
    Digest content{};  // content_sha256()
    Digest words{};    // of the lengths and the text of the words
    Digest header{};   // of all of the above
};
static_assert(std::is_trivially_copyable_v<Header> && sizeof(Header) == 8 + 48 + 3 * 64);

Digest digest(const std::string& hexadecimal) {
    Digest result{};
    std::copy_n(hexadecimal.begin(), std::min(hexadecimal.size(), result.size()), result.begin());
    return result;
}

std::string_view bytes_of(const Header& header) { return {reinterpret_cast<const char*>(&header), sizeof header}; }
Digest header_digest(const Header& header) {
    return digest(sha256(bytes_of(header).substr(0, sizeof header - sizeof header.header)));
}

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

struct WordSection {
    std::vector<std::uint32_t> lengths;
    std::string text;
    [[nodiscard]] Digest digest_of_both() const { return digest(sha256(sha256(bytes_of(lengths)) + sha256(text))); }
};

WordSection pack(const std::vector<std::string>& words) {
    WordSection section;
    section.lengths.reserve(words.size());
    for (const auto& word : words) {
        section.lengths.push_back(static_cast<std::uint32_t>(word.size()));
        section.text += word;
    }
    return section;
}

class Reader {
public:
    explicit Reader(const fs::path& path) : path_(path), file_(path, std::ios::binary) {
        std::error_code code;
        size_ = fs::file_size(path, code);
        if (!file_ || code) throw DataError(fmt::format("cannot read '{}'", path.string()));
    }
    [[noreturn]] void fail(std::string_view what) const {
        throw DataError(fmt::format("the prepared copy '{}' is damaged: {}", path_.string(), what));
    }
    void read(void* target, std::uint64_t bytes) {
        file_.read(static_cast<char*>(target), static_cast<std::streamsize>(bytes));
        if (!file_) fail("it is too short");
    }
    template <class T>
    std::vector<T> read_vector(std::uint64_t count) {
        std::vector<T> values(count);
        read(values.data(), count * sizeof(T));
        return values;
    }
    [[nodiscard]] std::uint64_t size() const { return size_; }

private:
    fs::path path_;
    std::ifstream file_;
    std::uint64_t size_ = 0;
};

Header read_header(Reader& reader) {
    Header header;
    reader.read(&header, sizeof header);
    if (header.magic != Header{}.magic) reader.fail("another version wrote it");
    if (header.header != header_digest(header)) reader.fail("its header does not check");
    const auto& [train, train_ids, test, test_ids, words, word_bytes] = header.counts;
    for (const std::uint64_t count : header.counts) {
        if (count > reader.size()) reader.fail("its header does not check");
    }
    const std::uint64_t expected =
        sizeof header + 9 * (train + test) + 16 + 4 * (train_ids + test_ids) + 4 * words + word_bytes;
    if (expected != reader.size()) reader.fail(fmt::format("it has {} bytes instead of {}", reader.size(), expected));
    return header;
}

Reviews read_reviews(Reader& reader, std::uint64_t count, std::uint64_t ids) {
    Reviews reviews;
    reviews.offsets = reader.read_vector<std::uint64_t>(count + 1);
    reviews.labels = reader.read_vector<std::uint8_t>(count);
    reviews.ids = reader.read_vector<std::int32_t>(ids);
    if (reviews.offsets.front() != 0 || reviews.offsets.back() != ids ||
        !std::is_sorted(reviews.offsets.begin(), reviews.offsets.end())) {
        reader.fail("its reviews do not lie one after another");
    }
    return reviews;
}

std::vector<std::string> read_words(Reader& reader, const Header& header) {
    WordSection section{reader.read_vector<std::uint32_t>(header.counts[4]), std::string(header.counts[5], '\0')};
    reader.read(section.text.data(), section.text.size());
    if (section.digest_of_both() != header.words) reader.fail("its words do not check");
    std::vector<std::string> words;
    words.reserve(section.lengths.size());
    std::size_t position = 0;
    for (const std::uint32_t length : section.lengths) {
        if (length > section.text.size() - position) reader.fail("its words do not check");
        words.push_back(section.text.substr(position, length));
        position += length;
    }
    return words;
}

}  // namespace

void write_prepared(const fs::path& path, const Prepared& data, const std::string& content_sha256) {
    const WordSection words = pack(data.words_by_rank);
    Header header;
    header.counts = {data.train.size(),    data.train.ids.size(), data.test.size(),
                     data.test.ids.size(), words.lengths.size(),  words.text.size()};
    header.content = digest(content_sha256);
    header.words = words.digest_of_both();
    header.header = header_digest(header);
    make_folder(path.parent_path());
    AtomicFile file(path);
    file.write(bytes_of(header));
    for (const Reviews* reviews : {&data.train, &data.test}) {
        file.write(bytes_of(reviews->offsets));
        file.write(bytes_of(reviews->labels));
        file.write(bytes_of(reviews->ids));
    }
    file.write(bytes_of(words.lengths));
    file.write(words.text);
    file.commit();
}

PreparedData read_prepared(const fs::path& path) {
    Reader reader(path);
    const Header header = read_header(reader);
    PreparedData result;
    result.copy = path;
    result.from_cache = true;
    result.data.train = read_reviews(reader, header.counts[0], header.counts[1]);
    result.data.test = read_reviews(reader, header.counts[2], header.counts[3]);
    result.data.words_by_rank = read_words(reader, header);
    result.content_sha256 = content_sha256(result.data.train, result.data.test);
    if (digest(result.content_sha256) != header.content) reader.fail("its content does not check");
    return result;
}

}  // namespace cellwise::data
