#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Files made for the tests of the readers, byte by byte where that matters.
namespace cellwise::test {

/// An .npy file of format version `version`.1 with that header dictionary and data.
inline std::string npy_file(const std::string& dictionary, const std::string& data, int version = 1) {
    const std::size_t lead = version == 1 ? 10 : 12;
    std::string header = dictionary;
    while ((lead + header.size() + 1) % 64 != 0) header += ' ';
    header += '\n';
    std::string file = "\x93NUMPY";
    file += static_cast<char>(version);
    file += '\0';
    for (std::size_t i = 0; i < lead - 8; ++i) file += static_cast<char>(header.size() >> (8 * i) & 0xff);
    return file + header + data;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

inline std::string npy_labels(const std::vector<std::int64_t>& labels) {
    return npy_file("{'descr': '<i8', 'fortran_order': False, 'shape': (" + std::to_string(labels.size()) + ",), }",
                    bytes_of(labels));
}

/// An integer as pickle writes it.
inline std::string pickled(std::int32_t number) {
    const auto bits = static_cast<std::uint32_t>(number);
    std::string text;
    const int size = number < 0 || number > 0xffff ? 4 : number > 0xff ? 2 : 1;
    text += size == 4 ? 'J' : size == 2 ? 'M' : 'K';
    for (int i = 0; i < size; ++i) text += static_cast<char>(bits >> (8 * i) & 0xff);
    return text;
}

using Lists = std::vector<std::vector<std::int32_t>>;

/// What stands before the elements in a pickled array of `count` objects: protocol 3, as numpy 1 wrote.
inline std::string pickle_start(std::size_t count) {
    using namespace std::string_literals;
    return "\x80\x03"s + "cnumpy.core.multiarray\n_reconstruct\nq\0cnumpy\nndarray\nq\x01K\0\x85q\x02"s + "C\x01"s +
           "bq\x03\x87q\x04Rq\x05(K\x01"s + pickled(static_cast<std::int32_t>(count)) + "\x85q\x06"s +
           "cnumpy\ndtype\nq\x07X\x02\0\0\0O8q\x08\x89\x88\x87q\x09Rq\x0a(K\x03X\x01\0\0\0|q\x0bNNNJ\xff\xff\xff\xff"s +
           "J\xff\xff\xff\xffK?tq\x0c"s + "b\x89"s;
}
inline const std::string pickle_end =
    "tq\x0e"
    "b.";

/// Elements as pickle writes them: lists and their items in lots of at most 1000.
inline std::string pickled_lists(const Lists& lists) {
    std::string text = "]q\x0d(";
    for (std::size_t i = 0; i < lists.size(); ++i) {
        if (i > 0 && i % 1000 == 0) text += "e(";
        text += "]r";
        for (int byte = 0; byte < 4; ++byte) text += static_cast<char>((i + 16) >> (8 * byte) & 0xff);
        for (std::size_t j = 0; j < lists[i].size(); ++j) {
            if (j % 1000 == 0) text += j == 0 ? "(" : "e(";
            text += pickled(lists[i][j]);
        }
        if (!lists[i].empty()) text += 'e';
    }
    return text + "e";
}

inline std::string npy_objects(std::size_t count, const std::string& pickle) {
    return npy_file("{'descr': '|O', 'fortran_order': False, 'shape': (" + std::to_string(count) + ",), }", pickle);
}
inline std::string npy_lists(const Lists& lists) {
    return npy_objects(lists.size(), pickle_start(lists.size()) + pickled_lists(lists) + pickle_end);
}

struct Member {
    std::string name, content;
    mode_t type = AE_IFREG;
    std::string link = {};
};

enum class Container { zip_deflated, zip_stored, tar_gz, tar };

inline void write_archive(const std::filesystem::path& path, Container container, const std::vector<Member>& members) {
    archive* out = archive_write_new();
    int status = ARCHIVE_OK;
    if (container == Container::tar || container == Container::tar_gz) {
        status = archive_write_set_format_pax_restricted(out);
        if (container == Container::tar_gz) archive_write_add_filter_gzip(out);
    } else {
        status = archive_write_set_format_zip(out);
        container == Container::zip_stored ? archive_write_zip_set_compression_store(out)
                                           : archive_write_zip_set_compression_deflate(out);
    }
    if (status != ARCHIVE_OK || archive_write_open_filename(out, path.c_str()) != ARCHIVE_OK) {
        throw std::runtime_error("cannot write an archive");
    }
    for (const auto& member : members) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, member.name.c_str());
        archive_entry_set_size(entry, static_cast<la_int64_t>(member.content.size()));
        archive_entry_set_filetype(entry, member.type);
        archive_entry_set_perm(entry, 0644);
        if (!member.link.empty()) archive_entry_set_symlink(entry, member.link.c_str());
        archive_write_header(out, entry);
        if (!member.content.empty()) archive_write_data(out, member.content.data(), member.content.size());
        archive_entry_free(entry);
    }
    archive_write_close(out);
    archive_write_free(out);
}

/// A small imdb.npz.
inline void write_imdb_npz(const std::filesystem::path& path, const Lists& train, const Lists& test,
                           Container container = Container::zip_deflated) {
    std::vector<std::int64_t> train_labels, test_labels;
    for (std::size_t i = 0; i < train.size(); ++i) train_labels.push_back(i % 2);
    for (std::size_t i = 0; i < test.size(); ++i) test_labels.push_back(i % 2);
    write_archive(path, container,
                  {{"x_train.npy", npy_lists(train)},
                   {"y_train.npy", npy_labels(train_labels)},
                   {"x_test.npy", npy_lists(test)},
                   {"y_test.npy", npy_labels(test_labels)}});
}

}  // namespace cellwise::test
