// Collects what is logged while it lives.
#pragma once

#include <string>
#include <string_view>

#include "wavetrain/log.hpp"

namespace wavetrain::files::testing {

class LogRecorder {
 public:
  LogRecorder()
      : previous_(set_log_sink([this](LogLevel, std::string_view text) { text_ += std::string(text) + "\n"; })) {}
  ~LogRecorder() { set_log_sink(previous_); }
  LogRecorder(const LogRecorder&) = delete;
  LogRecorder& operator=(const LogRecorder&) = delete;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  LogSink previous_;
};

}  // namespace wavetrain::files::testing
