// JSON text and the settings tree, as Python's `json` module reads and writes it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wavetrain/config.hpp"

namespace wavetrain::files {

struct JsonLimits {
  std::size_t bytes = std::size_t{256} << 20;
  int depth = 200;  // nested lists and dicts
};

// Reads one JSON value. Numbers with a point or an exponent are floating point, all others integers; keys keep their
// order and, as in Python, the last of equal keys wins; NaN, Infinity and -Infinity are numbers. Throws FileError with
// line and column for anything else: bad syntax, invalid UTF-8, integers beyond 64 bits, numbers beyond double, a
// broken limit.
Config parse_json(std::string_view text, const JsonLimits& limits = {});

struct JsonStyle {
  int indent = -1;         // spaces a level; negative writes one line, `", "` and `": "` between items
  bool ascii_only = true;  // other characters become \uXXXX
};

// Python's json.dumps: the shortest digits that read back as the same double ("0.001", "1e-07", "100000.0"), NaN and
// Infinity as such. Throws ValueError for text that is not UTF-8.
std::string to_json(const Config& value, const JsonStyle& style = {});

}  // namespace wavetrain::files
