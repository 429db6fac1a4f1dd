#include "wavetrain/files/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "files/damage.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::files {
namespace {

using ::testing::HasSubstr;

std::string message_of(std::string_view text, const JsonLimits& limits = {}) {
  try {
    parse_json(text, limits);
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(JsonTest, KindsStayApart) {
  const Config value = parse_json(R"({"b": [1, 1.0, true, null, "x"], "a": {}, "c": []})");
  const Config expected = Config::dict({{"b", Config::list({1, 1.0, true, nullptr, "x"})},
                                        {"a", Config(Config::Dict{})},
                                        {"c", Config(Config::List{})}});
  EXPECT_EQ(value, expected);
  EXPECT_EQ(to_json(value), R"({"b": [1, 1.0, true, null, "x"], "a": {}, "c": []})");
}

TEST(JsonTest, NumbersPrintAsInPython) {
  const std::pair<double, const char*> cases[] = {{0.0, "0.0"},
                                                  {-0.0, "-0.0"},
                                                  {1.0, "1.0"},
                                                  {0.1, "0.1"},
                                                  {1e-4, "0.0001"},
                                                  {1e-5, "1e-05"},
                                                  {1e-7, "1e-07"},
                                                  {100000.0, "100000.0"},
                                                  {1e15, "1000000000000000.0"},
                                                  {1e16, "1e+16"},
                                                  {1.5e300, "1.5e+300"},
                                                  {123.456, "123.456"},
                                                  {0.0010000000474974513, "0.0010000000474974513"},
                                                  {-2.5e-10, "-2.5e-10"},
                                                  {5e-324, "5e-324"},
                                                  {9007199254740993.0, "9007199254740992.0"},
                                                  {0.00012345, "0.00012345"},
                                                  {std::numeric_limits<double>::quiet_NaN(), "NaN"},
                                                  {std::numeric_limits<double>::infinity(), "Infinity"},
                                                  {-std::numeric_limits<double>::infinity(), "-Infinity"}};
  for (const auto& [value, text] : cases) {
    EXPECT_EQ(to_json(value), text);
    const double back = parse_json(text).as_double();
    EXPECT_TRUE(back == value || (std::isnan(back) && std::isnan(value))) << text;
  }
}

TEST(JsonTest, IntegersKeepAllTheirBits) {
  for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
                                   std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(parse_json(to_json(value)), Config(value));
  }
  EXPECT_THAT(message_of("9223372036854775808"), HasSubstr("does not fit into 64 bits"));
  EXPECT_THAT(message_of("123456789012345678901234567890"), HasSubstr("does not fit into 64 bits"));
}

TEST(JsonTest, PythonsSpecialNumbers) {
  const Config value = parse_json(R"({"NaN": [NaN, -Infinity], "x": "NaN, \"Infinity", "y": Infinity})");
  EXPECT_TRUE(std::isnan(value.at("NaN").as_list()[0].as_double()));
  EXPECT_EQ(value.at("NaN").as_list()[1].as_double(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(value.at("x").as_string(), "NaN, \"Infinity");
  EXPECT_EQ(value.at("y").as_double(), std::numeric_limits<double>::infinity());
}

TEST(JsonTest, TextSurvives) {
  const std::string text("zwölf\n\t\"\\\x01\0 \xF0\x9F\x98\x80", 17);
  EXPECT_EQ(parse_json(to_json(text)).as_string(), text);
  EXPECT_EQ(to_json("ö\U0001F600"), "\"\\u00f6\\ud83d\\ude00\"");
  EXPECT_EQ(to_json("ö", {.ascii_only = false}), "\"ö\"");
  EXPECT_THROW(to_json("\xFF"), ValueError);
}

TEST(JsonTest, Indentation) {
  const Config value = Config::dict({{"a", Config::list({1, 2})}, {"b", Config(Config::Dict{})}});
  EXPECT_EQ(to_json(value, {.indent = 2}), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
}

TEST(JsonTest, TheLastOfEqualKeysWins) {
  EXPECT_EQ(to_json(parse_json(R"({"a": 1, "b": 2, "a": 3})")), R"({"a": 3, "b": 2})");
}

TEST(JsonTest, ErrorsSayWhere) {
  EXPECT_THAT(message_of("{\n  \"ä\": x}"), HasSubstr("line 2, column 8"));
  EXPECT_THAT(message_of("[NaN, NaN,\n -Infinity, ?]"), HasSubstr("line 2, column 13"));
  EXPECT_THAT(message_of(""), HasSubstr("line 1, column 1"));
  EXPECT_THAT(message_of("[1] 2"), HasSubstr("line 1, column 5"));
  EXPECT_THAT(message_of("\"\xFF\""), HasSubstr("UTF-8"));
  EXPECT_THAT(message_of("1e999"), HasSubstr("number"));
  EXPECT_THAT(message_of("NaNN"), HasSubstr("JSON, line 1"));
}

TEST(JsonTest, LimitsHold) {
  EXPECT_EQ(parse_json(std::string(200, '[') + std::string(200, ']')).kind(), std::string("list"));
  EXPECT_THAT(message_of(std::string(201, '[')), HasSubstr("more than 200 nested"));
  EXPECT_THAT(message_of("[1, 2]", {.bytes = 5}), HasSubstr("longer than the limit of 5"));
}

TEST(JsonTest, DamageIsSurvived) {
  const std::string text =
      R"({"name": "conv1d", "values": [1, -2.5e3, NaN, Infinity], "deep": {"x": [null, true, "\u00e4"]}})";
  const ByteSpan bytes = as_bytes(text);
  const auto counts = testing::with_damage(Bytes(bytes.begin(), bytes.end()), 1, 5000,
                                           [](ByteSpan damaged) { parse_json(as_text(damaged)); });
  EXPECT_GT(counts.refused, 1000);
  EXPECT_GT(counts.read, 20);
}

}  // namespace
}  // namespace wavetrain::files
