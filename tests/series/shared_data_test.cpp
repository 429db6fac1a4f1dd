// Every public file at hand, read and counted; and the errors of the nearest neighbour, which are published.

#include <algorithm>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "support/shared_data.hpp"
#include "wavetrain/series/missing.hpp"
#include "wavetrain/series/nearest_neighbor.hpp"
#include "wavetrain/series/normalize.hpp"
#include "wavetrain/series/read.hpp"

namespace wavetrain::series {
namespace {

struct Expected {
  const char* file;  // below data/, without _TRAIN/_TEST and extension
  const char* extension;
  Index train, test, time, channels, classes;  // time: of the longest series in train
  Index test_time;
  Index missing_train = 0, missing_test = 0;
};

void PrintTo(const Expected& expected, std::ostream* out) { *out << expected.file << expected.extension; }

class Archive : public ::testing::TestWithParam<Expected> {};

Index count_missing(const SeriesSet& set) {
  return std::count_if(set.values.begin(), set.values.end(), [](float value) { return value != value; });
}

void check(const SeriesSet& set, Index samples, Index time, const Expected& expected, Index missing) {
  EXPECT_EQ(set.values.shape(), (Shape{samples, time, expected.channels}));
  EXPECT_EQ(set.classes(), expected.classes);
  EXPECT_EQ(set.has_targets(), expected.classes == 0);
  EXPECT_EQ(count_missing(set), missing);
  EXPECT_EQ(set.has_missing, missing > 0);
  EXPECT_EQ(set.first_missing().has_value(), missing > 0);
  EXPECT_EQ(set.lengths.size(), static_cast<std::size_t>(samples));
  EXPECT_EQ(*std::max_element(set.lengths.begin(), set.lengths.end()), time);
}

TEST_P(Archive, HasTheCountsOfItsDescription) {
  const Expected& expected = GetParam();
  WAVETRAIN_SHARED_DATA(train, std::string(expected.file) + "_TRAIN" + expected.extension);
  check(read_series(train), expected.train, expected.time, expected, expected.missing_train);
  if (expected.test == 0) return;
  WAVETRAIN_SHARED_DATA(test, std::string(expected.file) + "_TEST" + expected.extension);
  check(read_series(test), expected.test, expected.test_time, expected, expected.missing_test);
}

INSTANTIATE_TEST_SUITE_P(
    Sets, Archive,
    ::testing::Values(
        Expected{"classification/ItalyPowerDemand/ItalyPowerDemand", ".ts", 67, 1029, 24, 1, 2, 24},
        Expected{"classification/GunPoint/GunPoint", ".ts", 50, 150, 150, 1, 2, 150},
        Expected{"classification/GunPoint/GunPoint", ".tsv", 50, 150, 150, 1, 2, 150},
        Expected{"classification/GunPoint/GunPoint", ".arff", 50, 150, 150, 1, 2, 150},
        Expected{"classification/GunPoint/GunPoint", ".txt", 50, 150, 150, 1, 2, 150},
        Expected{"classification/Coffee/Coffee", ".ts", 28, 28, 286, 1, 2, 286},
        Expected{"classification/CBF/CBF", ".tsv", 30, 900, 128, 1, 3, 128},
        Expected{"classification/SyntheticControl/SyntheticControl", ".ts", 300, 300, 60, 1, 6, 60},
        Expected{"classification/ArrowHead/ArrowHead", ".ts", 36, 175, 251, 1, 3, 251},
        Expected{"classification/PowerCons/PowerCons", ".tsv", 180, 180, 144, 1, 2, 144},
        Expected{"classification/MedicalImages/MedicalImages", ".tsv", 381, 760, 99, 1, 10, 99},
        Expected{"classification/MelbournePedestrian/MelbournePedestrian", ".tsv", 1194, 2439, 24, 1, 10, 24, 82, 171},
        Expected{"classification/PickupGestureWiimoteZ/PickupGestureWiimoteZ", ".ts", 50, 50, 361, 1, 10, 324},
        Expected{"classification/BasicMotions/BasicMotions", ".ts", 40, 40, 100, 6, 4, 100},
        Expected{"classification/BasicMotions/BasicMotions", ".arff", 40, 40, 100, 6, 4, 100},
        Expected{"classification/JapaneseVowels/JapaneseVowels", ".ts", 270, 370, 26, 12, 9, 29},
        Expected{"classification/Libras/Libras", ".mts", 180, 180, 45, 2, 15, 45},
        Expected{"classification/UnitTest/UnitTest", ".ts", 20, 22, 24, 1, 2, 24},
        Expected{"classification/UnitTest/UnitTestTimeStamps", ".ts", 4, 0, 4, 1, 2, 0},
        Expected{"regression/Covid3Month/Covid3Month", ".ts", 140, 61, 84, 1, 0, 84},
        Expected{"regression/Tecator/Tecator", ".ts", 172, 43, 100, 1, 0, 100}));

enum class Prepare { none, normalize, interpolate, interpolate_and_normalize };

struct Errors {
  const char* file;
  const char* extension;
  Prepare prepare;
  Index errors, cases;
};

void PrintTo(const Errors& errors, std::ostream* out) { *out << errors.file << errors.extension; }

class NearestNeighbor : public ::testing::TestWithParam<Errors> {};

// The archive's table normalises series together with their padding, hence without lengths.
void prepare(SeriesSet& set, Prepare how) {
  if (how == Prepare::interpolate || how == Prepare::interpolate_and_normalize) {
    fill_missing(set, MissingPolicy::interpolate);
  }
  if (how == Prepare::normalize || how == Prepare::interpolate_and_normalize) {
    Normalizer::fit(Scaling::per_series, set.values).apply(set.values);
  }
}

TEST_P(NearestNeighbor, HasThePublishedErrors) {
  const Errors& expected = GetParam();
  const std::string file = std::string("classification/") + expected.file;
  WAVETRAIN_SHARED_DATA(train, file + "_TRAIN" + expected.extension);
  WAVETRAIN_SHARED_DATA(test, file + "_TEST" + expected.extension);
  SplitSet split = read_split(train, test);
  prepare(split.train, expected.prepare);
  prepare(split.test, expected.prepare);
  EXPECT_EQ(split.test.samples(), expected.cases);
  EXPECT_EQ(count_errors(split.test.labels, classify_nearest(split.train, split.test)), expected.errors);
}

INSTANTIATE_TEST_SUITE_P(
    Sets, NearestNeighbor,
    ::testing::Values(Errors{"ItalyPowerDemand/ItalyPowerDemand", ".ts", Prepare::none, 46, 1029},
                      Errors{"GunPoint/GunPoint", ".ts", Prepare::none, 13, 150},
                      Errors{"Coffee/Coffee", ".ts", Prepare::none, 0, 28},
                      Errors{"CBF/CBF", ".tsv", Prepare::none, 133, 900},
                      Errors{"SyntheticControl/SyntheticControl", ".ts", Prepare::none, 36, 300},
                      Errors{"ArrowHead/ArrowHead", ".ts", Prepare::none, 35, 175},
                      Errors{"MedicalImages/MedicalImages", ".tsv", Prepare::none, 240, 760},
                      Errors{"PowerCons/PowerCons", ".tsv", Prepare::normalize, 12, 180},
                      Errors{"PowerCons/PowerCons", ".tsv", Prepare::none, 4, 180},
                      Errors{"MelbournePedestrian/MelbournePedestrian", ".tsv", Prepare::interpolate_and_normalize, 372,
                             2439},
                      Errors{"MelbournePedestrian/MelbournePedestrian", ".tsv", Prepare::interpolate, 133, 2439},
                      Errors{"PickupGestureWiimoteZ/PickupGestureWiimoteZ", ".ts", Prepare::normalize, 22, 50},
                      Errors{"BasicMotions/BasicMotions", ".ts", Prepare::none, 16, 40},
                      Errors{"BasicMotions/BasicMotions", ".arff", Prepare::none, 16, 40},
                      Errors{"Libras/Libras", ".mts", Prepare::none, 31, 180}));

struct WarpedErrors {
  const char* file;
  const char* extension;
  double rate;  // the archive's column "DTW (w=100)"
};

// As published for a band without limit.
TEST(SharedData, WarpingHasThePublishedErrors) {
  for (const WarpedErrors& expected :
       {WarpedErrors{"ItalyPowerDemand", ".ts", 0.0496}, WarpedErrors{"GunPoint", ".ts", 0.0933},
        WarpedErrors{"Coffee", ".ts", 0.0}, WarpedErrors{"CBF", ".tsv", 0.0033},
        WarpedErrors{"SyntheticControl", ".ts", 0.0067}, WarpedErrors{"ArrowHead", ".ts", 0.2971}}) {
    const std::string file = std::string("classification/") + expected.file + "/" + expected.file;
    WAVETRAIN_SHARED_DATA(train, file + "_TRAIN" + expected.extension);
    WAVETRAIN_SHARED_DATA(test, file + "_TEST" + expected.extension);
    const SplitSet split = read_split(train, test);
    const std::vector<Index> nearest =
        nearest_neighbors_warped(split.train.values, split.test.values, {.band = split.train.time()});
    Index errors = 0;
    for (Index i = 0; i < split.test.samples(); ++i) {
      errors += split.test.labels[i] != split.train.labels[nearest[static_cast<std::size_t>(i)]];
    }
    EXPECT_NEAR(static_cast<double>(errors) / static_cast<double>(split.test.samples()), expected.rate, 5e-5) << file;
  }
}

TEST(SharedData, GunPointIsTheSameInFourFormats) {
  for (const std::string part : {"_TRAIN", "_TEST"}) {
    WAVETRAIN_SHARED_DATA(ts, "classification/GunPoint/GunPoint" + part + ".ts");
    const SeriesSet reference = read_series(ts);
    for (const std::string extension : {".tsv", ".arff", ".txt"}) {
      WAVETRAIN_SHARED_DATA(path, "classification/GunPoint/GunPoint" + part + extension);
      const SeriesSet other = read_series(path);
      EXPECT_EQ(other.values, reference.values) << path;
      EXPECT_EQ(other.labels, reference.labels) << path;
      EXPECT_EQ(other.class_names, reference.class_names) << path;
    }
  }
}

TEST(SharedData, BasicMotionsIsTheSameInTwoFormats) {
  WAVETRAIN_SHARED_DATA(ts, "classification/BasicMotions/BasicMotions_TEST.ts");
  WAVETRAIN_SHARED_DATA(arff, "classification/BasicMotions/BasicMotions_TEST.arff");
  const SeriesSet a = read_series(ts);
  const SeriesSet b = read_series(arff);
  EXPECT_EQ(a.values, b.values);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.class_names, (std::vector<std::string>{"Standing", "Running", "Walking", "Badminton"}));
}

TEST(SharedData, VowelsShareOneLengthPerCase) {
  WAVETRAIN_SHARED_DATA(train, "classification/JapaneseVowels/JapaneseVowels_TRAIN.ts");
  WAVETRAIN_SHARED_DATA(test, "classification/JapaneseVowels/JapaneseVowels_TEST.ts");
  const SplitSet split = read_split(train, test);
  EXPECT_EQ(split.train.time(), 29);
  EXPECT_FALSE(split.train.equal_length);
  EXPECT_EQ(*std::min_element(split.train.lengths.begin(), split.train.lengths.end()), 7);
}

TEST(SharedData, TimeStampsAreKept) {
  WAVETRAIN_SHARED_DATA(path, "classification/UnitTest/UnitTestTimeStamps_TRAIN.ts");
  const SeriesSet set = read_series(path);
  ASSERT_EQ(set.time_stamps.size(), 4u);
  EXPECT_EQ(set.time_stamps[0][1], "2007-01-01 00:01:00");
  EXPECT_EQ(set.values(0, 1, 0), 241.75f);
}

TEST(SharedData, TargetsAreNumbers) {
  WAVETRAIN_SHARED_DATA(path, "regression/Covid3Month/Covid3Month_TRAIN.ts");
  const SeriesSet set = read_series(path);
  EXPECT_EQ(set.targets.size(), 140);
  EXPECT_LE(*std::max_element(set.targets.begin(), set.targets.end()), 0.1819f);
}

}  // namespace
}  // namespace wavetrain::series
