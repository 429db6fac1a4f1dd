#include "wavetrain/target.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <mutex>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cpu/highway.hpp"
#include "cpu/processor.hpp"
#include "hwy/highway.h"
#include "wavetrain/error.hpp"

// highway.h alone (without foreach_target.h) knows all targets but compiles none.
namespace wavetrain {
namespace cpu {

std::atomic<bool> target_ready{false};

namespace {

std::int64_t best = 0;  // the target in use; guarded by mutex()

std::mutex& mutex() {
  static std::mutex& instance = *new std::mutex;
  return instance;
}

// Highway has two portable baselines, one per compiler; only one of them is ever built.
std::string name_of(std::int64_t target) {
  if (target == HWY_EMU128 || target == HWY_SCALAR) return "scalar";
  std::string name = hwy::TargetName(target);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

// Bits of all targets that were compiled and can run. The static target is what dispatch falls back to.
std::int64_t available() {
  static const std::int64_t targets = (processor_targets() & HWY_TARGETS) | HWY_STATIC_TARGET;
  return targets;
}

std::vector<std::string> names(std::int64_t targets) {
  std::vector<std::string> result;
  for (; targets != 0; targets &= targets - 1) result.push_back(name_of(targets & -targets));
  return result;
}

// Makes `name` the best of the allowed targets. A lower bit is a better target; the worse ones stay allowed for code
// that was not compiled for this one.
void choose(std::string name, const char* source) {
  const std::int64_t all = available();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name == "avx512") name = "avx3";
  std::int64_t chosen = all;
  if (!name.empty()) {
    while (chosen != 0 && name_of(chosen & -chosen) != name) chosen &= chosen - 1;
    if (chosen == 0) {
      throw ValueError(fmt::format("{} must be one of {} on this machine. Received: '{}'", source, names(all), name));
    }
  }
  best = chosen & -chosen;
  chosen_target.Update(chosen);
  target_ready.store(true, std::memory_order_release);
}

void choose_default() {
  const char* name = std::getenv("WAVETRAIN_TARGET");
  choose(name == nullptr ? "" : name, "WAVETRAIN_TARGET");
}

}  // namespace

void initialize_target() {
  const std::lock_guard lock(mutex());
  if (!target_ready.load(std::memory_order_relaxed)) choose_default();
}

}  // namespace cpu

std::string target_name() {
  cpu::ensure_target();
  const std::lock_guard lock(cpu::mutex());
  return cpu::name_of(cpu::best);
}

std::vector<std::string> supported_targets() {
  const std::lock_guard lock(cpu::mutex());
  return cpu::names(cpu::available());
}

void set_target(const std::string& name) {
  const std::lock_guard lock(cpu::mutex());
  if (name.empty()) cpu::choose_default();
  else cpu::choose(name, "The target");
}

}  // namespace wavetrain
