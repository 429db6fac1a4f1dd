// Reading series from text in a test, and the message of a reading that fails.
#pragma once

#include <sstream>
#include <string>

#include "wavetrain/error.hpp"
#include "wavetrain/series/read.hpp"

namespace wavetrain::series {

inline SeriesSet read_text(const std::string& text, const ReadOptions& options = {}) {
  std::istringstream in(text);
  return read_series(in, options, "f");
}

inline std::string message_of(const std::string& text, const ReadOptions& options = {}) {
  try {
    read_text(text, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

}  // namespace wavetrain::series
