// wavetrain_growth_bench: how the time of a training epoch grows with samples, timesteps and filters, one thread, and
// what predicting many windows of a memory map takes. One line of JSON per point:
//
//   {"grows": "samples", "size": 1000, "seconds": 0.0021}
//   {"windows": 1000000, "seconds": 1.9, "megabytes": 31.2}       peak memory of a process of its own

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "wavetrain/wavetrain.hpp"

namespace {

using namespace wavetrain;
using Clock = std::chrono::steady_clock;

double seconds_of(const auto& action) {
  const auto begin = Clock::now();
  action();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Seconds per epoch, the fastest of several, of Conv1D, global average and a dense layer.
double epoch(Index samples, Index steps, Index channels, Index filters) {
  Sequential model{
      layers::Conv1D{.filters = filters, .kernel_size = 5, .activation = "relu", .input_shape = {steps, channels}},
      layers::Conv1D{.filters = filters, .kernel_size = 5, .activation = "relu"}, layers::GlobalAveragePooling1D{},
      layers::Dense{.units = 1}};
  model.compile({.optimizer = "adam", .loss = "mse"});
  const Array x = random_normal(Shape{samples, steps, channels}, 0, 1, 1),
              y = random_normal(Shape{samples, 1}, 0, 1, 2);
  const auto fit = [&] { model.fit(x, y, {.epochs = 1, .verbose = 0}); };
  double best = seconds_of(fit), spent = best;
  for (int i = 0; i < 2 || (i < 20 && spent < 0.3); ++i) {
    const double time = seconds_of(fit);
    best = std::min(best, time);
    spent += time;
    if (spent > 10) break;
  }
  return best;
}

void grow() {
  const auto point = [](const char* what, Index size, double seconds) {
    std::printf("{\"grows\": \"%s\", \"size\": %lld, \"seconds\": %.4g}\n", what, static_cast<long long>(size),
                seconds);
    std::fflush(stdout);
  };
  for (const Index n : {1000, 4000, 16000, 64000, 250000, 1000000}) point("samples", n, epoch(n, 32, 1, 8));
  for (const Index t : {32, 128, 512, 2048, 8192, 16384}) point("timesteps", t, epoch(64, t, 1, 32));
  for (const Index f : {8, 16, 32, 64, 128, 256, 512}) point("filters", f, epoch(64, 128, 8, f));
}

// All windows of 100 steps of one long series that lies in a file.
void predict_windows(Index windows) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("wavetrain-growth-" + std::to_string(getpid()) + ".npy");
  files::write_npy(path, random_normal(Shape{windows + 99}, 0, 1, 1));
  {
    const files::MappedNpy file(path);
    const Index step = sizeof(float);
    const DataView x(file.view().data(), ElementType::float32, Shape{windows, 100, 1}, Shape{step, step, step});
    const Sequential model{
        layers::Conv1D{.filters = 32, .kernel_size = 3, .activation = "relu", .input_shape = {100, 1}},
        layers::MaxPooling1D{}, layers::Flatten{}, layers::Dense{.units = 128, .activation = "relu"},
        layers::Dense{.units = 1, .activation = "sigmoid"}};
    Array y(Shape{windows, 1});
    const double seconds = seconds_of([&] { model.predict(x, y.view()); });
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("{\"windows\": %lld, \"seconds\": %.4g, \"megabytes\": %.1f}\n", static_cast<long long>(windows),
                seconds, static_cast<double>(usage.ru_maxrss) / 1024);
    std::fflush(stdout);
  }
  std::filesystem::remove(path);
}

}  // namespace

int main() {
  try {
    set_num_threads(1);
    set_random_seed(1);
    predict_windows(1000000);  // first: the peak of the process is its own
    grow();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
