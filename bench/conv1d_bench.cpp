// Convolutions on one thread as a fraction of what the machine can do: min(multiply-add peak, bandwidth · intensity),
// both measured in this process, in slices between the runs of the kernel, so that a shared machine slows both alike.
// Times are the best of many runs, taken sample by sample.
#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench/peak.hpp"
#include "cpu/conv1d.hpp"
#include "wavetrain/array.hpp"
#include "wavetrain/target.hpp"

namespace wavetrain::bench {
namespace {

using namespace wavetrain::cpu;  // NOLINT: a program of its own

constexpr Index kBatch = 32;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

AlignedVector<float> random_values(Index count) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
  AlignedVector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = uniform(random);
  return values;
}

// Runs `sample(i)` for a batch again and again and reports its speed. `flops` and `bytes` are per sample.
void report(benchmark::State& state, const std::string& target, double flops, double bytes,
            const std::function<void(Index)>& sample) {
  std::vector<double> best(static_cast<std::size_t>(kBatch), 1e9);
  double peak = 0, bandwidth = 0, seconds = 0;
  for (auto _ : state) {
    bandwidth = std::max(bandwidth, measure_read_bandwidth(static_cast<std::size_t>(bytes) * kBatch, 0.001));
    for (Index i = 0; i < kBatch; ++i) {
      // As long as a sample takes, and as often.
      if (seconds > 0) peak = std::max(peak, measure_fma_peak(0, seconds / static_cast<double>(kBatch)));
      const double start = now();
      sample(i);
      best[static_cast<std::size_t>(i)] = std::min(best[static_cast<std::size_t>(i)], now() - start);
    }
    seconds = 0;
    for (const double time : best) seconds += time;
    state.SetIterationTime(seconds);
  }
  const double rate = flops * static_cast<double>(kBatch) / seconds;
  state.counters["GFlop/s"] = rate / 1e9;
  state.counters["peak"] = peak / 1e9;
  state.counters["of_peak_%"] = 100 * rate / peak;
  state.counters["of_roof_%"] = 100 * rate / roofline(peak, bandwidth, flops / bytes);
  state.SetLabel(target);
}

void run(benchmark::State& state, const std::string& target, const std::string& what, const Conv1DShape& s) {
  set_target(target);
  const Index Tout = s.output_length();
  const AlignedVector<float> x = random_values(kBatch * s.T * s.C), w = random_values(s.weights()),
                             b = random_values(s.F);
  AlignedVector<float> y = random_values(kBatch * Tout * s.F), dx(x.size()), dw(w.size()), db(b.size());
  const auto floats = [](Index count) { return AlignedVector<float>(static_cast<std::size_t>(count)); };
  const double flops = 2.0 * static_cast<double>(Tout * s.weights());
  const double bytes = 4.0 * static_cast<double>(s.T * s.C + Tout * s.F);
  if (what == "forward") {
    AlignedVector<float> packed = floats(conv1d_packed_floats(s)), scratch = floats(conv1d_forward_scratch_floats(s));
    conv1d_pack(s, w.data(), packed.data());
    report(state, target, flops, bytes, [&](Index i) {
      conv1d_forward(s, {packed.data(), true, b.data(), Activation::relu}, 1, x.data() + i * s.T * s.C,
                     y.data() + i * Tout * s.F, scratch.data());
    });
  } else if (what == "input") {
    AlignedVector<float> packed = floats(conv1d_backward_packed_floats(s));
    AlignedVector<float> scratch = floats(conv1d_backward_input_scratch_floats(s));
    conv1d_pack_backward(s, w.data(), packed.data());
    report(state, target, flops, bytes, [&](Index i) {
      conv1d_backward_input(s, w.data(), packed.data(), 1, y.data() + i * Tout * s.F, dx.data() + i * s.T * s.C, false,
                            scratch.data());
    });
  } else {
    AlignedVector<float> scratch = floats(conv1d_gradient_scratch_floats(s));
    const Index tasks = conv1d_gradient_tasks(s, SampleBlocks(1));
    report(state, target, flops, bytes, [&](Index i) {
      const Conv1DGradient g{x.data() + i * s.T * s.C, y.data() + i * Tout * s.F, dw.data(), db.data(), true, nullptr};
      conv1d_backward_weights(s, g, SampleBlocks(1), 0, tasks, scratch.data());
    });
  }
  set_target("");
}

const bool registered = [] {
  const Conv1DShape shapes[] = {
      {.T = 100, .C = 1, .F = 32, .K = 3},
      {.T = 200, .C = 1, .F = 64, .K = 7},
      {.T = 104, .C = 3, .F = 64, .K = 5},
      {.T = 130, .C = 8, .F = 32, .K = 3},
      {.T = 102, .C = 64, .F = 128, .K = 3},
      {.T = 104, .C = 128, .F = 256, .K = 5},
      {.T = 100, .C = 64, .F = 512, .K = 3},
      {.T = 100, .C = 256, .F = 1024, .K = 1},
      {.T = 100, .C = 512, .F = 512, .K = 1},
      {.T = 600, .C = 64, .F = 256, .K = 3},
      {.T = 600, .C = 64, .F = 80, .K = 3},
      {.T = 150, .C = 128, .F = 256, .K = 5, .pad_left = 2, .pad_right = 2},
      {.T = 150, .C = 256, .F = 128, .K = 3, .pad_left = 1, .pad_right = 1},
      {.T = 100, .C = 64, .F = 64, .K = 3, .pad_left = 1, .pad_right = 1},
      {.T = 1024, .C = 16, .F = 16, .K = 51},
      {.T = 100, .C = 32, .F = 32, .K = 3, .dilation = 4, .pad_left = 8},
      {.T = 100, .C = 64, .F = 64, .K = 5, .groups = 64},
  };
  for (const std::string& target : supported_targets()) {
    if (target == "scalar") continue;
    for (const Conv1DShape& s : shapes) {
      for (const std::string what : {"forward", "input", "weights"}) {
        const std::string name = fmt::format("conv1d/{}/{}/T={}/KC={}x{}/F={}{}{}{}", target, what, s.T, s.K, s.C, s.F,
                                             s.pad_left + s.pad_right > 0 ? "/padded" : "",
                                             s.dilation > 1 ? "/dilated" : "", s.groups > 1 ? "/depthwise" : "");
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { run(state, target, what, s); })
            ->UseManualTime()
            ->Unit(benchmark::kMicrosecond)
            ->Iterations(60);
      }
    }
  }
  return true;
}();

}  // namespace
}  // namespace wavetrain::bench
