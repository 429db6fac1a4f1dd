// Ctrl-C (SIGINT) and SIGTERM: training ends between two batches with nothing written, and writing is not interrupted.
#pragma once

#include <memory>
#include <stdexcept>

#include <signal.h>

#include "wavetrain/callback.hpp"

namespace wavetrain::app {

// The program was told to end. Its exit code is 128 + signal, as a shell says of a program that a signal has ended.
class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(int signal);
  int exit_code() const { return 128 + signal_; }

 private:
  int signal_;
};

// While it lives, the first signal is only noted; `callback` throws Interrupted at the end of a batch. The second one
// ends the program at once, as it does outside.
class CatchInterrupts {
 public:
  CatchInterrupts();
  ~CatchInterrupts();
  CatchInterrupts(const CatchInterrupts&) = delete;
  CatchInterrupts& operator=(const CatchInterrupts&) = delete;

  std::shared_ptr<Callback> callback() const;

 private:
  struct sigaction before_[2];
};

// While it lives, signals wait: a file is written whole, with nothing left behind beside it.
class HoldInterrupts {
 public:
  HoldInterrupts();
  ~HoldInterrupts();
  HoldInterrupts(const HoldInterrupts&) = delete;
  HoldInterrupts& operator=(const HoldInterrupts&) = delete;

 private:
  sigset_t before_;
};

}  // namespace wavetrain::app
