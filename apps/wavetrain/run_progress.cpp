#include "run_progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "wavetrain/callbacks.hpp"

namespace wavetrain::app {
namespace {

using Clock = std::chrono::steady_clock;

// Counts epochs of the run it was made for.
class Epochs : public Callback {
 public:
  explicit Epochs(std::function<void(double)> draw) : draw_(std::move(draw)) {}
  void on_epoch_end(Index epoch, Logs& /*logs*/) override {
    draw_(static_cast<double>(epoch + 1) / static_cast<double>(std::max<Index>(params().epochs, 1)));
  }

 private:
  std::function<void(double)> draw_;
};

std::string duration(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  if (seconds < 5400) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

RunProgress::RunProgress(Index runs, bool shown)
    : runs_(runs), shown_(shown && isatty(STDERR_FILENO) != 0), start_(Clock::now()), drawn_(start_) {}

RunProgress::~RunProgress() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void RunProgress::begin(const std::string& label) {
  ++run_;
  label_ = label;
  draw(0);
}

std::shared_ptr<Callback> RunProgress::callback() {
  return std::make_shared<Epochs>([this](double part) { draw(part); });
}

void RunProgress::draw(double part_of_run) {
  const Clock::time_point now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  if (!shown_ || elapsed < 2 || std::chrono::duration<double>(now - drawn_).count() < 0.2) return;
  drawn_ = now;
  const double done = (static_cast<double>(run_ - 1) + part_of_run) / static_cast<double>(runs_);
  const std::string left = done > 0.005 ? ", about " + duration(elapsed / done - elapsed) + " left" : "";
  fmt::print(stderr, "\r\033[K{}: {:.0f} %, {}{}", label_, 100 * done, duration(elapsed), left);
  std::fflush(stderr);
}

}  // namespace wavetrain::app
