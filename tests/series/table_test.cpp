#include "wavetrain/series/table.hpp"

#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

// A matrix of one column.
Array column(std::vector<float> values) {
  return Array(Shape{static_cast<Index>(values.size()), 1}, std::span<const float>(values));
}

using Names = std::vector<std::string>;

Table read(const std::string& text, const TableOptions& options = {}) {
  std::istringstream in(text);
  return read_table(in, options, "f");
}

std::string message_of(const std::string& text, const TableOptions& options = {}) {
  try {
    read(text, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

TEST(Table, TimeStampsStayText) {
  const Table table = read("timestamp,value\n2014-04-01 00:00:00,20.5\n2014-04-01 00:05:00,-1e-3\n");
  EXPECT_EQ(table.columns, Names{"value"});
  EXPECT_EQ(table.values, column({20.5f, -1e-3f}));
  ASSERT_NE(table.time_stamps(), nullptr);
  EXPECT_EQ((*table.time_stamps())[1], "2014-04-01 00:05:00");
  EXPECT_THROW((*table.time_stamps())[2], IndexError);
}

TEST(Table, Separators) {
  for (const std::string text :
       {"a,b\n1,2\n3,4\n", "a;b\r\n1;2\r\n3;4", "a\tb\n1\t2\n3\t4\n", "a b\n1 2\n3  4\n", "a, b\n1, 2\n3 ,4 \n\n",
        "\xEF\xBB\xBF"
        "a,b,\n1,2,\n3,4,\n",
        "\"a\",\"b\"\n\"1\",2\n3,\"4\"\n", "  a   b\n  1  2\n  3  4\n"}) {
    const Table table = read(text);
    EXPECT_EQ(table.columns, (Names{"a", "b"})) << text;
    EXPECT_EQ(table.values, (Array{{1, 2}, {3, 4}})) << text;
  }
  EXPECT_EQ(read("a|b\n1|2\n", {.separator = '|'}).values, (Array{{1, 2}}));
}

TEST(Table, HeaderOrNot) {
  EXPECT_EQ(read("1,2\n3,4\n").columns, (Names{"column 1", "column 2"}));
  EXPECT_EQ(read("0,1,2\n5,6,7\n").columns, (Names{"0", "1", "2"}));
  EXPECT_EQ(read("0,1,2\n5,6,7\n", {.header = false}).rows(), 2);
  EXPECT_EQ(read("10,11\n5,6\n", {.header = true}).columns, (Names{"10", "11"}));
  EXPECT_EQ(read("2020-01-01,5\n2020-01-02,6\n").rows(), 2);
  EXPECT_EQ(read("sensor,1\nsensor,2\n").rows(), 2);
  EXPECT_EQ(read("time,1,2\n0.5,7,8\n").columns, (Names{"1", "2"}));
  EXPECT_EQ(read("value\n5\n6\n").columns, Names{"value"});
  EXPECT_EQ(read("5\n6\n").rows(), 2);
  EXPECT_EQ(read("flow rate\n5\n6\n").columns, Names{"flow rate"});
  EXPECT_EQ(read("Month,#Passengers\n1949-01,112\n").columns, Names{"#Passengers"});
  EXPECT_EQ(read(",a\n0,5\n1,6\n").columns, (Names{"column 1", "a"}));
}

TEST(Table, MissingValues) {
  const Table table = read("a,b,c\n1,,3\nNA,2,\nnan,?,null\n");
  EXPECT_EQ(table.values.shape(), (Shape{3, 3}));
  EXPECT_EQ(table.values(0, 0), 1.0f);
  EXPECT_EQ(table.values(1, 1), 2.0f);
  for (const auto& [row, column] : {std::pair{0, 1}, {1, 0}, {1, 2}, {2, 0}, {2, 1}, {2, 2}}) {
    EXPECT_TRUE(std::isnan(table.values(row, column)));
  }
}

TEST(Table, TextAfterMissingValues) {
  const Table table = read("a,b,c,d\n1,,x,2\n3,NA,y,4\n5,word,z,6\n7,,u,8\n", {.time_column = "c"});
  EXPECT_EQ(table.columns, (Names{"a", "d"}));
  EXPECT_EQ(table.values, (Array{{1, 2}, {3, 4}, {5, 6}, {7, 8}}));
  ASSERT_EQ(table.text.size(), 2u);
  EXPECT_EQ(table.text[0].name, "b");
  EXPECT_EQ(table.text[0][0], "");
  EXPECT_EQ(table.text[0][2], "word");
  EXPECT_EQ(table.time_column, 1);
}

TEST(Table, QuotedFields) {
  const Table table = read("name,\"a, \"\"b\"\"\"\n\"x\ny\",1\n\"p,q\",2\n");
  EXPECT_EQ(table.columns, Names{"a, \"b\""});
  EXPECT_EQ(table.text[0][0], "x\ny");
  EXPECT_EQ(table.text[0][1], "p,q");
  EXPECT_EQ(table.values, column({1, 2}));
}

TEST(Table, TimeColumns) {
  // Epoch seconds would lose their last digits as float32.
  EXPECT_EQ((*read("timestamp,v\n1500000001,2\n").time_stamps())[0], "1500000001");
  EXPECT_EQ(read("timestamp,v\n1,2\n", {.time_column = "v"}).time_stamps()->name, "v");
  EXPECT_EQ(read("day,v\nmon,2\n", {.time_column = ""}).time_stamps(), nullptr);
  EXPECT_EQ(read("k,v\n1,2\n", {.text_columns = {"k"}}).columns, Names{"v"});
  EXPECT_EQ(message_of("a,b\n1,2\n", {.time_column = "t"}), "f: there is no column 't'. Columns: 'a', 'b'");
}

TEST(Table, ColumnsByName) {
  const Table table = read("a,b,b\n1,2,3\n");
  EXPECT_EQ(table.column_index("a"), 0);
  EXPECT_THROW(table.column_index("b"), ValueError);
  EXPECT_THROW(table.column_index("A"), ValueError);
}

TEST(Table, Errors) {
  EXPECT_EQ(message_of(""), "f: the file is empty");
  EXPECT_EQ(message_of("\n \n"), "f: the file holds no rows of values");
  EXPECT_EQ(message_of("a,b\n"), "f: the file holds no rows of values");
  EXPECT_EQ(message_of("a,b\n1,2\n3\n"),
            "f:3: the row has 1 columns, expected 2 as in line 1; columns are taken to be separated by ','");
  EXPECT_EQ(message_of("a,b\n1,2,3\n"),
            "f:2: the row has 3 columns, expected 2 as in line 1; columns are taken to be separated by ','");
  EXPECT_EQ(message_of("a,b\n1,2\n\n3,x\n"), "f:4: 'x' in column 2 ('b'), expected a number");
  EXPECT_EQ(message_of("date;v\n2020-01-01;1,5\n", {.decimal_comma = false}),
            "f:2: '1,5' (a decimal comma? numbers need a point) in column 2 ('v'), expected a number");
  EXPECT_EQ(message_of("a;b\n1;2\n", {.separator = ','}),
            "f:2: '1;2' (values separated by ';'?) in column 1 ('a;b'), expected a number");
  EXPECT_EQ(message_of("a,b\nx,y\n"),
            "f:1: no column holds numbers: 'a', 'b'; columns are taken to be separated by ','");
  EXPECT_EQ(message_of("a,b\n1,\"2\n3,4\n"), "f:2: a quoted field begins here and is never closed");
  EXPECT_EQ(message_of("a,b\n1,2\n1,\"2\"x\n"), "f:3: '\"2\"x' in column 2 ('b'), expected a number");
  EXPECT_EQ(message_of("a,b\n1,1e39\n"),
            "f:2: '1e39' (outside the range of float32) in column 2 ('b'), expected a number");
  EXPECT_EQ(message_of("a\n1\n2\n3\n", {.max_values = 2}), "f:4: more than the 2 values allowed");
}

}  // namespace
}  // namespace wavetrain::series
