// wavetrain_overhead_bench: the tiny program of bench/programs.cpp from C++, for bench/python/overhead.py to compare
// Python with. One line of JSON: the fastest epoch in microseconds per step, the fastest call of `predict` for 1 and
// for 32 samples, and the fastest run of a Predictor for one.
//
//   wavetrain_overhead_bench [SECONDS]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include "bench/programs.hpp"

namespace {

using namespace wavetrain;
using Clock = std::chrono::steady_clock;

// The shortest time that `work` takes, in microseconds, after a few calls that do not count.
template <class F>
double fastest(double seconds, F work) {
  for (int i = 0; i < 3; ++i) work();
  double best = 1e30;
  const auto begin = Clock::now();
  do {
    const auto start = Clock::now();
    work();
    best = std::min(best, std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  } while (std::chrono::duration<double>(Clock::now() - begin).count() < seconds);
  return best;
}

int run(double seconds) {
  set_random_seed(1);
  const auto& entries = bench::programs();
  const auto entry = std::find_if(entries.begin(), entries.end(), [](const auto& e) { return e.name == "tiny"; });
  bench::Program program = entry->make();
  const double steps = static_cast<double>(program.x.shape()[0] / program.batch);
  const FitOptions fit{.batch_size = program.batch, .epochs = 1, .verbose = 0};
  const PredictOptions quiet{.verbose = 0};
  const double step = fastest(seconds, [&] { program.model.fit(program.x, program.y, fit); }) / steps;
  const auto predict = [&](Index samples) {
    const Array x = random_normal(Shape{samples, 24, 8}, 0.0, 1.0, 3);
    return fastest(seconds, [&] { (void)program.model.predict(x, quiet); });
  };
  const double one = predict(1), many = predict(32);
  Predictor predictor(program.model);
  const Array x = random_normal(Shape{1, 24, 8}, 0.0, 1.0, 3);
  const std::span<const float> window(x.data(), static_cast<std::size_t>(x.size()));
  // A clock is read in as much time as a window takes.
  const double run = fastest(seconds,
                             [&] {
                               for (int i = 0; i < 100; ++i) (void)predictor.run(window);
                             }) /
                     100;
  std::printf("{\"step\": %.3f, \"predict_1\": %.3f, \"predict_32\": %.3f, \"predictor\": %.3f}\n", step, one, many,
              run);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? std::stod(argv[1]) : 1.0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
