#include "wavetrain/series/write.hpp"

#include <bit>
#include <cmath>
#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"
#include "wavetrain/series/generators.hpp"
#include "wavetrain/series/read.hpp"

namespace wavetrain::series {
namespace {

SeriesSet from_ts(const std::string& text) {
  std::istringstream in(text);
  return read_series(in, {.format = Format::ts}, "f");
}

struct WriteSeries : testing::Test {
  std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "wavetrain_write_series";
  WriteSeries() { std::filesystem::create_directories(folder); }
  ~WriteSeries() override { std::filesystem::remove_all(folder); }

  SeriesSet again(const SeriesSet& set, const std::string& name, const ReadOptions& options = {}) {
    write_series(folder / name, set);
    return read_series(folder / name, options);
  }
};

void expect_equal(const SeriesSet& a, const SeriesSet& b) {
  ASSERT_EQ(a.values.shape(), b.values.shape());
  EXPECT_EQ(a.lengths, b.lengths);
  EXPECT_EQ(a.classes(), b.classes());  // where a format does not list them, their order is the reader's
  EXPECT_EQ(a.equal_length, b.equal_length);
  EXPECT_EQ(a.has_missing, b.has_missing);
  EXPECT_EQ(a.time_stamps, b.time_stamps);
  for (Index i = 0; i < a.samples(); ++i) {
    if (a.has_labels()) {
      EXPECT_EQ(a.class_names[static_cast<std::size_t>(a.labels[i])],
                b.class_names[static_cast<std::size_t>(b.labels[i])]);
    }
    for (Index t = 0; t < a.lengths[static_cast<std::size_t>(i)]; ++t) {
      for (Index c = 0; c < a.channels(); ++c) {
        const float expected = a.values(i, t, c), received = b.values(i, t, c);
        if (std::isnan(expected)) {
          EXPECT_TRUE(std::isnan(received));
        } else {
          EXPECT_EQ(std::bit_cast<std::uint32_t>(expected), std::bit_cast<std::uint32_t>(received));
        }
      }
    }
  }
  EXPECT_EQ(a.targets, b.targets);
}

TEST_F(WriteSeries, GeneratedSetsComeBack) {
  SeriesSet set = make_cbf(5, 1);
  set.class_names = {"3", "-1", "2"};
  for (const char* name : {"a.ts", "a.csv", "a.tsv", "a.npz"}) {
    SCOPED_TRACE(name);
    expect_equal(set, again(set, name));
  }
  const SeriesSet sums = make_adding_problem(4, 9, 1);  // two channels, numbers to predict
  expect_equal(sums, again(sums, "sums.ts"));
  expect_equal(sums, again(sums, "sums.npz", {.labels = LabelKind::targets}));
  EXPECT_THROW(again(sums, "sums.csv"), ValueError);
}

TEST_F(WriteSeries, LengthsGapsWordsAndTimeStamps) {
  const SeriesSet words = from_ts(
      "@problemName p\n@univariate false\n@classLabel true Walk Run\n@data\n1,?,3:4,5,6:Run\n-0,1e-30:7,?:Walk\n");
  EXPECT_TRUE(words.has_missing);
  EXPECT_FALSE(words.equal_length);
  expect_equal(words, again(words, "words.ts"));
  EXPECT_THROW(again(words, "words.npz"), ValueError);  // labels in words
  const SeriesSet stamped = from_ts(
      "@problemName p\n@timeStamps true\n@univariate true\n@classLabel true 1 2\n@data\n"
      "(2007-01-01 00:00:00,1),(2007-01-01 01:00:00,2):1\n(2007-01-02 00:00:00,3),(2007-01-02 01:00:00,?):2\n");
  expect_equal(stamped, again(stamped, "stamped.ts"));
  const SeriesSet unequal =
      from_ts("@problemName p\n@univariate true\n@classLabel true 1 2\n@data\n1,2,3:1\n4,?,6,7:2\n5:1\n");
  expect_equal(unequal, again(unequal, "unequal.ts"));
  expect_equal(unequal, again(unequal, "unequal.npz", {.unequal_length = true}));
  expect_equal(unequal, again(unequal, "unequal.tsv", {.unequal_length = true}));
  // NaN at the end of a series is padding there.
  const SeriesSet open = from_ts("@problemName p\n@univariate true\n@classLabel true 1 2\n@data\n1,2,3:1\n4,?:2\n");
  EXPECT_THROW(again(open, "open.npz"), ValueError);
  EXPECT_THROW(again(open, "open.tsv"), ValueError);
  expect_equal(open, again(open, "open.ts"));
}

TEST_F(WriteSeries, WhatAFormatCannotSayIsRefused) {
  SeriesSet set = make_cbf(1, 1);
  EXPECT_THROW(write_series(folder / "a.arff", set), ValueError);
  EXPECT_THROW(write_series(folder / "no" / "a.ts", set), FileError);
  set.class_names[0] = "walking up";
  EXPECT_THROW(write_series(folder / "a.ts", set), ValueError);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.ts"));
}

TEST_F(WriteSeries, TablesComeBack) {
  std::istringstream in("when,a,\"b, c\",note\n2020-01-01,1.5,,\"x, \"\"y\"\"\"\n2020-01-02,-2e-9,3,plain\n");
  const Table table = read_table(in, {}, "f");
  write_table(folder / "t.csv", table);
  const Table back = read_table(folder / "t.csv");
  EXPECT_EQ(back.columns, table.columns);
  ASSERT_EQ(back.text.size(), 2u);
  EXPECT_EQ((*back.time_stamps())[1], "2020-01-02");
  EXPECT_EQ(back.text[1][0], "x, \"y\"");
  EXPECT_EQ(back.values(0, 0), 1.5f);
  EXPECT_TRUE(std::isnan(back.values(0, 1)));
  EXPECT_EQ(back.values(1, 0), -2e-9f);
  EXPECT_THROW(write_table(folder / "t.txt", table), ValueError);
}

}  // namespace
}  // namespace wavetrain::series
