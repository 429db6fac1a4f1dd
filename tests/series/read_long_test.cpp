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

// Read without being told that rows are steps.
TEST(ReadLong, IsRecognisedWhereItWasNotAskedFor) {
  const std::string hint =
      "each row is taken to be a whole series. If rows are time steps, say which column names the "
      "series that a row belongs to (--id-column";
  const std::string label = ") and, for classes, the column of the label (--label-name)";
  EXPECT_EQ(message_of("unit,a,state\nleft,1,bad\nleft,2,bad\n", {.label_name = "state"}),
            "f:2: 'left' in column 1, expected a number; " + hint + " unit" + label);
  EXPECT_EQ(message_of("unit,a,state\nleft,1,bad\nleft,2,bad\n"),
            "f:2: 'bad' in column 3, expected a number; " + hint + label);
  EXPECT_EQ(message_of("id,a,b,state\n1,1,2,x\n1,2,3,x\n1,3,4,x\n2,3,4,y\n2,4,5,y\n", {.label_name = "state"}),
            "f:2: column 'id' repeats from row to row, and " + hint + " id" + label);
  // Further down it is a slip of the pen, and an id of every row's own is none of a longer series.
  EXPECT_EQ(message_of("a,b,state\n1,1,bad\n2,x,bad\n", {.label_name = "state"}),
            "f:3: 'x' in column 2, expected a number");
  EXPECT_EQ(read_text("id,a,b,state\n1,1,2,x\n2,2,3,x\n3,3,4,x\n4,3,4,y\n", {.label_name = "state"}).samples(), 4);
}

}  // namespace
}  // namespace wavetrain::series
