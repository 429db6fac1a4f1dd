// Recurrent layers on one thread: training forward and backward as a share of the machine's multiply-add peak, and the
// latency of a single step of a stream.
//
//   recurrent_bench [--benchmark_filter=lstm/forward]
//
// Rows are named cell/pass/B/T/C/units; `peak` is the share. A backward pass computes dx, all weight gradients, and dh.
#include <new>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench/peak.hpp"
#include "cpu/recurrent.hpp"
#include "wavetrain/target.hpp"

namespace wavetrain::cpu {
namespace {

// Whole cache lines, as the executor's memory has them: vectors that straddle lines cost up to a factor of two.
template <class T>
struct LineAllocator {
  using value_type = T;
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(64))); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, std::align_val_t(64)); }
  friend bool operator==(LineAllocator, LineAllocator) { return true; }
};
using Floats = std::vector<float, LineAllocator<float>>;

Floats random_values(Index n, float scale) {
  static std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-scale, scale);
  Floats values(static_cast<std::size_t>(n));
  for (float& v : values) v = uniform(random);
  return values;
}

// A recurrence with all that its passes need.
struct Layer {
  Recurrence r;
  Floats x, kernel, recurrent_kernel, bias, packed, backward_packed, saved, scratch;
  Floats y, dy, dx, dkernel, drecurrent_kernel, dbias, partial;

  explicit Layer(const Recurrence& options) : r(options) {
    const Index weights = r.gates() * r.units;
    x = random_values(r.B * r.T * r.C, 1.0f);
    kernel = random_values(r.C * weights, 0.1f);
    recurrent_kernel = random_values(r.units * weights, 0.1f);
    bias = random_values(r.bias_size(), 0.1f);
    packed = random_values(recurrent_packed_floats(r), 0.0f);
    backward_packed = random_values(recurrent_backward_packed_floats(r), 0.0f);
    saved = random_values(recurrent_saved_floats(r), 0.0f);
    scratch = random_values(recurrent_scratch_floats(r, r.B), 0.0f);
    y = random_values(r.outputs(), 0.0f);
    dy = random_values(r.outputs(), 1.0f);
    dx = x, dkernel = kernel, drecurrent_kernel = recurrent_kernel, dbias = bias;
    partial = random_values(recurrent_weight_partial_floats(r), 0.0f);
    pack();
  }
  void pack() {
    const RecurrentWeights<float> weights{kernel.data(), recurrent_kernel.data(), bias.data()};
    recurrent_pack(r, weights, packed.data());
    recurrent_backward_pack(r, weights, backward_packed.data());
  }
  void forward(bool save = true) {
    recurrent_forward(r, packed.data(), {.x = x.data()}, {.y = y.data()}, save ? saved.data() : nullptr, scratch.data(),
                      0, r.B);
  }
  void backward_data() {
    recurrent_backward(r, backward_packed.data(), {.x = x.data()}, {.dy = dy.data()}, {.dx = dx.data()}, saved.data(),
                       scratch.data(), 0, r.B);
  }
  void backward_weights() {
    const RecurrentWeightWork work{
        {.x = x.data()}, saved.data(), {dkernel.data(), drecurrent_kernel.data(), dbias.data()}, false, partial.data()};
    recurrent_backward_weights(r, work, 0, recurrent_weight_tasks(r, work));
    recurrent_finish_weights(r, work, 0, recurrent_finish_tasks(r));
  }
  // Of one pass over the matrices; the backward pass has two of them.
  double flop() const {
    return 2.0 * static_cast<double>(r.B * r.T * r.gates() * r.units) * static_cast<double>(r.C + r.units);
  }
};

double peak() {
  static const double value = bench::measure_fma_peak();
  return value;
}

void report(benchmark::State& state, double flop) {
  const double per_second = flop * static_cast<double>(state.iterations());
  state.counters["GF/s"] = benchmark::Counter(per_second * 1e-9, benchmark::Counter::kIsRate);
  state.counters["peak"] = benchmark::Counter(per_second / peak(), benchmark::Counter::kIsRate);
}

void add(const char* cell_name, const Recurrence& r) {
  const std::string shape = fmt::format("B{}_T{}_C{}_H{}", r.B, r.T, r.C, r.units);
  const auto row = [&](const char* pass, auto body) {
    benchmark::RegisterBenchmark(fmt::format("{}/{}/{}", cell_name, pass, shape).c_str(), body);
  };
  row("predict", [r](benchmark::State& state) {
    Layer layer(r);
    for (auto _ : state) layer.forward(false);
    report(state, layer.flop());
  });
  row("forward", [r](benchmark::State& state) {
    Layer layer(r);
    for (auto _ : state) layer.forward();
    report(state, layer.flop());
  });
  // Both halves of the backward pass overwrite what they read, with numbers of the same kind; running them again takes
  // as long as running them once.
  row("backward", [r](benchmark::State& state) {
    Layer layer(r);
    for (auto _ : state) {
      state.PauseTiming();
      layer.forward();
      state.ResumeTiming();
      layer.backward_data();
      layer.backward_weights();
    }
    report(state, 2 * layer.flop());
  });
  row("backward_data", [r](benchmark::State& state) {
    Layer layer(r);
    for (auto _ : state) {
      state.PauseTiming();
      layer.forward();
      state.ResumeTiming();
      layer.backward_data();
    }
    report(state, layer.flop());
  });
  row("backward_weights", [r](benchmark::State& state) {
    Layer layer(r);
    layer.forward();
    layer.backward_data();
    for (auto _ : state) layer.backward_weights();
    report(state, layer.flop());
  });
  row("train", [r](benchmark::State& state) {
    Layer layer(r);
    for (auto _ : state) {
      layer.pack();
      layer.forward();
      layer.backward_data();
      layer.backward_weights();
    }
    report(state, 3 * layer.flop());
  });
}

void add_step(const char* cell_name, const Recurrence& r) {
  benchmark::RegisterBenchmark(
      fmt::format("{}/step/C{}_H{}", cell_name, r.C, r.units).c_str(), [r](benchmark::State& state) {
        Layer layer(r);
        Floats h = layer.y, c = layer.y;
        for (auto _ : state)
          recurrent_forward(layer.r, layer.packed.data(), {.x = layer.x.data(), .h0 = h.data(), .c0 = c.data()},
                            {.y = layer.y.data(), .h_last = h.data(), .c_last = c.data()}, nullptr,
                            layer.scratch.data(), 0, 1);
        report(state, layer.flop());
      });
}

}  // namespace
}  // namespace wavetrain::cpu

int main(int argc, char** argv) {
  using namespace wavetrain;
  benchmark::Initialize(&argc, argv);
  const std::pair<const char*, Cell> cells[] = {
      {"lstm", Cell::lstm}, {"gru", Cell::gru}, {"simple_rnn", Cell::simple_rnn}};
  for (const auto& [name, cell] : cells) {
    for (const Index units : {32, 64, 128, 256})
      for (const Index features : {Index{1}, Index{64}, units})
        cpu::add(name, {.cell = cell, .B = 32, .T = 100, .C = features, .units = units, .return_sequences = true});
    for (const Index units : {8, 16, 32, 64, 128})
      cpu::add_step(name, {.cell = cell, .B = 1, .T = 1, .C = 1, .units = units});
  }
  fmt::print("target {}, peak {:.1f} GF/s on one thread\n", target_name(), cpu::peak() * 1e-9);
  benchmark::RunSpecifiedBenchmarks();
}
