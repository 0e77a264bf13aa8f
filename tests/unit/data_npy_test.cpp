// The readers of .npy, .npz and pickled lists. What numpy itself writes is among ../shared/data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/random.h"
#include "data/files/npy.h"
#include "data/files/npz.h"
#include "data/files/pickle.h"
#include "scratch_folder.h"
#include "unit/data_bytes.h"
#include "unit/error_of.h"

namespace cellwise::data {
namespace {

using test::data_error;
using namespace std::string_literals;
using test::npy_file;
using test::npy_objects;
using test::pickle_end;
using test::pickle_start;
using test::pickled_lists;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Npy, ReadsEveryTypeAndVersion) {
    const std::vector<float> floats{1.5f, -2, 0, 3, 4, 5};
    for (const int version : {1, 2, 3}) {
        const auto array = parse_npy(
            npy_file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", test::bytes_of(floats), version),
            "a");
        EXPECT_EQ(array.dtype, DType::float32);
        EXPECT_THAT(array.shape, ElementsAre(2, 3));
        EXPECT_EQ(array.values<float>(), floats);
        EXPECT_THAT(array.as_float64(), ElementsAre(1.5, -2, 0, 3, 4, 5));
    }
    const auto scalar = parse_npy(
        npy_file("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", test::bytes_of(std::vector<double>{0.1})),
        "a");
    EXPECT_TRUE(scalar.shape.empty());
    EXPECT_THAT(scalar.values<double>(), ElementsAre(0.1));
    const auto integers = parse_npy(npy_file("{'descr': '<i4', 'fortran_order': True, 'shape': (2L,), }",
                                             test::bytes_of(std::vector<std::int32_t>{-1, 7})),
                                    "a");
    EXPECT_THAT(integers.as_int64(), ElementsAre(-1, 7));
    EXPECT_THROW((void)integers.values<float>(), DataError);
    const auto empty = parse_npy(npy_file("{'descr': '<i8', 'fortran_order': False, 'shape': (0, 5), }", ""), "a");
    EXPECT_TRUE(empty.values<std::int64_t>().empty());
}

TEST(Npy, RefusesByName) {
    const auto refusal = [](const std::string& descr, const std::string& more) {
        return data_error([&] { (void)parse_npy(npy_file("{'descr': '" + descr + "', " + more, "12345678"), "W"); });
    };
    const std::string rest = "'fortran_order': False, 'shape': (1,), }";
    for (const char* type : {">f4", "<f2", "|b1", "<U3", "<c16", "<M8[ns]"}) {
        EXPECT_THAT(refusal(type, rest), AllOf(HasSubstr("W"), HasSubstr(type)));
    }
    EXPECT_THAT(refusal("<f4", "'fortran_order': True, 'shape': (2, 1), }"), HasSubstr("Fortran order"));
    EXPECT_THAT(refusal("<f8", "'fortran_order': False, 'shape': (2,), }"), HasSubstr("do not fit the shape (2)"));
    EXPECT_THAT(refusal("<f8", "'fortran_order': False, 'shape': (4294967296, 4294967296, 4), }"), HasSubstr("fit"));
    EXPECT_THAT(refusal("<f8", "'fortran_order': False, 'shape': (99999999999999999999,), }"), HasSubstr("dimension"));
    for (const char* broken : {"'shape': (1,), }", "'fortran_order': False, 'shape': (1,)", "'fortran_order': 0, }",
                               "'fortran_order': False, 'shape': (-1,), }", "'extra': True}",
                               "'fortran_order': False, 'shape': (1,), } x"}) {
        EXPECT_THAT(refusal("<f8", broken), HasSubstr("header")) << broken;
    }
    EXPECT_THAT(data_error([] { (void)parse_npy("\x93NUMPY\x04\0\x10\0 "s, "W"); }), HasSubstr("format 4.0"));
    EXPECT_THAT(data_error([] { (void)parse_npy("no array at all", "W"); }), HasSubstr("not an .npy"));
}

TEST(Npy, EveryTruncationIsAnError) {
    const auto file = npy_file("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", std::string(16, 'x'), 2);
    for (std::size_t size = 0; size < file.size(); ++size) {
        EXPECT_THROW((void)parse_npy(file.substr(0, size), "a"), DataError) << size;
    }
}

IntegerLists read_pickle(std::size_t count, const std::string& pickle) {
    return read_integer_lists(parse_npy(npy_objects(count, pickle), "x"));
}

TEST(Pickle, ReadsListsOfNumbers) {
    test::Lists lists{{1, 255, 256, 65535, 65536, -1}, {}, {7}};
    lists.emplace_back(2500, 300);
    for (int i = 0; i < 1500; ++i) lists.push_back({i});
    const auto read = read_integer_lists(parse_npy(test::npy_lists(lists), "x"));
    ASSERT_EQ(read.size(), lists.size());
    for (std::size_t i = 0; i < lists.size(); ++i) {
        const std::vector<std::int32_t> got(read.values.begin() + static_cast<std::ptrdiff_t>(read.offsets[i]),
                                            read.values.begin() + static_cast<std::ptrdiff_t>(read.offsets[i + 1]));
        EXPECT_EQ(got, lists[i]);
    }
    EXPECT_EQ(read_pickle(0, pickle_start(0) + "]" + pickle_end).size(), 0u);
}

// numpy.save of numpy.array([[1, 300, 70000], [], [5]], dtype=object) by numpy 2 (protocol 4).
TEST(Pickle, ReadsWhatNumpyTwoWrites) {
    const std::string pickle =
        "\x80\x04\x95\xa6\0\0\0\0\0\0\0\x8c\x16numpy._core.multiarray\x94\x8c\x0c_reconstruct\x94\x93\x94\x8c\x05numpy"
        "\x94\x8c\x07ndarray\x94\x93\x94K\0\x85\x94"s +
        "C\x01"s + "b\x94\x87\x94R\x94(K\x01K\x03\x85\x94h\x03\x8c\x05"s +
        "dtype\x94\x93\x94\x8c\x02O8\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01|\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"
        "K?t\x94"s +
        "b\x89]\x94(]\x94(K\x01M,\x01Jp\x11\x01\0e]\x94]\x94K\x05"s + "aet\x94"s + "b."s;
    auto framed = pickle;
    framed[3] = static_cast<char>(pickle.size() - 11);
    const auto read = read_pickle(3, framed);
    EXPECT_THAT(read.values, ElementsAre(1, 300, 70000, 5));
    EXPECT_THAT(read.offsets, ElementsAre(0, 3, 3, 4));
}

// Python 2 (protocol 2) writes the bytes 'b' as a plain string; Python 3 writes them, at protocol 2, as
// _codecs.encode('b', 'latin1').
TEST(Pickle, ReadsWhatOlderPythonsWrite) {
    auto python2 = pickle_start(1) + pickled_lists({{9}}) + pickle_end;
    python2.replace(python2.find("C\x01"s), 1, "U");
    python2[1] = 2;
    EXPECT_THAT(read_pickle(1, python2).values, ElementsAre(9));
    auto python3 = pickle_start(1) + pickled_lists({{9}}) + pickle_end;
    python3.replace(python3.find("C\x01"s), 3, "c_codecs\nencode\nX\x01\0\0\0bX\x06\0\0\0latin1\x86R"s);
    python3[1] = 2;
    EXPECT_THAT(read_pickle(1, python3).values, ElementsAre(9));
}

TEST(Pickle, ExecutesAndTrustsNothing) {
    const auto refusal = [](const std::string& elements) {
        return data_error([&] { (void)read_pickle(1, pickle_start(1) + elements + pickle_end); });
    };
    EXPECT_THAT(refusal("cos\nsystem\n(X\x02\0\0\0lstR"s), HasSubstr("names 'os.system', which is refused"));
    EXPECT_THAT(refusal("cnumpy\ndtype\nK\x01\x85R"s), HasSubstr("not one that numpy writes"));
    EXPECT_THAT(refusal("](K\x01"s + "e"), HasSubstr("no list"));
    EXPECT_THAT(refusal("]](]K\x01"s + "ae" + "a"), HasSubstr("a list grows after the next one began"));
    EXPECT_THAT(refusal("]q\x40(]K\x01"s + "ah\x40"s + "e"), HasSubstr("fetches a value"));
    EXPECT_THAT(refusal("](]q\x40](K\x01"s + "eh\x40K\x01"s + "ae"), HasSubstr("fetches a value"));
    EXPECT_THAT(refusal("](](X\x01\0\0\0aee"s), HasSubstr("no whole number"));
    EXPECT_THAT(refusal("](](\x8a\x05\x01\x01\x01\x01\x01"s + "ee"), HasSubstr("more than 32 bits"));
    EXPECT_THAT(refusal("](]]"s + "e"), HasSubstr("holds 2 lists"));
    EXPECT_THAT(refusal("}"), HasSubstr("0x7d is refused"));
    EXPECT_THAT(refusal("X\xff\xff\xff\x7f"s), HasSubstr("too long"));
    EXPECT_THAT(refusal(std::string(5000, '(')), HasSubstr("too many values"));
    EXPECT_THAT(refusal(std::string(5000, ')')), HasSubstr("too many tuples"));
    std::string texts;
    for (int i = 0; i < 100; ++i) texts += "U\x01x"s;
    EXPECT_THAT(refusal(texts), HasSubstr("too many texts"));
    std::string memo = "K\x01"s;
    for (int i = 0; i < 100; ++i) memo += "\x94";
    EXPECT_THAT(refusal(memo), HasSubstr("too much to remember"));
    const auto good = pickle_start(1) + pickled_lists({{9}}) + pickle_end;
    EXPECT_THAT(data_error([&] { (void)read_pickle(1, good + "x"); }), HasSubstr("after its end"));
    EXPECT_THAT(data_error([&] { (void)read_pickle(2, good); }), HasSubstr("header says shape (2)"));
    EXPECT_THAT(data_error([&] { (void)read_pickle(1, "(lp0\n."); }), HasSubstr("protocol"));
}

TEST(Pickle, SurvivesGarbage) {
    const auto good = pickle_start(3) + pickled_lists({{1, 2, 300}, {}, {70000}}) + pickle_end;
    for (std::size_t size = 0; size < good.size(); ++size) {
        EXPECT_THROW((void)read_pickle(3, good.substr(0, size)), DataError) << size;
    }
    Random random(1, "garbage");
    for (int round = 0; round < 20000; ++round) {
        auto bad = good;
        for (auto changes = 1 + random.below(4); changes > 0; --changes) {
            bad[random.below(bad.size())] = static_cast<char>(random.below(256));
        }
        try {
            const auto lists = read_pickle(3, bad);
            EXPECT_EQ(lists.size(), 3u);
            EXPECT_LE(lists.values.size(), bad.size());
        } catch (const DataError&) {
        }
    }
}

class NpzTest : public testing::Test {
protected:
    test::ScratchFolder folder;
    std::filesystem::path path = folder / "file.npz";
    const std::string array = npy_file("{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }",
                                       test::bytes_of(std::vector<std::int64_t>{1, -2, 3}));
};

TEST_F(NpzTest, ReadsStoredAndDeflatedMembers) {
    for (const auto container : {test::Container::zip_stored, test::Container::zip_deflated}) {
        test::write_archive(path, container, {{"a.npy", array}, {"layer/b.npy", array}});
        const auto npz = read_npz(path);
        EXPECT_THAT(npz.keys(), ElementsAre("a", "layer/b"));
        EXPECT_THAT(npz.at("layer/b").values<std::int64_t>(), ElementsAre(1, -2, 3));
        EXPECT_FALSE(npz.contains("b"));
        EXPECT_THAT(data_error([&] { (void)npz.at("b"); }), HasSubstr("it has: a, layer/b"));
    }
}

TEST_F(NpzTest, EveryTruncationIsAnError) {
    for (const auto container : {test::Container::zip_stored, test::Container::zip_deflated}) {
        test::write_archive(path, container, {{"a.npy", array}, {"b.npy", array}});
        const auto whole = read_file(path);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            write_file_atomically(path, whole.substr(0, size));
            EXPECT_THAT(data_error([&] { (void)read_npz(path); }), HasSubstr("file.npz")) << size;
        }
    }
}

TEST_F(NpzTest, AChangedByteNeverChangesTheNumbersInSilence) {
    for (const auto container : {test::Container::zip_stored, test::Container::zip_deflated}) {
        test::write_archive(path, container, {{"a.npy", array}});
        const auto whole = read_file(path);
        for (std::size_t at = 0; at < whole.size(); ++at) {
            auto bad = whole;
            bad[at] = static_cast<char>(bad[at] ^ 0x10);
            write_file_atomically(path, bad);
            try {
                const auto npz = read_npz(path);
                for (const auto& each : npz.arrays())
                    EXPECT_THAT(each.values<std::int64_t>(), ElementsAre(1, -2, 3)) << at;
            } catch (const DataError&) {
            }
        }
    }
}

TEST_F(NpzTest, RefusesWhatIsNoNpz) {
    EXPECT_THAT(data_error([&] { (void)read_npz(folder / "absent.npz"); }), HasSubstr("absent.npz"));
    write_file_atomically(path, "");
    EXPECT_THROW((void)read_npz(path), DataError);
    test::write_archive(path, test::Container::zip_deflated, {{"a.txt", "hello"}});
    EXPECT_THAT(data_error([&] { (void)read_npz(path); }), HasSubstr("no .npy array"));
    test::write_archive(path, test::Container::zip_deflated, {{"a.npy", array}, {"a.npy", array}});
    EXPECT_THAT(data_error([&] { (void)read_npz(path); }), HasSubstr("twice"));
}

TEST_F(NpzTest, ReadsWhatNumpyWrote) {
    const std::filesystem::path golden = std::filesystem::path(CELLWISE_SHIPPED_DATA) / "keras_golden/gru_adam.npz";
    const auto npz = read_npz(golden);
    const auto& ids = npz.at("ids");
    EXPECT_EQ(ids.dtype, DType::int32);
    EXPECT_EQ(ids.shape.size(), 3u);
    EXPECT_EQ(ids.values<std::int32_t>().size(), ids.size());
    EXPECT_EQ(npz.at("loss").as_float64().size(), ids.shape[0]);
}

}  // namespace
}  // namespace cellwise::data
