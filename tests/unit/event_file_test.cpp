#include "runs/event_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "core/atomic_file.h"
#include "core/error.h"

namespace cellwise::report {
namespace {

using runs::event_message;
using runs::tf_record;

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
}

// By hand from the wire format: wall_time 1.5, step 300, summary { value { tag "a", simple_value 0.5 } }.
TEST(EventFile, EncodesAnEventByThePublishedFieldNumbers) {
    const auto message = event_message({1.5, 300, {{"a", 0.5}}});
    EXPECT_EQ(message, bytes({0x09, 0,    0,    0, 0,   0, 0, 0xF8, 0x3F,  // field 1, 64 bits
                              0x10, 0xAC, 0x02,                            // field 2, varint 300
                              0x2A, 0x0A,                                  // field 5, 10 bytes
                              0x0A, 0x08,                                  // field 1, 8 bytes
                              0x0A, 0x01, 'a',                             // field 1, the tag
                              0x15, 0,    0,    0, 0x3F}));                // field 2, 32 bits
}

// The first record of every event file of TensorFlow: wall_time 0 left out there, so only the framing of
// the version string is compared, with the checksums that its writer gives for an empty record.
TEST(EventFile, FramesRecordsWithMaskedChecksums) {
    const auto record = tf_record("");
    ASSERT_EQ(record.size(), 16U);
    EXPECT_EQ(record.substr(0, 8), std::string(8, '\0'));
    EXPECT_EQ(record.substr(8, 4), bytes({0x29, 0x03, 0x98, 0x07}));   // of eight zero bytes
    EXPECT_EQ(record.substr(12, 4), bytes({0xD8, 0xEA, 0x82, 0xA2}));  // of nothing: the mask alone
}

TEST(EventFile, AppendsWhatItWouldHaveWrittenAtOnce) {
    const auto folder = std::filesystem::temp_directory_path() / ("cellwise-events-" + std::to_string(::getpid()));
    const runs::ScalarEvent first{10, 1, {{"loss", 0.7}}}, second{11, 2, {{"loss", 0.6}, {"accuracy", 0.9}}};
    const runs::EventFile appended(folder / "a", {first});
    appended.add(second);
    const runs::EventFile whole(folder / "b", {first, second});
    EXPECT_EQ(read_file(folder / "a"), read_file(folder / "b"));
    std::filesystem::remove_all(folder);
    EXPECT_THROW(appended.add(second), EnvironmentError);
}

}  // namespace
}  // namespace cellwise::report
