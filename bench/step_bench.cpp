// wavetrain_step_bench: training steps by the protocol of bench/python/protocol.py, whose compare_training.py starts this
// beside its peers. One line of JSON per program, with the share of the multiply-add peak that the step's operations reach,
// after a line with that peak, measured in this process on as many threads:
//
//   wavetrain_step_bench [--threads N] [--seconds S] [--programs NAME...]     default: every program

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "bench/peak.hpp"
#include "bench/programs.hpp"

namespace {

using namespace wavetrain;
using Clock = std::chrono::steady_clock;

constexpr int kWarmUp = 2;  // epochs

// Multiply-add operations per second of all threads together.
double peak(int threads) {
  std::vector<double> rates(static_cast<std::size_t>(threads));
  std::vector<std::thread> others;
  const auto measure = [&](int i) { rates[static_cast<std::size_t>(i)] = bench::measure_fma_peak(0.05); };
  for (int i = 1; i < threads; ++i) others.emplace_back(measure, i);
  measure(0);
  for (std::thread& other : others) other.join();
  double sum = 0.0;
  for (const double rate : rates) sum += rate;
  return sum;
}

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

int run(const std::vector<std::string>& arguments) {
  std::vector<std::string> chosen;
  double seconds = 3.0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const bool has_value = i + 1 < arguments.size();
    if (word == "--threads" && has_value) set_num_threads(std::stoi(arguments[++i]));
    else if (word == "--seconds" && has_value) seconds = std::stod(arguments[++i]);
    else if (word != "--programs") chosen.push_back(word);
  }
  const auto is_chosen = [&](const std::string& name) {
    return chosen.empty() || std::find(chosen.begin(), chosen.end(), name) != chosen.end();
  };
  for (const std::string& name : chosen) {
    const auto& known = bench::programs();
    if (std::none_of(known.begin(), known.end(), [&](const bench::ProgramEntry& p) { return p.name == name; })) {
      std::fprintf(stderr, "there is no program '%s'\n", name.c_str());
      return 2;
    }
  }
  set_random_seed(1);
  const double before = peak(num_threads());
  std::printf("{\"peak\": %.4g, \"threads\": %d}\n", before, num_threads());
  for (const bench::ProgramEntry& entry : bench::programs()) {
    if (!is_chosen(entry.name)) continue;
    bench::Program program = entry.make();
    const std::vector<double> micros = measure(program, seconds);
    const double flops = std::max(before, peak(num_threads()));
    std::printf(
        "{\"program\": \"%s\", \"peer\": \"wavetrain\", \"mode\": \"fit\", \"us_min\": %.1f, \"us_median\": %.1f, "
        "\"epochs\": %zu, \"version\": \"\", \"threads\": %d, \"share\": %.3f}\n",
        entry.name.c_str(), micros.front(), micros[micros.size() / 2], micros.size(), num_threads(),
        entry.mflop * 1e12 / micros.front() / flops);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
