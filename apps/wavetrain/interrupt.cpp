#include "interrupt.hpp"

#include <fmt/format.h>

#include <atomic>
#include <iterator>
#include <string>

namespace wavetrain::app {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler writes it");

extern "C" void note_signal(int signal) { received.store(signal, std::memory_order_relaxed); }

struct EndWhenTold : Callback {
  bool wants_batches() const override { return true; }
  void on_train_batch_end(Index /*batch*/, const Logs& /*logs*/) override { look(); }
  void on_test_batch_end(Index /*batch*/, const Logs& /*logs*/) override { look(); }
  static void look() {
    if (const int signal = received.load(std::memory_order_relaxed); signal != 0) throw Interrupted(signal);
  }
};

}  // namespace

Interrupted::Interrupted(int signal)
    : std::runtime_error(fmt::format("Training was interrupted by {}; nothing was written.",
                                     signal == SIGINT ? "Ctrl-C" : "signal " + std::to_string(signal))),
      signal_(signal) {}

CatchInterrupts::CatchInterrupts() {
  received = 0;
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i], nullptr, &before_[i]);
    // A program in the background of a script has them ignored, and keeps it so.
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
  }
}

CatchInterrupts::~CatchInterrupts() {
  for (std::size_t i = 0; i < std::size(kSignals); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

std::shared_ptr<Callback> CatchInterrupts::callback() const { return std::make_shared<EndWhenTold>(); }

HoldInterrupts::HoldInterrupts() {
  sigset_t held;
  sigemptyset(&held);
  for (const int signal : kSignals) sigaddset(&held, signal);
  ::pthread_sigmask(SIG_BLOCK, &held, &before_);
}

HoldInterrupts::~HoldInterrupts() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace wavetrain::app
