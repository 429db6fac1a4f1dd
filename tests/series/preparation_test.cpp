#include "wavetrain/series/preparation.hpp"

#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

Table table_of(const std::string& text) {
  std::istringstream in(text);
  return read_table(in);
}

const char* const kText =
    "date,a,b\n2020-01-01,1,10\n2020-01-02,3,20\n2020-01-03,6,30\n2020-01-04,10,50\n2020-01-05,15,10\n2020-01-06,21,"
    "40\n"
    "2020-01-07,2,45\n2020-01-08,9,44\n2020-01-09,5,12\n";

TEST(TablePreparation, ScalesByTheTrainingRows) {
  const Table table = table_of(kText);
  const TablePreparation preparation = TablePreparation::fit({.columns = {"b"}, .targets = {"a"}}, table, {0, 2});
  const PreparedTable prepared = preparation.apply(table);
  EXPECT_EQ(prepared.scaled.columns, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(preparation.inputs(), std::vector<std::string>{"b"});
  EXPECT_EQ(prepared.scaled.values(0, 0), -1);
  EXPECT_EQ(prepared.scaled.values(2, 1), 4);  // (6 - 2) / 1
  EXPECT_EQ(prepared.raw.values(2, 1), 6);
  EXPECT_EQ(prepared.first_row, 0);
}

TEST(TablePreparation, DifferencesAndLagsAreUndone) {
  const Table table = table_of(kText);
  for (const std::vector<Index>& differences : {std::vector<Index>{1}, {2}, {1, 2}, {2, 1}}) {
    const TablePreparation preparation = TablePreparation::fit(
        {.targets = {"b", "a"}, .differences = differences, .lags = {1}, .calendar = {"weekday"}}, table);
    const PreparedTable prepared = preparation.apply(table);
    EXPECT_EQ(preparation.inputs(),
              (std::vector<std::string>{"a", "b", "b lag 1", "a lag 1", "weekday sin", "weekday cos"}));
    Index reach = 1;
    for (const Index lag : differences) reach += lag;
    EXPECT_EQ(prepared.first_row, reach);
    const Windows windows = make_windows(prepared.scaled, {.columns = preparation.inputs(),
                                                           .targets = preparation.targets(),
                                                           .window = 1,
                                                           .horizon = 2,
                                                           .rows = {reach, -1}});
    // A perfect forecast comes back as the table itself.
    Array forecasts = windows.targets().to_array();
    preparation.restore(forecasts.view(), windows, prepared);
    for (Index i = 0; i < windows.size(); ++i) {
      for (Index h = 0; h < 2; ++h) {
        EXPECT_NEAR(forecasts(i, h, 0), table.values(windows.target_row(i) + h, 1), 1e-4);
        EXPECT_NEAR(forecasts(i, h, 1), table.values(windows.target_row(i) + h, 0), 1e-4);
      }
    }
  }
}

TEST(TablePreparation, MasksRowsThatMissAValue) {
  const Table table = table_of("a,b\n1,10\n,20\n3,\n4,40\n5,50\n6,60\n,70\n,80\n9,90\n");
  const TablePreparation preparation = TablePreparation::fit(
      {.columns = {"a"}, .targets = {"b"}, .missing = MissingPolicy::mask, .scaling = Scaling::min_max}, table);
  for (const TablePreparation& p : {preparation, TablePreparation::from_config(preparation.to_config())}) {
    const PreparedTable prepared = p.apply(table);
    // Only what the model sees counts: b misses its third value.
    EXPECT_EQ(prepared.complete, (Array{1, 0, 1, 1, 1, 1, 0, 0, 1}));
    EXPECT_TRUE(std::isnan(prepared.raw.values(1, 0)));
    EXPECT_TRUE(std::isnan(prepared.scaled.values(2, 1)));
    EXPECT_FLOAT_EQ(prepared.scaled.values(3, 0), 3.0f / 8);  // scaled by what is there
    const Windows windows = make_windows(prepared.scaled, {.columns = p.inputs(), .targets = p.targets(), .window = 2});
    const Array mask = window_mask(prepared, windows);
    EXPECT_EQ(mask,
              (Array{{1, 0}, {0, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 0}, {1, 0}}));  // the last: nothing, so its first
  }
  const Table whole = table_of(kText);
  const PreparedTable prepared = TablePreparation::fit({}, whole).apply(whole);
  EXPECT_TRUE(window_mask(prepared, make_windows(prepared.scaled, {.window = 2})).empty());
  EXPECT_THROW(TablePreparation::fit({.missing = MissingPolicy::mask, .differences = {1}}, whole), ValueError);
}

TEST(TablePreparation, SurvivesItsSettings) {
  const Table table = table_of(kText);
  for (const Scaling scaling : {Scaling::none, Scaling::global, Scaling::min_max, Scaling::robust}) {
    const TablePreparation preparation = TablePreparation::fit({.targets = {"a"},
                                                                .missing = MissingPolicy::interpolate,
                                                                .differences = {1},
                                                                .lags = {2},
                                                                .calendar = {"yearday", "hour"},
                                                                .scaling = scaling},
                                                               table);
    const TablePreparation again = TablePreparation::from_config(preparation.to_config());
    EXPECT_EQ(again.inputs(), preparation.inputs());
    const PreparedTable a = preparation.apply(table), b = again.apply(table);
    EXPECT_EQ(a.scaled.columns, b.scaled.columns);
    for (Index i = a.first_row * a.scaled.values.shape()[1]; i < a.scaled.values.size(); ++i) {
      EXPECT_EQ(a.scaled.values[i], b.scaled.values[i]);
    }
  }
  Config config = TablePreparation::fit({}, table).to_config();
  config.set("columns", Config::List{"a"});
  config.set("targets", Config::List{"a"});
  EXPECT_THROW(TablePreparation::from_config(config), ValueError);
}

TEST(TablePreparation, RefusesWhatCannotWork) {
  const Table table = table_of(kText);
  EXPECT_THROW(TablePreparation::fit({.targets = {"c"}}, table), ValueError);
  EXPECT_THROW(TablePreparation::fit({.differences = {0}}, table), ValueError);
  EXPECT_THROW(TablePreparation::fit({.differences = {9}}, table), ValueError);
  EXPECT_THROW(TablePreparation::fit({.calendar = {"moon"}}, table), ValueError);
  EXPECT_THROW(TablePreparation::fit({.scaling = Scaling::per_series}, table), ValueError);
  EXPECT_THROW(TablePreparation::fit({.calendar = {"hour"}}, table_of("x,a\nfoo,1\nbar,2\n")), ValueError);
  const Table gap = table_of("a,b\n1,2\n,3\n4,5\n");
  EXPECT_THROW(TablePreparation::fit({}, gap), ValueError);
  EXPECT_EQ(TablePreparation::fit({.missing = MissingPolicy::interpolate}, gap).apply(gap).raw.values(1, 0), 2.5f);
}

TEST(Normalizer, MinMaxAndRobust) {
  const Array values{{0, 5}, {1, 5}, {2, 5}, {3, 5}, {10, 5}};
  const Normalizer min_max = Normalizer::fit(Scaling::min_max, values);
  Array scaled = values;
  min_max.apply(scaled.view());
  EXPECT_EQ(scaled(0, 0), 0);
  EXPECT_EQ(scaled(4, 0), 1);
  EXPECT_EQ(scaled(2, 1), 0);  // constant
  min_max.invert(scaled.view());
  EXPECT_EQ(scaled, values);
  const Normalizer robust = Normalizer::fit(Scaling::robust, values);
  scaled = values;
  robust.apply(scaled.view());
  EXPECT_EQ(scaled(4, 0), 4);  // median 2, quartiles 1 and 3
  EXPECT_EQ(Normalizer::from_config(robust.to_config()), robust);
  EXPECT_EQ(scaling_named("series"), Scaling::per_series);
  EXPECT_THROW(scaling_named("minmax?"), ValueError);
}

TEST(MissingMask, LeavesOutStepsWithoutAValue) {
  const float nan = std::nanf("");
  Array values(Shape{2, 3, 1});
  values[1] = nan;
  values[3] = values[4] = nan;
  const Array mask = missing_mask(values, std::vector<Index>{3, 2});
  EXPECT_EQ(mask, (Array{{1, 0, 1}, {1, 0, 0}}));
  EXPECT_EQ(missing_policy(to_string(MissingPolicy::mask)), MissingPolicy::mask);
}

}  // namespace
}  // namespace wavetrain::series
