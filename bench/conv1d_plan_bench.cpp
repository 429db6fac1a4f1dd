// wavetrain_conv1d_plan_bench: forward of one Conv1D layer (bias, relu) inside a plan, batch 32, 100 output steps, one thread,
// on every vector target of this machine: how much of min(multiply-add peak, bandwidth · intensity) it reaches. Both limits
// are measured between the runs, in slices as long as a run, so that a shared machine slows all alike; all are the best of
// many. "training" packs the weights in every run, as a training step does.
//
//   wavetrain_conv1d_plan_bench [--gate PERCENT_AVX512 PERCENT_AVX2]     exit status 1 when a row falls below
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/peak.hpp"
#include "cpu/workspace.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/target.hpp"
#include "wavetrain/threads.hpp"

namespace wavetrain::bench {
namespace {

constexpr Index kBatch = 32, kSteps = 100;  // of the output

struct Shape1D {
  Index C, K, F;
};

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::shared_ptr<const Graph> conv_graph(const Shape1D& s) {
  auto graph = std::make_shared<Graph>();
  const Layer layer = layers::Conv1D{.filters = s.F, .kernel_size = s.K, .activation = "relu"};
  Lowering lowering(*graph);
  const ValueId x = graph->add_input(Shape{kNone, kSteps + s.K - 1, s.C});
  graph->set_output(layer.lower(lowering, Tensor{x}).value);
  return graph;
}

struct Result {
  double rate = 0, peak = 0, bandwidth = 0, roof = 0;  // flop/s, flop/s, bytes/s, flop/s
  double share() const { return 100 * rate / roof; }
};

Result measure(const Shape1D& s, bool training, double seconds) {
  const Index steps = kSteps + s.K - 1;
  const auto plan = std::make_shared<const cpu::Plan>(conv_graph(s), Shape{kBatch, steps, s.C}, training, 1);
  cpu::Workspace work(plan);
  const Array x = random_normal(Shape{kBatch, steps, s.C}, 0.0, 1.0, 1);
  const double flops = 2.0 * static_cast<double>(kBatch * kSteps * s.K * s.C * s.F);
  const double bytes = 4.0 * static_cast<double>(kBatch * (steps * s.C + kSteps * s.F) + (s.K * s.C + 1) * s.F);
  Result result;
  double best = 1e9;
  const double end = now() + seconds;
  do {
    result.bandwidth = std::max(result.bandwidth, measure_read_bandwidth(static_cast<std::size_t>(bytes), 1e-4));
    if (best < 1e9) result.peak = std::max(result.peak, measure_fma_peak(0, best));
    std::copy_n(x.data(), x.size(), work.input());
    for (int i = 0; i < 3; ++i) {
      const double start = now();
      work.forward(1, 1);
      best = std::min(best, now() - start);
    }
  } while (now() < end);
  result.rate = flops / best;
  result.roof = roofline(result.peak, result.bandwidth, flops / bytes);
  return result;
}

int run(const std::vector<std::string>& arguments) {
  double gate_512 = 0, gate_256 = 0;
  if (arguments.size() == 3 && arguments[0] == "--gate") {
    gate_512 = std::stod(arguments[1]), gate_256 = std::stod(arguments[2]);
  } else if (!arguments.empty()) {
    std::fprintf(stderr, "usage: wavetrain_conv1d_plan_bench [--gate PERCENT_AVX512 PERCENT_AVX2]\n");
    return 2;
  }
  set_num_threads(1);
  bool passed = true;
  std::printf("Conv1D forward in a plan, batch %d, %d output steps, 1 thread\n", static_cast<int>(kBatch),
              static_cast<int>(kSteps));
  std::printf("%-6s %-9s %9s %9s %9s %14s %8s %12s\n", "target", "plan", "K*C", "F", "GF/s", "peak GF/s", "GB/s",
              "of limit, %");
  for (const std::string& target : supported_targets()) {
    if (target == "scalar" || target == "ssse3" || target == "sse4") continue;
    set_target(target);
    for (const Shape1D& s : {Shape1D{3, 5, 64}, Shape1D{64, 3, 128}, Shape1D{128, 5, 256}}) {
      for (const bool training : {false, true}) {
        const Result r = measure(s, training, 0.5);
        std::printf("%-6s %-9s %9d %9d %9.1f %14.1f %8.1f %12.1f\n", target.c_str(), training ? "training" : "predict",
                    static_cast<int>(s.K * s.C), static_cast<int>(s.F), r.rate * 1e-9, r.peak * 1e-9,
                    r.bandwidth * 1e-9, r.share());
        passed = passed && r.share() >= (target == "avx2" ? gate_256 : gate_512);
      }
    }
    set_target("");
  }
  if (!passed) std::fprintf(stderr, "below the gate\n");
  return passed ? 0 : 1;
}

}  // namespace
}  // namespace wavetrain::bench

int main(int argc, char** argv) { return wavetrain::bench::run({argv + 1, argv + argc}); }
