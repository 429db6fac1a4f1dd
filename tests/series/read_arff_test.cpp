#include <cmath>

#include <gtest/gtest.h>

#include "series/read_text.hpp"

namespace wavetrain::series {
namespace {

const std::string kUni = "@relation r\n@attribute a numeric\n@attribute 'b b' REAL\n@attribute target {1,2}\n@data\n";
const std::string kMulti =
    "@RELATION 'r'\n\n@attribute x relational\n\t@attribute a numeric\n\t@attribute b numeric\n@end x\n"
    "@attribute class {Up,'Down hill'}\n\n@data\n";

TEST(ReadArff, Univariate) {
  const SeriesSet set = read_text("% comment\n" + kUni + "1,2,2\r\n%\n\n-1.5,?,1");
  EXPECT_EQ(set.values.shape(), (Shape{2, 2, 1}));
  EXPECT_EQ(set.values[2], -1.5f);
  EXPECT_TRUE(std::isnan(set.values[3]));
  EXPECT_EQ(set.labels, (Labels{1, 0}));
}

TEST(ReadArff, RelationalWithEitherQuote) {
  const SeriesSet set = read_text(kMulti + "'1,2\\n3,4\\n5,6',Up\n\"7,8\\n9,10\\n11,?\\n\", 'Down hill'\n");
  EXPECT_EQ(set.values.shape(), (Shape{2, 2, 3}));
  EXPECT_EQ(set.values(0, 1, 0), 2.0f);
  EXPECT_EQ(set.values(0, 0, 2), 5.0f);
  EXPECT_EQ(set.values(1, 1, 1), 10.0f);
  EXPECT_EQ(set.first_missing(), (Position{.sample = 1, .channel = 2, .step = 1}));
  EXPECT_EQ(set.class_names, (std::vector<std::string>{"Up", "Down hill"}));
  EXPECT_EQ(set.labels, (Labels{0, 1}));
}

TEST(ReadArff, QuotedClassInAPlainRow) {
  EXPECT_EQ(read_text("@relation r\n@attribute a numeric\n@attribute c {'a,b', c}\n@data\n1,'a,b'\n").labels,
            (Labels{0}));
}

TEST(ReadArff, UnequalLengthsEndInMissingValues) {
  const SeriesSet set = read_text(kMulti + "'1,2\\n3,?',Up\n'1,?\\n3,?',Up\n", {.unequal_length = true});
  EXPECT_EQ(set.lengths, (std::vector<Index>{2, 1}));
  EXPECT_EQ(set.values(1, 1, 0), 0.0f);
}

TEST(ReadArff, RegressionAndNoLabels) {
  const std::string header = "@relation r\n@attribute a numeric\n@attribute b numeric\n@attribute y numeric\n@data\n";
  EXPECT_EQ(read_text(header + "1,2,0.5\n", {.labels = LabelKind::targets}).targets, (Array{0.5f}));
  EXPECT_EQ(read_text(header + "1,2,0.5\n", {.labels = LabelKind::none}).values.shape(), (Shape{1, 3, 1}));
  EXPECT_FALSE(read_text(kUni + "1,2,1\n", {.labels = LabelKind::none}).has_labels());
  const std::string relational =
      "@relation r\n@attribute x relational\n@attribute a numeric\n@end x\n@attribute y numeric\n@data\n";
  EXPECT_EQ(read_text(relational + "'1\\n2',7\n", {.labels = LabelKind::targets}).targets, (Array{7.0f}));
}

TEST(ReadArff, Errors) {
  EXPECT_EQ(message_of(kUni + "1,x,1\n"), "f:6: 'x' as value 2 of channel 1, expected a number or '?'");
  EXPECT_EQ(message_of(kUni + "1,1\n"), "f:6: channel 1 has 1 values, expected 2 as the header declares attributes");
  EXPECT_EQ(message_of(kUni + "1,2,3\n"), "f:6: class label '3', expected one that the header declares: '1', '2'");
  EXPECT_EQ(message_of(kUni + "1,2,?\n"), "f:6: the label is missing ('?')");
  EXPECT_EQ(message_of(kUni + "1\n"), "f:6: '1', expected values and a label separated by commas");
  EXPECT_EQ(message_of(kUni + "{0 1}\n"), "f:6: a sparse row in braces, expected values separated by commas");
  EXPECT_EQ(message_of(kUni), "f: the file holds no cases");
  EXPECT_EQ(message_of("@relation r\n"), "f: the header ends without an '@data' line");
  EXPECT_EQ(message_of("@relation r\n@attribute a numeric\n@data\n1\n").substr(0, 23), "f: the label is missing");
  EXPECT_EQ(message_of("@relation r\n@attribute c {1}\n@data\n1\n"),
            "f:3: the header declares no numeric attribute, expected one per time step");
  EXPECT_EQ(message_of("@relation r\n@attribute a string\n"),
            "f:2: attribute 'a' is of type 'string', expected numeric, relational or classes in braces");
  EXPECT_EQ(message_of("@relation r\n@attribute c {1}\n@attribute a numeric\n"),
            "f:3: attribute 'a' stands behind the class, expected the class last");
  EXPECT_EQ(message_of("@relation r\n@atribute c {1}\n"),
            "f:2: '@atribute', expected @relation, @attribute, @end or @data");
  EXPECT_EQ(message_of("@relation r\n@attribute c {1\n"), "f:2: '{1', expected classes in braces");
  EXPECT_EQ(message_of(kMulti + "1,2,Up\n"),
            "f:10: '1,2,Up', expected the channels in one pair of quotes, then the class");
  EXPECT_EQ(message_of(kMulti + "'1,2\\n3',Up\n"),
            "f:10: channel 2 has 1 values, expected 2 as the header declares attributes");
  EXPECT_EQ(message_of(kMulti + "'1,2\\n3,4'\n"), "f:10: the label is missing ('')");
  EXPECT_EQ(message_of(kMulti + "'1,2\\n3,4' Up\n"), "f:10: 'Up' behind the series, expected ',' and a label");
  EXPECT_EQ(message_of(kMulti + "'1,2\\n3,4',Up\n'1,2',Up\n"),
            "f:11: the case has 1 channel, expected 2 as in the first case (line 10)");
}

}  // namespace
}  // namespace wavetrain::series
