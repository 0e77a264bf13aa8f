#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "interchange/hdf5_file.h"

namespace cellwise::interchange {
namespace {

using testing::HasSubstr;

/// The bytes of an HDF5 file that `fill` made with HDF5's own functions; the group /layers is there.
std::string image(const std::function<void(hid_t file)>& fill) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, 0);
    const hid_t file = H5Fcreate("test", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Gclose(H5Gcreate2(file, "layers", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    fill(file);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    std::string bytes(static_cast<std::size_t>(H5Fget_file_image(file, nullptr, 0)), '\0');
    H5Fget_file_image(file, bytes.data(), bytes.size());
    H5Fclose(file);
    H5Pclose(access);
    return bytes;
}

struct Plan {
    hid_t type = H5T_IEEE_F32LE;
    std::vector<hsize_t> chunk = {};
    bool deflate = false;
    bool write = true;
};

void add_array(hid_t file, const char* path, const std::vector<hsize_t>& shape, const std::vector<float>& values,
               const Plan& plan = {}) {
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (!plan.chunk.empty()) H5Pset_chunk(creation, static_cast<int>(plan.chunk.size()), plan.chunk.data());
    if (plan.deflate) H5Pset_deflate(creation, 9);
    const hid_t dataset = H5Dcreate2(file, path, plan.type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ASSERT_GE(dataset, 0);
    if (plan.write) H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(dataset);
    H5Pclose(creation);
    H5Sclose(space);
}

std::string message(const std::function<void(hid_t file)>& fill) {
    try {
        static_cast<void>(read_hdf5(image(fill), "layers", "x.h5"));
    } catch (const DataError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Hdf5File, BothByteOrdersAndDeflateAreRead) {
    const std::vector<float> values{1.5F, -2, 3, 4, 5, 1e-30F};
    const auto read = read_hdf5(image([&](hid_t file) {
                                    add_array(file, "layers/little", {2, 3}, values);
                                    add_array(file, "layers/big", {3, 2}, values, {H5T_IEEE_F32BE});
                                    add_array(file, "layers/packed", {6}, values, {H5T_IEEE_F32LE, {4}, true});
                                    add_array(file, "elsewhere", {6}, values);
                                }),
                                "layers", "x.h5");
    ASSERT_EQ(read.size(), 3U);
    EXPECT_EQ(read.at("layers/little"), (KerasVariable{{2, 3}, values}));
    EXPECT_EQ(read.at("layers/big"), (KerasVariable{{3, 2}, values}));
    EXPECT_EQ(read.at("layers/packed"), (KerasVariable{{6}, values}));
}

TEST(Hdf5File, OtherTypesAreNamed) {
    const auto with = [](hid_t type) {
        return message([&](hid_t file) { add_array(file, "layers/a", {2}, {1, 2}, {type}); });
    };
    EXPECT_THAT(with(H5T_NATIVE_LDOUBLE), HasSubstr("x.h5: layers/a: holds floating point numbers of 128 bits"));
    EXPECT_THAT(with(H5T_STD_I32LE), HasSubstr("holds integers of 32 bits"));
    EXPECT_THAT(message([](hid_t file) { add_array(file, "layers/a", {1}, {std::numeric_limits<float>::infinity()}); }),
                HasSubstr("layers/a: holds values that are not finite"));
    EXPECT_THAT(message([](hid_t file) {
                    const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
                    H5Tcommit2(file, "layers/t", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
                    H5Tclose(type);
                }),
                HasSubstr("layers/t: is neither a group nor an array"));
}

TEST(Hdf5File, OtherPrecisionsAreConverted) {
    for (const hid_t type : {H5T_IEEE_F64LE, H5T_IEEE_F64BE}) {
        Hdf5File file(image([&](hid_t root) { add_array(root, "layers/a", {3}, {1.5F, -2, 1e-30F}, {type}); }), "x.h5");
        EXPECT_EQ(file.read("layers").at("layers/a"), (KerasVariable{{3}, {1.5F, -2, 1e-30F}}));
        EXPECT_EQ(file.converted_types(), std::set<std::string>{"float64"});
    }
    for (const auto order : {H5T_ORDER_LE, H5T_ORDER_BE}) {
        const hid_t half = H5Tcopy(H5T_IEEE_F32LE);
        H5Tset_fields(half, 15, 10, 5, 0, 10);
        H5Tset_size(half, 2);
        H5Tset_ebias(half, 15);
        H5Tset_order(half, order);
        // the largest, the smallest normal and the smallest number of all
        const std::vector<float> values{65504, 6.103515625e-05F, 5.9604644775390625e-08F};
        Hdf5File file(image([&](hid_t root) { add_array(root, "layers/a", {3}, values, {half}); }), "x.h5");
        EXPECT_EQ(file.read("layers").at("layers/a"), (KerasVariable{{3}, values}));
        EXPECT_EQ(file.converted_types(), std::set<std::string>{"float16"});
        H5Tclose(half);
    }
}

/// An attribute of one text or a list, of fixed or variable length.
void add_texts(hid_t file, const char* name, const std::vector<const char*>& texts, bool is_variable) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, is_variable ? H5T_VARIABLE : 8);
    const hsize_t count = texts.size();
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    const hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    std::string fixed;
    for (const auto* text : texts) fixed += std::string(text).append(8 - std::string(text).size(), '\0');
    H5Awrite(attribute, type, is_variable ? static_cast<const void*>(texts.data()) : fixed.data());
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

TEST(Hdf5File, TextsOfAttributesAreRead) {
    for (const bool is_variable : {false, true}) {
        const Hdf5File file(image([&](hid_t root) {
                                add_texts(root, "layer_names", {"lstm", "dense_1"}, is_variable);
                                add_texts(root, "broken", {"\xff"}, is_variable);
                            }),
                            "x.h5");
        EXPECT_EQ(file.texts("/", "layer_names"), (std::vector<std::string>{"lstm", "dense_1"}));
        EXPECT_EQ(file.text("/", "layer_names"), "lstm");
        EXPECT_EQ(file.text("/", "absent"), std::nullopt);
        EXPECT_EQ(file.text("absent", "layer_names"), std::nullopt);
        EXPECT_THROW(static_cast<void>(file.text("/", "broken")), DataError);
    }
}

TEST(Hdf5File, LinksLeadNowhereAndCyclesEnd) {
    EXPECT_THAT(message([](hid_t file) { H5Lcreate_soft("/layers", file, "layers/soft", H5P_DEFAULT, H5P_DEFAULT); }),
                HasSubstr("layers/soft: is a link to elsewhere"));
    EXPECT_THAT(message([](hid_t file) {
                    H5Lcreate_external("/etc/passwd", "/", file, "layers/external", H5P_DEFAULT, H5P_DEFAULT);
                }),
                HasSubstr("layers/external: is a link to elsewhere"));
    EXPECT_THAT(
        message([](hid_t file) { H5Lcreate_hard(file, "layers", file, "layers/again", H5P_DEFAULT, H5P_DEFAULT); }),
        HasSubstr("contains itself"));
    EXPECT_THAT(message([](hid_t file) {
                    H5Ldelete(file, "layers", H5P_DEFAULT);
                    H5Lcreate_soft("/", file, "layers", H5P_DEFAULT, H5P_DEFAULT);
                }),
                HasSubstr("layers: is missing"));
    Hdf5File soft(image([](hid_t file) {
                      H5Gclose(H5Gcreate2(file, "real", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
                      H5Lcreate_soft("/real", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
                      H5Gclose(H5Gcreate2(file, "real/below", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
                  }),
                  "x.h5");
    EXPECT_TRUE(soft.has_group("real/below"));
    EXPECT_FALSE(soft.has_group("soft"));
    EXPECT_FALSE(soft.has_group("soft/below"));
}

TEST(Hdf5File, ShapesMustBeFilledByTheFile) {
    const auto unwritten = [](const std::vector<hsize_t>& shape, const std::vector<hsize_t>& chunk) {
        return message([&](hid_t file) {
            add_array(file, "layers/a", shape, {}, {H5T_IEEE_F32LE, chunk, false, false});
        });
    };
    EXPECT_THAT(unwritten({3, 3}, {}), HasSubstr("layers/a: has fewer values than its shape"));
    EXPECT_THAT(unwritten({3, 3}, {2, 2}), HasSubstr("layers/a: has fewer values than its shape"));
    EXPECT_THAT(unwritten({10000, 10000}, {64, 64}), HasSubstr("layers/a: claims more values than the file can hold"));
    EXPECT_THAT(unwritten({hsize_t{1} << 40, hsize_t{1} << 40}, {64, 64}), HasSubstr("larger than any variable"));
    EXPECT_THAT(unwritten({1, 1, 1, 1, 1}, {}), HasSubstr("a shape that no variable has"));
    EXPECT_THAT(message([](hid_t file) {  // 16 MB of zeros deflate to 16 KB
                    add_array(file, "layers/a", {2048, 2048}, std::vector<float>(2048 * 2048),
                              {H5T_IEEE_F32LE, {2048, 2048}, true});
                }),
                HasSubstr("claims more values than the file can hold"));
}

// The paths go on as JSON, which such a name made an internal error.
TEST(Hdf5File, NamesMustBeUtf8) {
    EXPECT_THAT(message([](hid_t file) { add_array(file, "layers/\xa0", {1}, {1}); }),
                HasSubstr("x.h5: layers: has a member whose name is not UTF-8"));
    EXPECT_EQ(message([](hid_t file) { add_array(file, "layers/gr\xc3\xbc", {1}, {1}); }), "accepted");
}

// A link costs some bytes, each reading of what it names a megabyte.
TEST(Hdf5File, HardLinksDoNotMultiplyTheValues) {
    EXPECT_THAT(
        message([](hid_t file) {
            add_array(file, "layers/a", {512, 512}, std::vector<float>(512 * 512), {H5T_IEEE_F32LE, {512, 512}, true});
            for (int i = 0; i < 20; ++i) {
                H5Lcreate_hard(file, "layers/a", file, ("layers/b" + std::to_string(i)).c_str(), H5P_DEFAULT,
                               H5P_DEFAULT);
            }
        }),
        HasSubstr("claims more values than the file can hold"));
}

}  // namespace
}  // namespace cellwise::interchange
