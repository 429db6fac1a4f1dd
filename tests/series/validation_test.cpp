#include "wavetrain/series/validation.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

Labels labels_of(std::initializer_list<std::int32_t> values) { return Labels(values); }

void expect_partition(const std::vector<Fold>& folds, Index samples) {
  std::vector<Index> all;
  for (const Fold& fold : folds) {
    EXPECT_EQ(static_cast<Index>(fold.train.size() + fold.test.size()), samples);
    EXPECT_TRUE(std::is_sorted(fold.train.begin(), fold.train.end()));
    all.insert(all.end(), fold.test.begin(), fold.test.end());
    for (const Index i : fold.test) EXPECT_FALSE(std::binary_search(fold.train.begin(), fold.train.end(), i));
  }
  std::sort(all.begin(), all.end());
  for (Index i = 0; i < samples; ++i) ASSERT_EQ(all[static_cast<std::size_t>(i)], i);
}

TEST(KFold, EverySampleIsTestedOnce) {
  const std::vector<Fold> folds = k_fold(11, 3, 5);
  ASSERT_EQ(folds.size(), 3u);
  expect_partition(folds, 11);
  for (const Fold& fold : folds) EXPECT_NEAR(static_cast<double>(fold.test.size()), 11.0 / 3, 1);
  EXPECT_EQ(k_fold(11, 3, 5)[0].test, folds[0].test);
  EXPECT_NE(k_fold(11, 3, 6)[0].test, folds[0].test);
  EXPECT_THROW(k_fold(3, 4, 0), ValueError);
  EXPECT_THROW(k_fold(3, 1, 0), ValueError);
}

TEST(KFold, StratifiedSpreadsEveryClass) {
  const Labels labels = labels_of({0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2});
  const std::vector<Fold> folds = stratified_k_fold(labels, 3, 1);
  expect_partition(folds, 12);
  for (const Fold& fold : folds) {
    std::vector<int> counts(3);
    for (const Index i : fold.test) ++counts[static_cast<std::size_t>(labels[i])];
    EXPECT_EQ(counts, (std::vector<int>{2, 1, 1}));
  }
}

TEST(RandomSplit, LeavesEveryClassOnBothSides) {
  const Labels labels = labels_of({0, 0, 0, 0, 0, 0, 0, 0, 1, 1});
  const Fold fold = random_split(10, labels, 0.2, 3);
  expect_partition({fold, Fold{fold.test, fold.train}}, 10);
  EXPECT_EQ(fold.test.size(), 3u);  // two of eight, one of two
  EXPECT_EQ(random_split(10, {}, 0.2, 3).test.size(), 2u);
  EXPECT_THROW(random_split(10, labels, 1.0, 3), ValueError);
  EXPECT_THROW(random_split(1, {}, 0.5, 3), ValueError);
  EXPECT_THROW(random_split(10, labels, 0.05, 3), ValueError);
}

TEST(RollingOrigin, TrainsOnAllThatCameBefore) {
  const std::vector<TimeSplit> splits = rolling_origins(20, 3, 4);
  ASSERT_EQ(splits.size(), 3u);
  EXPECT_EQ(splits[0].train, (RowRange{0, 8}));
  EXPECT_EQ(splits[0].test, (RowRange{8, 12}));
  EXPECT_EQ(splits[2].test, (RowRange{16, 20}));
  EXPECT_THROW(rolling_origins(20, 5, 4), ValueError);
  EXPECT_THROW(rolling_origins(20, 0, 4), ValueError);
}

}  // namespace
}  // namespace wavetrain::series
