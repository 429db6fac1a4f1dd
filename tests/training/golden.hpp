// Expected values written by real Keras (golden/make.py).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "wavetrain/config.hpp"
#include "wavetrain/shape.hpp"

namespace wavetrain {

struct GoldenLoss {
  std::string name;
  std::string data;  // which of the data sets of make.py
  std::vector<double> per_row;
  double reduced;
  double weighted;
  std::vector<double> gradient;  // of `weighted`
};

struct GoldenOptimizer {
  std::string name;
  std::vector<double> weights;         // after the last step
  std::vector<std::string> variables;  // names of the state in file order
  std::vector<double> state;           // its numbers in file order
};

struct GoldenSchedule {
  std::string name;
  std::vector<double> rates;
};

struct GoldenCallback {
  std::string class_name;
  std::string settings;         // JSON
  std::vector<double> values;   // of the monitored quantity, one for each epoch
  std::vector<double> numbers;  // what came out, by class; see callbacks_test.cpp
  std::string text;
};

struct GoldenProgbar {
  Index target;
  int verbose;
  double speed;      // steps per second
  std::string text;  // everything that was written
};

// Just enough JSON for what make.py writes. `c` moves behind the value.
inline Config parse_json(const char*& c) {
  const auto skip = [&c] {
    while (*c == ' ' || *c == ',' || *c == ':') ++c;
  };
  skip();
  if (*c == '"') {
    const char* end = std::strchr(c + 1, '"');
    const std::string text(c + 1, end);
    c = end + 1;
    return text;
  }
  if (*c == '{' || *c == '[') {
    const bool dict = *c == '{';
    Config result = dict ? Config::dict({}) : Config::list({});
    for (++c, skip(); *c != '}' && *c != ']'; skip()) {
      if (!dict) {
        result.push_back(parse_json(c));
        continue;
      }
      const std::string key = parse_json(c).as_string();
      result.set(key, parse_json(c));
    }
    ++c;
    return result;
  }
  for (const auto& [word, value] : {std::pair("true", Config(true)), {"false", Config(false)}, {"null", Config()}}) {
    if (std::strncmp(c, word, std::strlen(word)) == 0) {
      c += std::strlen(word);
      return value;
    }
  }
  char* end;
  const double number = std::strtod(c, &end);
  const bool whole = std::find(c, static_cast<const char*>(end), '.') == end;
  c = end;
  return whole ? Config(static_cast<std::int64_t>(number)) : Config(number);
}
inline Config parse_json(const std::string& text) {
  const char* c = text.c_str();
  return parse_json(c);
}

// |actual - expected| <= tolerance · max(1, |expected|)
template <class T>
void expect_close(const T& actual, const std::vector<double>& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(static_cast<std::size_t>(actual.size()), expected.size()) << what;
  std::size_t i = 0;
  for (const double value : actual) {
    EXPECT_NEAR(value, expected[i], tolerance * std::max(1.0, std::abs(expected[i]))) << what << " [" << i << "]";
    ++i;
  }
}

}  // namespace wavetrain
