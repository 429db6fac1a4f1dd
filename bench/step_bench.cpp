// wavetrain_step_bench: training steps by the protocol of bench/python/protocol.py, whose compare_training.py starts
// this beside its peers. One line of JSON per program, with the share of the multiply-add peak that the step's
// operations reach, after a line with that peak, measured in this process on as many threads:
//
//   wavetrain_step_bench [--threads N] [--seconds S] [--programs NAME...]     default: every program

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "bench/arguments.hpp"
#include "bench/peak.hpp"
#include "bench/programs.hpp"

namespace {

using namespace wavetrain;
using Clock = std::chrono::steady_clock;

constexpr int kWarmUp = 2;  // epochs

// Microseconds per step of each measured epoch, sorted.
std::vector<double> measure(bench::Program& program, double seconds) {
  const FitOptions options{.batch_size = program.batch, .epochs = 1, .verbose = 0};
  const double steps = static_cast<double>(program.x.shape()[0] / program.batch);
  const auto epoch = [&] {
    const auto begin = Clock::now();
    program.model.fit(program.x, program.y, options);
    return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
  };
  for (int i = 0; i < kWarmUp; ++i) epoch();
  std::vector<double> micros;
  double spent = 0.0;
  while (micros.size() < 5 || spent < seconds * 1e6) {
    const double time = epoch();
    spent += time;
    micros.push_back(time / steps);
  }
  std::sort(micros.begin(), micros.end());
  return micros;
}

void run(const bench::Arguments& arguments) {
  set_random_seed(1);
  const double before = bench::measure_fma_peak_of_threads(num_threads());
  std::printf("{\"peak\": %.4g, \"threads\": %d}\n", before, num_threads());
  for (const bench::ProgramEntry& entry : bench::programs()) {
    if (!arguments.is_chosen(entry.name)) continue;
    bench::Program program = entry.make();
    const std::vector<double> micros = measure(program, arguments.seconds);
    const double flops = std::max(before, bench::measure_fma_peak_of_threads(num_threads()));
    std::printf(
        "{\"program\": \"%s\", \"peer\": \"wavetrain\", \"mode\": \"fit\", \"us_min\": %.1f, \"us_median\": %.1f, "
        "\"epochs\": %zu, \"version\": \"\", \"threads\": %d, \"share\": %.3f}\n",
        entry.name.c_str(), micros.front(), micros[micros.size() / 2], micros.size(), num_threads(),
        entry.mflop * 1e12 / micros.front() / flops);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(bench::Arguments({argv + 1, argv + argc}));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
