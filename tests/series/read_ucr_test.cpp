#include <cmath>

#include <gtest/gtest.h>

#include "series/read_text.hpp"

namespace wavetrain::series {
namespace {

Array series(std::vector<float> values, Index samples) {
  const auto time = static_cast<Index>(values.size()) / samples;
  return Array(Shape{samples, time, 1}, std::span<const float>(values));
}

TEST(ReadUcr, AnySeparator) {
  const Array expected = series({0.5f, 1, 2, 3}, 2);
  for (const std::string text :
       {"1\t0.5\t1\n-1\t2\t3\n", "1,0.5,1\n-1,2,3\n", "  1.0000000e+00  5.0e-1   1\r\n -1.0e+00 2 3", "1;0.5;1\n-1;2;3",
        "1, 0.5, 1\n-1, 2, 3\n", "1|0.5|1\n-1|2|3\n", "1,0.5,1,\n-1,2,3,\n", "1\t0.5\t1\t\n-1\t2\t3\t\n",
        "1 0.5 1  \n\n-1 2 3\n\n"}) {
    const SeriesSet set = read_text(text);
    EXPECT_EQ(set.values, expected) << text;
    EXPECT_EQ(set.class_names, (std::vector<std::string>{"-1", "1"})) << text;
    EXPECT_EQ(set.labels, (Labels{1, 0})) << text;
  }
}

TEST(ReadUcr, LabelInAnyColumnOrNone) {
  EXPECT_EQ(read_text("0.5,1,a\n2,3,b\n", {.label_column = -1}).values, series({0.5f, 1, 2, 3}, 2));
  EXPECT_EQ(read_text("0.5,a,1\n2,b,3\n", {.label_column = 1}).values, series({0.5f, 1, 2, 3}, 2));
  EXPECT_EQ(read_text("0.5,a,1\n2,b,3\n", {.label_column = -2}).labels, (Labels{0, 1}));
  EXPECT_EQ(read_text("0.5  1  a\n2 3   b \n", {.label_column = -1}).values, series({0.5f, 1, 2, 3}, 2));
  EXPECT_EQ(read_text("0.5  a  1\n2 b   3 \n", {.label_column = 1}).values, series({0.5f, 1, 2, 3}, 2));
  EXPECT_EQ(read_text("0.5,1\n2,3\n", {.labels = LabelKind::none}).values, series({0.5f, 1, 2, 3}, 2));
  EXPECT_EQ(read_text("0.5,1,7.25\n", {.labels = LabelKind::targets, .label_column = -1}).targets, (Array{7.25f}));
}

TEST(ReadUcr, MissingValues) {
  const SeriesSet set = read_text("1\t1\tNaN\t3\n2\t?\t2\t3\n");
  EXPECT_EQ(set.first_missing(), (Position{.sample = 0, .channel = 0, .step = 1}));
  EXPECT_TRUE(std::isnan(set.values(1, 0, 0)));
  EXPECT_TRUE(std::isnan(read_text("1,1,,3\n1,1,2,3\n").values(0, 1, 0)));
  EXPECT_TRUE(std::isnan(read_text("1,1,2,3\n1,1,2,\n").values(1, 2, 0)));
}

TEST(ReadUcr, UnequalLengthOnRequest) {
  const SeriesSet set = read_text("1\t1\t2\tNaN\tNaN\n2\t1\tNaN\t3\t4\n", {.unequal_length = true});
  EXPECT_EQ(set.lengths, (std::vector<Index>{2, 4}));
  EXPECT_EQ(set.first_missing(), (Position{.sample = 1, .channel = 0, .step = 1}));
  EXPECT_EQ(read_text("1 1\n2 1 2 3\n", {.unequal_length = true}).lengths, (std::vector<Index>{1, 3}));
  EXPECT_EQ(read_text("1,1,,\n2,1,2,3\n", {.unequal_length = true}).lengths, (std::vector<Index>{1, 3}));
}

TEST(ReadUcr, HeaderRowOfNamesIsSkipped) {
  EXPECT_EQ(read_text("label,t0,t1\nx,1,2\n").values, series({1, 2}, 1));
  EXPECT_EQ(read_text("x,1,2\ny,3,4\n").samples(), 2);
  EXPECT_EQ(read_text("\"x\",1,2\n'y',3,4\n").class_names, (std::vector<std::string>{"x", "y"}));
}

TEST(ReadUcr, Errors) {
  EXPECT_EQ(message_of("1,2,3\n1,2\n"),
            "f:2: the row has 2 columns, expected 3 as in line 1 (series of unequal length must be asked for)");
  EXPECT_EQ(message_of("1,2,3\n1,2,3,4\n"),
            "f:2: the row has 4 columns, expected 3 as in line 1 (series of unequal length must be asked for)");
  EXPECT_EQ(message_of("1,2,x\n"), "f:1: 'x' in column 3, expected a number");
  EXPECT_EQ(message_of("1;0,5;3\n", {.decimal_comma = false}),
            "f:1: '0,5' (a decimal comma? numbers need a point) in column 2, expected a number");
  EXPECT_EQ(message_of("1\t0,5\t3\n", {.decimal_comma = false}),
            "f:1: '0,5' (a decimal comma? numbers need a point) in column 2, expected a number");
  EXPECT_EQ(message_of("1:2:3\n"),
            "f:1: the row has one column, expected a label and values; columns are taken to be separated by blank");
  EXPECT_EQ(message_of("1;2;3\n", {.separator = ','}),
            "f:1: '1;2;3' (values separated by ';'?) in column 1, expected a class label; columns are taken to be "
            "separated by ','");
  EXPECT_EQ(message_of(",2,3\n"), "f:1: the label in column 1 is missing ('')");
  EXPECT_EQ(message_of("NaN,2,3\n"), "f:1: the label in column 1 is missing ('NaN')");
  EXPECT_EQ(message_of("0.25,2,1\n0.75,3,2\n0.5,3,1\n"),
            "f:1: the label column 0 holds 3 different values such as '0.25' in 3 cases, expected class labels; is the "
            "label in another column (first 0, last -1), or a target to predict?");
  EXPECT_EQ(message_of("1,2,3\n", {.label_column = 5}), "f:1: the row has 3 columns, expected the label in column 6");
  EXPECT_EQ(message_of("1,2,3\n", {.label_column = -5}), "f:1: the row has 3 columns, expected the label in column -5");
  EXPECT_EQ(message_of("x,2,3\n", {.labels = LabelKind::targets}),
            "f:1: 'x' in column 1, expected a number to predict");
  EXPECT_EQ(message_of(""), "f: the file is empty");
  EXPECT_EQ(message_of("\n\n"), "f: the file holds no cases");
  EXPECT_EQ(message_of(std::string("1,2\0,3\n", 8)), "f:1: a zero byte, expected text; this is a binary file");
  EXPECT_EQ(message_of("1,2\n", {.max_values = 0}), "max_values must be positive. Received: 0");
  EXPECT_EQ(message_of("1,2\n", {.format = Format::npz}), "f: .npy and .npz are read from files, not from streams.");
}

TEST(ReadMts, GroupsRowsBySample) {
  const SeriesSet set = read_text("1 1 3 0.5 10\n1 2 3 1 11\n7 1 1 2 12\n", {.format = Format::mts});
  EXPECT_EQ(set.values, (Array(Shape{2, 2, 2}, std::vector<float>{0.5f, 10, 1, 11, 2, 12, 0, 0})));
  EXPECT_EQ(set.lengths, (std::vector<Index>{2, 1}));
  EXPECT_EQ(set.class_names, (std::vector<std::string>{"1", "3"}));
  EXPECT_EQ(set.labels, (Labels{1, 0}));
  EXPECT_EQ(read_text("0,0,a,1\n0,1,a,?\n", {.format = Format::mts}).values.shape(), (Shape{1, 2, 1}));
  EXPECT_EQ(read_text("1 1 2.5 1\n", {.format = Format::mts, .labels = LabelKind::targets}).targets, (Array{2.5f}));
}

TEST(ReadMts, Errors) {
  const ReadOptions mts{.format = Format::mts};
  EXPECT_EQ(message_of("1 1 3 1\n1 3 3 1\n", mts), "f:2: step 3 of sample 1, expected step 2");
  EXPECT_EQ(message_of("1 1 3 1\n1 2 4 1\n", mts), "f:2: class '4' of sample 1, expected '3' as in its first row");
  EXPECT_EQ(message_of("1 1 3 1\n2 1 3 1\n1 2 3 1\n", mts), "f:3: sample 1 goes on, but its rows must stand together");
  EXPECT_EQ(message_of("1 1 3 1 2\n1 2 3 1\n", mts), "f:2: the row has 4 columns, expected 5");
  EXPECT_EQ(message_of("1 1 3\n", mts), "f:1: the row has 3 columns, expected sample, step, class and values");
  EXPECT_EQ(message_of("x 1 3 1\n", mts), "f:1: 'x' in column 1, expected a sample number");
  EXPECT_EQ(message_of("1 1 3 x\n", mts), "f:1: 'x' in column 4, expected a number");
  EXPECT_EQ(message_of("", mts), "f: the file is empty");
}

}  // namespace
}  // namespace wavetrain::series
