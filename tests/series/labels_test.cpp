#include "wavetrain/series/labels.hpp"

#include <gtest/gtest.h>

namespace wavetrain::series {
namespace {

using Names = std::vector<std::string>;

std::vector<int> values(const Labels& labels) { return {labels.begin(), labels.end()}; }

TEST(Labels, NumbersAreSortedByValue) {
  const EncodedLabels result = encode_labels(Names{"10", "2", "1", "10"});
  EXPECT_EQ(result.class_names, (Names{"1", "2", "10"}));
  EXPECT_EQ(values(result.labels), (std::vector<int>{2, 1, 0, 2}));
}

TEST(Labels, MinusOneAndOneBecomeZeroAndOne) {
  EXPECT_EQ(values(encode_labels(Names{"1", "-1", "1"}).labels), (std::vector<int>{1, 0, 1}));
}

TEST(Labels, WordsAreSortedAndKeepTheirCase) {
  EXPECT_EQ(encode_labels(Names{"walking", "Standing", "Walking"}).class_names,
            (Names{"Standing", "Walking", "walking"}));
}

TEST(Labels, DeclaredWordsKeepTheirOrder) {
  const EncodedLabels result = encode_labels(Names{"b", "a"}, Names{"c", "b", "a", "b"});
  EXPECT_EQ(result.class_names, (Names{"c", "b", "a"}));
  EXPECT_EQ(values(result.labels), (std::vector<int>{1, 2}));
}

TEST(Labels, DeclaredNumbersAreSorted) {
  EXPECT_EQ(encode_labels(Names{"3"}, Names{"1", "10", "2", "3"}).class_names, (Names{"1", "2", "3", "10"}));
}

TEST(Labels, SpellingsOfOneNumberAreOneClass) {
  const EncodedLabels result = encode_labels(Names{"1", "1.0", "2", "+2"});
  EXPECT_EQ(result.class_names.size(), 2u);
  EXPECT_EQ(values(result.labels), (std::vector<int>{0, 0, 1, 1}));
  EXPECT_EQ(find_class("1.0e0", Names{"0", "1"}), 1);
  EXPECT_EQ(find_class("one", Names{"0", "1"}), -1);
}

TEST(Labels, OneWordAmongNumbersMakesAllWords) {
  EXPECT_EQ(encode_labels(Names{"10", "9", "x"}).class_names, (Names{"10", "9", "x"}));
}

TEST(Labels, UnseenClassIsNamed) {
  try {
    encode_with_classes(Names{"1", "7"}, Names{"1", "2"});
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(), "class '7' does not occur in the training data, which has '1', '2'");
  }
  EXPECT_THROW(encode_labels(Names{"x"}, Names{"a"}), ValueError);
}

TEST(Labels, CanonicalLabel) {
  EXPECT_EQ(canonical_label("1.0000000e+00"), "1");
  EXPECT_EQ(canonical_label("-1.0"), "-1");
  EXPECT_EQ(canonical_label("0.5"), "0.5");
  EXPECT_EQ(canonical_label("Standing"), "Standing");
  EXPECT_EQ(canonical_label("nan"), "nan");
  EXPECT_EQ(canonical_label("1e300"), "1e300");
  EXPECT_EQ(canonical_label(""), "");
}

SeriesSet labelled(Names names) {
  SeriesSet set;
  EncodedLabels encoded = encode_labels(names);
  set.values = Array(Shape{static_cast<Index>(names.size()), 1, 1});
  set.lengths.assign(names.size(), 1);
  set.class_names = encoded.class_names;
  set.labels = encoded.labels;
  set.source = "test.tsv";
  return set;
}

TEST(Labels, MatchRenumbersAndNamesTheUnseen) {
  SeriesSet set = labelled({"2", "3"});
  match_classes(set, Names{"1", "2", "3"});
  EXPECT_EQ(values(set.labels), (std::vector<int>{1, 2}));
  EXPECT_EQ(set.classes(), 3);
  SeriesSet other = labelled({"1", "4"});
  try {
    match_classes(other, Names{"1", "2"});
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(), "test.tsv: class '4' of case 2 does not occur in the training data, which has '1', '2'");
  }
}

TEST(Labels, MergeGivesTheUnion) {
  SeriesSet a = labelled({"10", "2"});
  SeriesSet b = labelled({"3", "2"});
  SeriesSet* sets[] = {&a, &b};
  merge_classes(sets);
  EXPECT_EQ(a.class_names, (Names{"2", "3", "10"}));
  EXPECT_EQ(a.class_names, b.class_names);
  EXPECT_EQ(values(a.labels), (std::vector<int>{2, 0}));
  EXPECT_EQ(values(b.labels), (std::vector<int>{1, 0}));
}

TEST(Labels, CountsFollowTheNames) { EXPECT_EQ(labelled({"b", "a", "b"}).class_counts(), (std::vector<Index>{1, 2})); }

}  // namespace
}  // namespace wavetrain::series
