// The library is silent unless it is given somewhere to write.
#pragma once

#include <functional>
#include <string_view>

namespace wavetrain {

enum class LogLevel { info, warning };

using LogSink = std::function<void(LogLevel, std::string_view message)>;

// Installs the process-wide sink and returns the previous one; an empty function silences. Thread-safe. The sink may be
// called from any thread, one message at a time.
LogSink set_log_sink(LogSink sink);

// A sink that writes lines to standard error.
LogSink stderr_sink();

// Writes to the sink, if there is one.
void log(LogLevel level, std::string_view message);

}  // namespace wavetrain
