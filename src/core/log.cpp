#include "wavetrain/log.hpp"

#include <cstdio>
#include <mutex>
#include <utility>

namespace wavetrain {
namespace {

struct State {
  std::mutex mutex;
  LogSink sink;
};

// Never destroyed, so that a log line from another static's destructor is safe.
State& state() {
  static State& instance = *new State;
  return instance;
}

}  // namespace

LogSink set_log_sink(LogSink sink) {
  const std::lock_guard lock(state().mutex);
  return std::exchange(state().sink, std::move(sink));
}

LogSink stderr_sink() {
  return [](LogLevel level, std::string_view message) {
    std::fprintf(stderr, "%s%.*s\n", level == LogLevel::warning ? "warning: " : "", static_cast<int>(message.size()),
                 message.data());
  };
}

void log(LogLevel level, std::string_view message) {
  const std::lock_guard lock(state().mutex);
  if (state().sink) state().sink(level, message);
}

}  // namespace wavetrain
