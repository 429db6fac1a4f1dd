// Tables as people have them, and those of benchmarks whose files are not here: SKAB, ETT, TSB-AD.

#include <algorithm>
#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

#include "series/read_text.hpp"
#include "wavetrain/series/table.hpp"

namespace wavetrain::series {
namespace {

Table table_of(const std::string& text, const TableOptions& options = {}) {
  std::istringstream in(text);
  return read_table(in, options, "f");
}

bool notes_say(const std::vector<std::string>& notes, const std::string& text) {
  return std::find(notes.begin(), notes.end(), text) != notes.end();
}

TEST(OwnTables, DecimalCommasAreFoundByLooking) {
  const Table table =
      table_of("Zeit;Temperatur;Zustand;Druck\r\n31.12.2020 23:00;1,5;an;3,25\r\n01.01.2021 00:00;;aus;-0,5\r\n");
  EXPECT_EQ(table.columns, (std::vector<std::string>{"Temperatur", "Druck"}));
  EXPECT_EQ(table.values(0, 1), 3.25f);
  EXPECT_TRUE(std::isnan(table.values(1, 0)));
  EXPECT_EQ(table.values(1, 1), -0.5f);
  EXPECT_EQ(table.time_stamps()->name, "Zeit");
  EXPECT_TRUE(notes_say(table.notes, "numbers have decimal commas"));
  EXPECT_TRUE(notes_say(table.notes, "columns are separated by ';'"));
  EXPECT_TRUE(notes_say(table.notes, "text, left out: 'Zustand'"));
  // A point anywhere in the row says that commas are something else; then they are a mistake.
  EXPECT_THROW(table_of("a;b\n1,5;2.5\n"), Error);
  // Whole numbers in the first rows say nothing.
  EXPECT_EQ(table_of("a;b\n1;2\n2;3\n3;2,5\n").values(2, 1), 2.5f);
  EXPECT_THROW(table_of("a;b\n1;2\n2;3.5\n3;2,5\n"), FileError);
  // Names with digits in them above such numbers are names.
  const series::Table numbered = table_of("c1;c2\n1,5;2,25\n3;4,5\n");
  EXPECT_EQ(numbered.columns, (std::vector<std::string>{"c1", "c2"}));
  EXPECT_EQ(numbered.values(0, 1), 2.25f);
  EXPECT_EQ(table_of("a\tb\n1,5\t2\n", {.decimal_comma = true}).values(0, 0), 1.5f);
  EXPECT_THROW(table_of("a,b\n1,5\n", {.decimal_comma = true}), FileError);
}

TEST(OwnTables, SkabHasItsSeparatorAndNamesWithBlanks) {
  const Table table = table_of(
      "datetime;Accelerometer1RMS;Volume Flow RateRMS;anomaly;changepoint\r\n"
      "2020-03-09 10:14:33;0.0265876;32.0;0.0;0.0\r\n2020-03-09 10:14:34;0.0261703;32.0;1.0;1.0\r\n");
  EXPECT_EQ(table.columns,
            (std::vector<std::string>{"Accelerometer1RMS", "Volume Flow RateRMS", "anomaly", "changepoint"}));
  EXPECT_EQ(table.rows(), 2);
  EXPECT_EQ(table.values(1, 2), 1.0f);
  EXPECT_EQ((*table.time_stamps())[1], "2020-03-09 10:14:34");
}

TEST(OwnTables, EttAndTsbAd) {
  const Table ett = table_of(
      "date,HUFL,OT\n2016-07-01 00:00:00,5.827000141143799,30.5310001373291\n2016-07-01 01:00:00,5.69,27.78\n");
  EXPECT_EQ(ett.columns, (std::vector<std::string>{"HUFL", "OT"}));
  EXPECT_EQ(ett.values(0, 1), 30.5310001373291f);
  const Table tsb = table_of("Data,Label\n0.5,0\n0.75,1\n");
  EXPECT_EQ(tsb.columns, (std::vector<std::string>{"Data", "Label"}));
  EXPECT_EQ(tsb.time_stamps(), nullptr);
}

TEST(OwnTables, MissingRowsAreNoticedAndPutIn) {
  const Table table = table_of("date,v,note\n2020-01-01,1,a\n2020-01-02,2,b\n2020-01-05,5,c\n2020-01-06,6,d\n");
  EXPECT_TRUE(notes_say(
      table.notes,
      "the usual step is 86400 s; rows that seem to be missing: 2, time stamps that repeat: 0, that go back: 0"));
  const Table whole = with_missing_rows(table);
  ASSERT_EQ(whole.rows(), 6);
  EXPECT_EQ((*whole.time_stamps())[3], "2020-01-04");
  EXPECT_TRUE(std::isnan(whole.values(2, 0)));
  EXPECT_EQ(whole.values(4, 0), 5.0f);
  EXPECT_EQ(whole.text[1][4], "c");
  // Months are regular; time stamps that repeat are left as they are.
  EXPECT_EQ(with_missing_rows(table_of("m,v\n1949-01,1\n1949-02,2\n1949-03,3\n")).rows(), 3);
  EXPECT_EQ(with_missing_rows(table_of("d,v\n2020-01-01,1\n2020-01-01,2\n2020-01-03,3\n")).rows(), 3);
}

// One series per row, a name for the label's column, which stands in the middle.
TEST(OwnSeries, ALabelInTheMiddle) {
  const SeriesSet set = read_text("t0;t1;kind;t2\n1,5;2;ja;3\n4;;nein;6,25\n", {.label_name = "kind"});
  EXPECT_EQ(set.values.shape(), (Shape{2, 3, 1}));
  EXPECT_EQ(set.values(0, 0, 0), 1.5f);
  EXPECT_EQ(set.values(1, 2, 0), 6.25f);
  EXPECT_TRUE(set.has_missing);
  EXPECT_EQ(set.class_names, (std::vector<std::string>{"ja", "nein"}));
  EXPECT_TRUE(notes_say(set.notes, "the label stands in column 3 (from 1)"));
  EXPECT_EQ(message_of("t0,kind\n1,a\n", {.label_name = "class"}),
            "f:1: there is no column 'class' for the label. Columns: 't0', 'kind'");
}

}  // namespace
}  // namespace wavetrain::series
