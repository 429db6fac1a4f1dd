// wavetrain_predict_bench: prediction by the protocol of bench/python/protocol.py. One line of JSON per program and
// mode, with the share of the multiply-add peak, after a line with that peak, measured in this process on as many
// threads:
//
//   wavetrain_predict_bench [--threads N] [--seconds S] [--programs NAME...]     default: every program
//
// Modes: "window" is one sample by a Predictor, always on one thread; "set" all samples of the program by `predict`
// with batches of 32. Times are microseconds per sample.

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

// Microseconds per call: the minimum and the median over slices of `calls` calls, after a first one that does not
// count.
struct Times {
  double min, median;
  std::size_t slices;
};
template <class Call>
Times measure(double seconds, Index calls, Call call) {
  std::vector<double> micros;
  double spent = 0.0;
  for (int slice = -1; slice < 5 || spent < seconds * 1e6; ++slice) {
    const auto begin = Clock::now();
    for (Index i = 0; i < calls; ++i) call(i);
    const double time = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
    if (slice < 0) continue;
    spent += time;
    micros.push_back(time / static_cast<double>(calls));
  }
  std::sort(micros.begin(), micros.end());
  return {micros.front(), micros[micros.size() / 2], micros.size()};
}

void print(const bench::ProgramEntry& entry, const char* mode, const Times& t, double per_call, int threads,
           double peak) {
  std::printf(
      "{\"program\": \"%s\", \"peer\": \"wavetrain\", \"mode\": \"%s\", \"us_min\": %.4g, \"us_median\": %.4g, "
      "\"epochs\": %zu, "
      "\"version\": \"\", \"threads\": %d, \"share\": %.3f}\n",
      entry.name.c_str(), mode, t.min / per_call, t.median / per_call, t.slices, threads,
      entry.window * 1e12 / (t.min / per_call) / peak);
  std::fflush(stdout);
}

void run(const bench::Arguments& arguments) {
  const int threads = num_threads();
  set_random_seed(1);
  const double alone = bench::measure_fma_peak(0.05), together = bench::measure_fma_peak_of_threads(threads);
  std::printf("{\"peak\": %.4g, \"threads\": %d}\n", together, threads);
  for (const bench::ProgramEntry& entry : bench::programs()) {
    if (!arguments.is_chosen(entry.name)) continue;
    bench::Program program = entry.make();
    const Index samples = program.x.shape()[0];
    if (threads == 1) {
      Predictor predictor(program.model);
      const Index size = predictor.input_shape().size();
      const auto calls = static_cast<Index>(std::max(20.0, 4e3 / entry.window));
      const Times t = measure(arguments.seconds, calls, [&](Index i) {
        predictor.run(std::span(program.x.data() + i % samples * size, static_cast<std::size_t>(size)));
      });
      print(entry, "window", t, 1, threads, std::max(alone, bench::measure_fma_peak(0.05)));
    }
    Array out(program.model.compute_output_shape(program.x.shape()));
    const Times t = measure(arguments.seconds, 1, [&](Index) { program.model.predict(program.x, out.view()); });
    print(entry, "set", t, static_cast<double>(samples), threads,
          std::max(together, bench::measure_fma_peak_of_threads(threads)));
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
