#include "wavetrain/series/time_stamps.hpp"

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

TEST(TimeStamps, AreUnderstoodInManySpellings) {
  const double day = *parse_time_stamp("2014-04-01");
  EXPECT_EQ(day, 1396310400);
  for (const char* text : {"2014/04/01", "2014-04", "1.4.2014", "01.04.2014", "4/1/2014", "2014-04-01 00:00",
                           "2014-04-01T00:00:00Z", "2014-04-01 00:00:00.000000", "2014-04-01 00-00-00", "1396310400"}) {
    EXPECT_EQ(parse_time_stamp(text), day) << text;
  }
  EXPECT_EQ(parse_time_stamp("2014-04-01 13:05:30.5"), day + 13 * 3600 + 5 * 60 + 30.5);
  EXPECT_EQ(parse_time_stamp("1749-01"), *parse_time_stamp("1749-01-01"));
  for (const char* text :
       {"", "x", "2014", "2014-13-01", "2014-02-30", "2014-04-01 25:00", "2014-04-01 x", "12", "1/2"}) {
    EXPECT_FALSE(parse_time_stamp(text)) << text;
  }
}

TEST(TimeStamps, AreWritten) {
  for (const char* text : {"2014-04-01", "1749-12-31", "2014-04-01 13:05:30"}) {
    EXPECT_EQ(format_time_stamp(*parse_time_stamp(text)), text);
  }
}

TEST(TimeStamps, PhasesOfTheCalendar) {
  const double time = *parse_time_stamp("2014-04-01 12:00");  // a Tuesday
  EXPECT_EQ(calendar_phase("hour", time), 0.5);
  EXPECT_EQ(calendar_phase("weekday", time), 2 / 7.0);
  EXPECT_EQ(calendar_phase("month", time), 0.25);
  EXPECT_EQ(calendar_phase("monthday", time), 0);
  EXPECT_EQ(calendar_phase("yearday", time), 90 / 366.0);
  EXPECT_THROW(calendar_phase("moon", time), ValueError);
  EXPECT_EQ(usual_step(std::vector<double>{0, 10, 20, 50, 60}), 10);
  EXPECT_EQ(usual_step(std::vector<double>{0}), 0);
}

}  // namespace
}  // namespace wavetrain::series
