// Progress of work that trains several models: one line on a terminal, nothing elsewhere.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "wavetrain/callback.hpp"

namespace wavetrain::app {

class RunProgress {
 public:
  // `shown`: false keeps it silent.
  RunProgress(Index runs, bool shown);
  ~RunProgress();
  RunProgress(const RunProgress&) = delete;
  RunProgress& operator=(const RunProgress&) = delete;

  // Before a run; its callback counts the epochs.
  void begin(const std::string& label);
  std::shared_ptr<Callback> callback();

 private:
  void draw(double part_of_run);

  Index runs_, run_ = 0;
  bool shown_;
  std::string label_;
  std::chrono::steady_clock::time_point start_, drawn_;
};

}  // namespace wavetrain::app
