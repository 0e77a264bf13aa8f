// Tables packed as Python packs them (gzip.compress(mtime=0), bz2.compress, lzma.compress).
#include "data/files/packed_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "unit/error_of.h"

namespace cellwise::data {
namespace {

using test::error_of;
using testing::HasSubstr;

const std::string table = "a,b\n1,x\n2,y\n";
const std::string gzipped(
    "\037\213\010\000\000\000\000\000\002\003\113\324\111\342\062\324\251\340\062\322\251\344\002\000"
    "\302\226\176\235\014\000\000\000",
    32);
const std::string bzip2ed(
    "\102\132\150\071\061\101\131\046\123\131\274\307\050\105\000\000\004\131\200\000\020\000\004\060"
    "\000\060\000\000\140\040\000\061\014\010\043\101\232\216\004\042\027\213\271\042\234\050\110\136"
    "\143\224\042\200",
    52);
const std::string xzed(
    "\375\067\172\130\132\000\000\004\346\326\264\106\002\000\041\001\026\000\000\000\164\057\345\243"
    "\001\000\013\141\054\142\012\061\054\170\012\062\054\171\012\000\114\340\267\156\135\023\041\163"
    "\000\001\044\014\246\030\330\330\037\266\363\175\001\000\000\000\000\004\131\132",
    68);

std::string zip_of(const std::vector<std::pair<std::string, std::string>>& members) {
    std::string bytes(std::size_t{1} << 16, '\0');
    std::size_t used = 0;
    const std::unique_ptr<archive, decltype(&archive_write_free)> zip(archive_write_new(), &archive_write_free);
    archive_write_set_format_zip(zip.get());
    archive_write_open_memory(zip.get(), bytes.data(), bytes.size(), &used);
    for (const auto& [name, content] : members) {
        const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                                  &archive_entry_free);
        archive_entry_set_pathname(entry.get(), name.c_str());
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
        archive_entry_set_filetype(entry.get(), name.ends_with('/') ? AE_IFDIR : AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_write_header(zip.get(), entry.get());
        archive_write_data(zip.get(), content.data(), content.size());
    }
    archive_write_close(zip.get());
    bytes.resize(used);
    return bytes;
}

std::string refusal(const std::string& bytes) {
    return error_of<DataError>([&] {
        (void)unpacked_file(bytes, "'t'");
        require_no_foreign_file(bytes, "'t'");
    });
}

TEST(PackedFile, IsUnpackedWhateverPackedIt) {
    for (const auto& bytes : {gzipped, bzip2ed, xzed, gzipped + gzipped}) {
        EXPECT_EQ(unpacked_file(bytes, "'t'"),
                  bytes.size() > gzipped.size() && bytes.starts_with(gzipped) ? table + table : table);
    }
    EXPECT_EQ(
        unpacked_file(
            zip_of({{"data/", ""}, {"__MACOSX/data/._t.csv", "x"}, {"data/t.csv", table}, {"data/.DS_Store", "y"}}),
            "'t'"),
        table);
    EXPECT_EQ(unpacked_file(table, "'t'"), std::nullopt);
    EXPECT_EQ(unpacked_file("", "'t'"), std::nullopt);
}

TEST(PackedFile, ThatIsDamagedIsRefused) {
    for (const auto& bytes : {gzipped, bzip2ed, xzed}) {
        for (const auto size : {std::size_t{6}, bytes.size() / 2, bytes.size() - 9}) {
            EXPECT_THAT(refusal(bytes.substr(0, size)), HasSubstr("'t' is packed, and damaged")) << size;
        }
    }
    const auto zip = zip_of({{"t.csv", table}});
    EXPECT_THAT(refusal(zip.substr(0, zip.size() / 2)), HasSubstr("'t' is packed, and damaged"));
}

TEST(PackedFile, SaysWhatAZipIs) {
    EXPECT_THAT(refusal(zip_of({{"[Content_Types].xml", "x"}, {"xl/workbook.xml", "x"}})),
                HasSubstr("'t' is an Excel workbook: save its sheet as CSV"));
    EXPECT_THAT(refusal(zip_of({{"mimetype", "x"}, {"content.xml", "x"}})), HasSubstr("an OpenDocument file"));
    EXPECT_THAT(refusal(zip_of({{"x_train.npy", "x"}})), HasSubstr("an .npz archive of numpy"));
    EXPECT_THAT(refusal(zip_of({{"a.csv", table}, {"b.csv", table}})),
                HasSubstr("2 files in it: a.csv b.csv: unpack it"));
    EXPECT_THAT(refusal(zip_of({{"only/", ""}})), HasSubstr("no files in it: unpack it"));
}

TEST(PackedFile, WithAnotherKindOfFileInItIsCalledWhatThatIs) {
    const auto message = error_of<DataError>([] { (void)unpacked_file(zip_of({{"t.csv", "PAR1"}}), "'t'"); });
    EXPECT_THAT(message, HasSubstr("'t' is a Parquet file"));
}

TEST(PackedFile, ThatUnpacksWithoutEndIsRefused) {
    const auto bomb = zip_of({{"t.csv", std::string(std::size_t{60} << 20, '0')}});
    ASSERT_LT(bomb.size(), std::size_t{1} << 16);
    EXPECT_THAT(refusal(bomb), HasSubstr("unpacks to more than 100 times its size"));
}

TEST(ForeignFile, IsCalledWhatItIs) {
    using namespace std::string_literals;
    EXPECT_THAT(refusal("PAR1\x15\x04"), HasSubstr("'t' is a Parquet file"));
    EXPECT_THAT(refusal("\x80\x04\x95"), HasSubstr("a Python pickle"));
    EXPECT_THAT(refusal("SQLite format 3\0"s), HasSubstr("an SQLite database"));
    EXPECT_THAT(refusal("<!DOCTYPE html><html>"), HasSubstr("a web page"));
    EXPECT_THAT(refusal("version https://git-lfs.github.com/spec/v1\n"), HasSubstr("git lfs pull"));
    EXPECT_NO_THROW(require_no_foreign_file("PARIS,1\n", "'t'"));
}

TEST(PackedFile, NamesLoseTheirLastEnding) {
    EXPECT_EQ(without_packing("folder/t.csv.gz"), "folder/t.csv");
    EXPECT_EQ(without_packing("t.jsonl.zst"), "t.jsonl");
    EXPECT_EQ(without_packing("t.csv"), "t.csv");
}

}  // namespace
}  // namespace cellwise::data
