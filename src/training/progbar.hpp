// The text of a progress bar: keras.utils.Progbar of Keras 3.15.1, to the byte.
#pragma once

#include <string>
#include <vector>

#include "wavetrain/callback.hpp"

namespace wavetrain {

enum class ProgbarStyle { bar, line };  // redrawn in place, or one line at the end

class Progbar {
 public:
  // `target` steps, 0 when it is not known. `now` is the time in seconds, of any origin.
  Progbar(Index target, ProgbarStyle style, double now) : target_(target), style_(style), start_(now) {}

  // What to print after `current` steps: "" when it is too early for an update (50 ms). `last` ends the line.
  std::string update(Index current, const Logs& values, bool last, double now);

  void set_target(Index target) { target_ = target; }

 private:
  double seconds_per_step(Index current, double now);
  std::string bar(Index current, bool last, double now, double per_step);
  std::string line(Index current, double now, double per_step) const;
  std::string values_text(bool absolute) const;

  Index target_;
  ProgbarStyle style_;
  double start_;
  double after_first_step_ = -1;
  double last_update_ = -1;
  std::size_t width_ = 0;  // of the text on the screen
  Logs values_;
};

}  // namespace wavetrain
