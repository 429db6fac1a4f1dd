#include "series/text.hpp"

#include <bit>
#include <sstream>

#include <gtest/gtest.h>

namespace wavetrain::series {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  LineReader reader(in, "f");
  std::vector<std::string> lines;
  for (std::string_view line; reader.next(line);) lines.emplace_back(line);
  return lines;
}

using Lines = std::vector<std::string>;

TEST(LineReader, EndsOfLines) {
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("\n"), Lines{""});
  EXPECT_EQ(lines_of("a\nb"), (Lines{"a", "b"}));
  EXPECT_EQ(lines_of("a\r\n\r\nb\r\n"), (Lines{"a", "", "b"}));
  EXPECT_EQ(lines_of("\xEF\xBB\xBFx\n"), Lines{"x"});
  EXPECT_EQ(lines_of("\xEF\xBB\xBF"), Lines{});
}

TEST(LineReader, LinesLongerThanTheBuffer) {
  const std::string longer(3000001, 'x');
  EXPECT_EQ(lines_of("a\n" + longer + "\nb"), (Lines{"a", longer, "b"}));
  EXPECT_EQ(lines_of(longer), Lines{longer});
}

TEST(LineReader, ManyLinesAcrossChunks) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += std::to_string(i) + "\r\n";
  const Lines lines = lines_of(text);
  ASSERT_EQ(lines.size(), 100000u);
  for (int i = 0; i < 100000; ++i) ASSERT_EQ(lines[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(LineReader, RefusesWhatIsNoText) {
  EXPECT_THROW(lines_of(std::string("1,2\n3,\0\n", 8)), FileError);
  EXPECT_THROW(lines_of("\xFF\xFE"
                        "1\n"),
               FileError);
  EXPECT_THROW(lines_of("\x1F\x8B\x08"), FileError);
  EXPECT_THROW(lines_of("PK\x03\x04zip"), FileError);
  EXPECT_THROW(open_text("/"), FileError);
  EXPECT_THROW(open_text("/there/is/no/such.file"), FileError);
}

float value_of(const std::string& text) {
  float value = -99;
  EXPECT_TRUE(parse_field(text, value)) << text;
  return value;
}

TEST(Values, Numbers) {
  EXPECT_EQ(value_of("6.1E-4"), 6.1e-4f);
  EXPECT_EQ(value_of("+5"), 5.0f);
  EXPECT_EQ(value_of("-.5"), -0.5f);
  EXPECT_EQ(value_of(" 1.0000000e+00 "), 1.0f);
  EXPECT_EQ(value_of("-inf"), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(value_of("Infinity"), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(value_of("NaN")));
  EXPECT_TRUE(std::isnan(value_of("?")));
  // Too small for a float, and for a double.
  EXPECT_EQ(value_of("1e-60"), 0.0f);
  EXPECT_EQ(value_of("1e-400"), 0.0f);
  EXPECT_EQ(value_of("0." + std::string(400, '0') + "1"), 0.0f);
  EXPECT_EQ(value_of("1" + std::string(500, '0') + "e-500"), 1.0f);
  EXPECT_EQ(value_of("3.4028235e38"), std::numeric_limits<float>::max());
}

TEST(Values, RoundedThroughDouble) {
  // Just below the middle of two floats; the nearest double is that middle, which then rounds to the even float.
  // float32(float(text)) in Python gives the same; rounding the decimal once would give 1.0000001192.
  EXPECT_EQ(value_of("1.00000017881393432617187499"), 1.0000002384185791015625f);
}

TEST(Values, ShortNumbersHaveTheBitsOfLongWay) {
  std::uint64_t state = 1;
  Index taken = 0;
  for (int i = 0; i < 200000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    std::string text = std::to_string(state >> (i % 50 + 14));
    text.insert((state >> 40) % (text.size() + 1), ".");
    if (i % 3 == 0) text.insert(0, "-");
    double expected = 0, received = 0;
    const auto rest = std::from_chars(text.data(), text.data() + text.size(), expected).ptr;
    const char* taken_to = parse_short_number(text.data(), text.data() + text.size(), received);
    if (taken_to == nullptr) continue;
    ++taken;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(received), std::bit_cast<std::uint64_t>(expected)) << text;
    ASSERT_EQ(taken_to, rest) << text;
  }
  EXPECT_GT(taken, 150000);
}

TEST(Values, NotNumbers) {
  float value;
  for (const char* text :
       {"", " ", "abc", "1,5", "1e39", "-1e39", "1e400", "1.2.3", "0x10", "1 2", "+-1", "--1", "1e", "??", "e5", "."}) {
    EXPECT_FALSE(parse_field(text, value)) << text;
  }
}

TEST(Values, Explanations) {
  EXPECT_EQ(explain_bad_value("abc"), "'abc'");
  EXPECT_EQ(explain_bad_value(" "), "an empty value");
  EXPECT_EQ(explain_bad_value("1,5"), "'1,5' (a decimal comma? numbers need a point)");
  EXPECT_EQ(explain_bad_value("1;5;7"), "'1;5;7' (values separated by ';'?)");
  EXPECT_EQ(explain_bad_value("1 5"), "'1 5' (values separated by blank?)");
  EXPECT_EQ(explain_bad_value("1e39"), "'1e39' (outside the range of float32)");
  EXPECT_EQ(explain_bad_value("1e999"), "'1e999' (outside the range of float32)");
}

TEST(Values, QuotedIsPrintableAndShort) {
  EXPECT_EQ(in_quotes("a\tb\x01"), "'a\\tb\\x01'");
  EXPECT_EQ(in_quotes(std::string(50, 'x')), "'" + std::string(40, 'x') + "…'");
}

std::vector<float> parsed(std::string_view text, char separator, bool empty = true) {
  std::vector<float> values;
  EXPECT_FALSE(append_values(text, separator, empty, values).failed) << text;
  return values;
}

TEST(Values, Separators) {
  using V = std::vector<float>;
  EXPECT_EQ(parsed("1,2,3", ','), (V{1, 2, 3}));
  EXPECT_EQ(parsed(" 1 ,\t2 , 3 ", ','), (V{1, 2, 3}));
  EXPECT_EQ(parsed("  1   2\t3  ", ' '), (V{1, 2, 3}));
  EXPECT_EQ(parsed("1\t 2\t3", '\t'), (V{1, 2, 3}));
  EXPECT_EQ(parsed("", ','), V{});
  EXPECT_EQ(parsed("1,2,", ','), (V{1, 2}));
  EXPECT_EQ(parsed("1,,3", ',').size(), 3u);
  EXPECT_TRUE(std::isnan(parsed("1,,3", ',')[1]));
  EXPECT_TRUE(std::isnan(parsed("1\t\t3", '\t')[1]));
  EXPECT_TRUE(std::isnan(parsed("1 NA 3", ' ')[1]));
  EXPECT_EQ(parsed("1 ? 3", ' ').size(), 3u);
}

TEST(Values, TheBadFieldIsNamed) {
  std::vector<float> values;
  ParsedValues result = append_values("1,2,x y,4", ',', true, values);
  EXPECT_TRUE(result.failed);
  EXPECT_EQ(result.count, 2);
  EXPECT_EQ(result.bad, "x y");
  EXPECT_TRUE(append_values("1,,2", ',', false, values).failed);
  EXPECT_EQ(append_values("1 2x 3", ' ', false, values).bad, "2x");
  EXPECT_TRUE(append_values("1,2,", ',', true, values).trailing_separator);
}

}  // namespace
}  // namespace wavetrain::series
