#include <gtest/gtest.h>

#include "series/read_text.hpp"
#include "wavetrain/series/read.hpp"

namespace wavetrain::series {
namespace {

const std::string kHeader =
    "# a comment\n@relation dummy\n@attribute series_name string\n@attribute start_timestamp date\n"
    "@frequency quarterly\n@horizon 8\n@missing true\n@equallength false\n@data\n";

TEST(ReadTsf, SeriesOfAnyLength) {
  const SeriesSet set =
      read_text(kHeader + "T1:1979-01-01 00-00-00:25092.2,24271.5,?\n\nT2:1980-04-01 00-00-00:1,-2.5e1\n");
  EXPECT_EQ(set.values.shape(), (Shape{2, 3, 1}));
  EXPECT_EQ(set.lengths, (std::vector<Index>{3, 2}));
  EXPECT_EQ(set.names, (std::vector<std::string>{"T1", "T2"}));
  EXPECT_EQ(set.time_stamps[1], std::vector<std::string>{"1980-04-01 00-00-00"});
  EXPECT_EQ(set.values(1, 1, 0), -25.0f);
  EXPECT_TRUE(set.has_missing);
  EXPECT_FALSE(set.equal_length);
  EXPECT_EQ(set.notes, (std::vector<std::string>{"the frequency is quarterly", "the horizon of the archive is 8"}));
}

TEST(ReadTsf, SaysWhatIsWrong) {
  EXPECT_EQ(message_of(kHeader + "T1:25092.2\n"),
            "f:10: the series has 1 attributes, expected 2: 'series_name', 'start_timestamp'");
  EXPECT_EQ(message_of(kHeader + "T1:1979-01-01:1,x\n"), "f:10: 'x' is value 2, expected a number or ?");
  EXPECT_EQ(message_of("@relation r\n@frequency daily\n"), "f: the header ends without an '@data' line");
  EXPECT_EQ(message_of("@relation r\n@frequency daily\n@missing perhaps\n@data\n1\n"),
            "f:3: 'perhaps', expected true or false");
  EXPECT_EQ(message_of("@relation r\n@frequency daily\n@equallength true\n@data\n1,2\n1\n"),
            "f: the header says that all series are of equal length, but they differ");
  EXPECT_EQ(message_of("@relation r\n@frequency daily\n@missing false\n@data\n1,?\n"),
            "f: the header says that no value is missing, but some are");
}

}  // namespace
}  // namespace wavetrain::series
