#include <cmath>

#include <gtest/gtest.h>

#include "series/read_text.hpp"

namespace wavetrain::series {
namespace {

const std::string kHeader = "@problemName P\n@timeStamps false\n@univariate true\n@classLabel true a B\n@data\n";
const std::string kTwo = "@univariate false\n@dimensions 2\n@classLabel true 1 2\n@data\n";

TEST(ReadTs, UnivariateWithWords) {
  const SeriesSet set = read_text(kHeader + "1,2,3:B\n4,5,6:a\n");
  EXPECT_EQ(set.values, (Array(Shape{2, 3, 1}, std::vector<float>{1, 2, 3, 4, 5, 6})));
  EXPECT_EQ(set.class_names, (std::vector<std::string>{"a", "B"}));
  EXPECT_EQ(set.labels, (Labels{1, 0}));
  EXPECT_TRUE(set.equal_length);
  EXPECT_FALSE(set.has_missing);
}

TEST(ReadTs, ChannelsComeLast) {
  const SeriesSet set = read_text(kTwo + "1,2,3:10,20,30:2\n");
  EXPECT_EQ(set.values, (Array(Shape{1, 3, 2}, std::vector<float>{1, 10, 2, 20, 3, 30})));
  EXPECT_EQ(set.labels, (Labels{1}));
}

TEST(ReadTs, UnequalLengthsArePaddedBehind) {
  const SeriesSet set = read_text("@equalLength false\n@classLabel true 1 2\n@data\n1:1\n2,3:2\n");
  EXPECT_EQ(set.values, (Array(Shape{2, 2, 1}, std::vector<float>{1, 0, 2, 3})));
  EXPECT_EQ(set.lengths, (std::vector<Index>{1, 2}));
  EXPECT_FALSE(set.equal_length);
}

TEST(ReadTs, MissingValuesAreNaNWhateverTheHeaderSays) {
  const SeriesSet set =
      read_text("@missing false\n@univariate false\n@classLabel true 1\n@data\n1,2:3,?:1\nNaN,1:1,1:1\n");
  ASSERT_TRUE(set.has_missing);
  EXPECT_EQ(set.first_missing(), (Position{.sample = 0, .channel = 1, .step = 1}));
  EXPECT_TRUE(std::isnan(set.values(1, 0, 0)));
}

TEST(ReadTs, TimeStampsHoldColonsAndCommas) {
  const SeriesSet set = read_text(
      "@timeStamps True\n@classLabel true 1 2\n@data\n"
      "(2007-01-01 00:00:00,-1),( 2007-01-01 00:01:00 , 2.5e0 ):(2007-01-01 00:00:00,3),(2007-01-01 00:01:00,?):2\n");
  EXPECT_EQ(set.values.shape(), (Shape{1, 2, 2}));
  EXPECT_EQ(set.values(0, 0, 0), -1.0f);
  EXPECT_EQ(set.values(0, 1, 0), 2.5f);
  EXPECT_TRUE(std::isnan(set.values(0, 1, 1)));
  EXPECT_EQ(set.time_stamps[0], (std::vector<std::string>{"2007-01-01 00:00:00", "2007-01-01 00:01:00"}));
  EXPECT_EQ(read_text("@targetLabel true\n@data\n(0,1),(1,2):0.5\n").targets, (Array{0.5f}));
  EXPECT_EQ(read_text("@timestamps true\n@classLabel false\n@data\n(0,1),(1,2):\n").values.size(), 2);
}

TEST(ReadTs, HeaderKeysInAnyCaseOrderAndNumber) {
  const SeriesSet set = read_text(
      "# comment\n% comment\n\n@TIMESTAMPS\tFalse\n@classlabel  TRUE  10 9 \n@problemName a\n@problemName b\n"
      "@EqualLength True\n@seriesLength 2\n\n@DATA\n\n1,2:9\n  # comment\n\n3,4:10");
  EXPECT_EQ(set.class_names, (std::vector<std::string>{"9", "10"}));
  EXPECT_EQ(set.labels, (Labels{0, 1}));
  EXPECT_EQ(read_text("@data\n1,2\n").samples(), 1);
}

TEST(ReadTs, LineEndsAndBlanks) {
  const SeriesSet set = read_text("\xEF\xBB\xBF@classLabel true 1 2 \r\n@data \r\n 1 , 2 : 2 \r\n3,4:1  ");
  EXPECT_EQ(set.values, (Array(Shape{2, 2, 1}, std::vector<float>{1, 2, 3, 4})));
  EXPECT_EQ(set.labels, (Labels{1, 0}));
}

TEST(ReadTs, Regression) {
  const SeriesSet set = read_text("@targetlabel true\n@data\n1,2:-0.5\n3,4:1e3\n");
  EXPECT_EQ(set.targets, (Array{-0.5f, 1000.0f}));
  EXPECT_FALSE(set.has_labels());
}

TEST(ReadTs, WithoutLabelsAColonMayDangle) {
  const SeriesSet set = read_text("@univariate false\n@targetlabel false\n@data\n1,2:3,4:\n5,6:7,8\n");
  EXPECT_EQ(set.values.shape(), (Shape{2, 2, 2}));
  EXPECT_FALSE(set.has_labels());
}

TEST(ReadTs, ClassesFromTheDataWhenTheHeaderListsNone) {
  EXPECT_EQ(read_text("@classLabel true\n@data\n1:b\n1:a\n").class_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read_text(kHeader + "1:a\n", {.class_names = {"x", "a", "B"}}).labels, (Labels{1}));
}

TEST(ReadTs, Errors) {
  EXPECT_EQ(message_of("@univariate true\n@classLabel true 1\n@data\n1:2:1\n"),
            "f:4: the case has 2 channels, expected 1 (@univariate true)");
  EXPECT_EQ(message_of(kTwo + "1:1\n"), "f:5: the case has 1 channels, expected 2 (@dimensions)");
  EXPECT_EQ(message_of(kTwo + "1,2:3:1\n"), "f:5: channel 2 has 1 values, expected 2 as in channel 1");
  EXPECT_EQ(message_of("@data\n1:2\n3\n"), "f:3: the case has 1 channel, expected 2 as in the first case (line 2)");
  EXPECT_EQ(message_of("@equalLength true\n@data\n1,2\n3\n"),
            "f:4: the series has 1 values, expected 2 as in line 3 (@equalLength true)");
  EXPECT_EQ(message_of("@seriesLength 3\n@data\n1,2\n"), "f:3: the series has 2 values, expected 3 (@seriesLength)");
  EXPECT_EQ(message_of(kHeader + "1,x,3:a\n"), "f:6: 'x' as value 2 of channel 1, expected a number or '?'");
  EXPECT_EQ(message_of(kHeader + "1,,3:a\n"), "f:6: an empty value as value 2 of channel 1, expected a number or '?'");
  EXPECT_EQ(message_of(kHeader + "1,2,:a\n"), "f:6: an empty value as value 3 of channel 1, expected a number or '?'");
  EXPECT_EQ(message_of(kHeader + "1;2:a\n"),
            "f:6: '1;2' (values separated by ';'?) as value 1 of channel 1, expected a number or '?'");
  EXPECT_EQ(message_of(kHeader + "1,2:c\n"), "f:6: class label 'c', expected one that the header declares: 'a', 'B'");
  EXPECT_EQ(message_of(kHeader + "1,2:b\n"), "f:6: class label 'b', expected one that the header declares: 'a', 'B'");
  EXPECT_EQ(message_of(kHeader + "1,2\n"),
            "f:6: the label is missing, expected ':' and a class label behind the last value");
  EXPECT_EQ(message_of(kHeader + "1,2:\n"),
            "f:6: the label is missing, expected ':' and a class label behind the last value");
  EXPECT_EQ(message_of("@targetLabel true\n@data\n1,2:x\n"), "f:3: target 'x', expected a number");
  EXPECT_EQ(message_of(kHeader + ":a\n"), "f:6: the case has no values, expected at least one");
  EXPECT_EQ(message_of(kHeader), "f: the file holds no cases");
  EXPECT_EQ(message_of("", {.format = Format::ts}), "f: the file is empty");
  EXPECT_EQ(message_of("@problemName x\n"), "f: the header ends without an '@data' line");
  EXPECT_EQ(message_of("@univariate maybe\n@data\n"), "f:1: @univariate 'maybe', expected true or false");
  EXPECT_EQ(message_of("@dimensions 0\n@data\n"), "f:1: @dimensions '0', expected a positive integer");
  EXPECT_EQ(message_of("@problemName x\n1,2:1\n"),
            "f:2: '1,2:1', expected a header line that begins with '@' or a comment with '#'");
  EXPECT_EQ(message_of("@classLabel true 1\n@targetLabel true\n@data\n"),
            "f:2: both @classLabel and @targetLabel are true, expected at most one");
  EXPECT_EQ(message_of(kHeader + "1:a\n", {.class_names = {"x"}}),
            "f: class 'a' does not occur in the training data, which has 'x'");
}

TEST(ReadTs, TimeStampErrors) {
  const std::string header = "@timeStamps true\n@classLabel true 1\n@data\n";
  EXPECT_EQ(message_of(header + "1,2:1\n"),
            "f:4: plain values, expected (time stamp,value) tuples (@timeStamps is true)");
  EXPECT_EQ(message_of("@timeStamps false\n@data\n(0,1)\n"),
            "f:3: a time stamp in parentheses, expected plain values (@timeStamps is not true)");
  EXPECT_EQ(message_of(header + "(0,1),(1,2:1\n"),
            "f:4: '(1,2:1' as value 2 of channel 1, expected (time stamp,value)");
  EXPECT_EQ(message_of(header + "(0,1),\n"), "f:4: ',' as value 2 of channel 1, expected (time stamp,value)");
  EXPECT_EQ(message_of(header + "(0,x):1\n"), "f:4: 'x' as value 1 of channel 1, expected a number or '?'");
  EXPECT_EQ(message_of(header + "(0):1\n"), "f:4: an empty value as value 1 of channel 1, expected a number or '?'");
  EXPECT_EQ(message_of(header + "(0,1)\n"),
            "f:4: the label is missing, expected ':' and a class label behind the last value");
  EXPECT_EQ(message_of(header + "(0,1);(1,2):1\n"), "f:4: ';(1,2):1' behind a tuple, expected ',' or ':'");
  EXPECT_EQ(message_of("@timeStamps true\n@data\n(0,1):(1,2)\n"),
            "f:3: time stamp '1' of channel 2 differs from '0' of channel 1; channels must share their times");
}

TEST(ReadTs, MemoryIsLimited) {
  EXPECT_EQ(message_of("@data\n1,2,3,4,5,6\n1\n1\n", {.max_values = 12}),
            "f:4: 3 cases of 6 steps and 1 channels, padding included, are more than the 12 values allowed");
}

}  // namespace
}  // namespace wavetrain::series
