#include <gtest/gtest.h>

#include "series/read_text.hpp"
#include "wavetrain/series/read.hpp"

namespace wavetrain::series {
namespace {

const std::string kText =
    "machine;time;flow;state;temp\nb;2020-01-01;1,5;bad;10\na;2020-01-01;2;good;20\nb;2020-01-02;;bad;11\n"
    "b;2020-01-03;3,5;bad;12\na;2020-01-02;4;good;21\n";

TEST(ReadLong, RowsOfASeriesNeedNotStandTogether) {
  const SeriesSet set = read_text(kText, {.label_name = "state", .id_column = "machine"});
  EXPECT_EQ(set.names, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(set.channel_names, (std::vector<std::string>{"flow", "temp"}));
  EXPECT_EQ(set.values.shape(), (Shape{2, 3, 2}));
  EXPECT_EQ(set.lengths, (std::vector<Index>{3, 2}));
  EXPECT_EQ(set.values(0, 2, 0), 3.5f);
  EXPECT_EQ(set.values(1, 1, 1), 21.0f);
  EXPECT_TRUE(set.has_missing);
  EXPECT_EQ(set.class_names, (std::vector<std::string>{"bad", "good"}));
  EXPECT_EQ(set.labels, (Labels{0, 1}));
  EXPECT_EQ(set.time_stamps[1], (std::vector<std::string>{"2020-01-01", "2020-01-02"}));
}

TEST(ReadLong, ColumnsCanBeChosenAndTargetsAreNumbers) {
  const SeriesSet set =
      read_text("id,y,a,b\n7,0.5,1,2\n7,0.5,3,4\n9,-1,5,6\n",
                {.labels = LabelKind::targets, .label_name = "y", .id_column = "id", .columns = {"b"}});
  EXPECT_EQ(set.values.shape(), (Shape{2, 2, 1}));
  EXPECT_EQ(set.values(0, 1, 0), 4.0f);
  EXPECT_EQ(set.targets, (Array{0.5f, -1.0f}));
}

TEST(ReadLong, SaysWhatIsWrong) {
  EXPECT_EQ(message_of(kText, {.id_column = "x"}),
            "f: there is no column 'x'. Columns: 'flow', 'temp', 'machine', 'time', 'state'");
  EXPECT_EQ(message_of("id,y,v\n1,a,2\n1,b,3\n", {.label_name = "y", .id_column = "id"}),
            "f: series '1' has the labels 'a' and 'b', expected one for all its rows");
}

}  // namespace
}  // namespace wavetrain::series
