// wavetrain_step_bench: training steps of the three seed programs, by the protocol of bench/python/protocol.py, whose
// compare_training.py starts this beside its peers. One line of JSON per program:
//
//   wavetrain_step_bench [--threads N] [--seconds S] [--programs classify channels recurrent]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "wavetrain/wavetrain.hpp"

namespace {

using namespace wavetrain;
using Clock = std::chrono::steady_clock;

constexpr Index kBatch = 32;
constexpr int kWarmUp = 2;  // epochs

// A model with data of its shape; the samples are a multiple of the batch.
struct Program {
  Sequential model;
  Array x;
  Array y;
};

Array one_hot(Index samples, Index classes) {
  const Labels labels = random_integers(Shape{samples}, 0, static_cast<std::int32_t>(classes), 2);
  Array y(Shape{samples, classes});
  for (Index i = 0; i < samples; ++i) y(i, labels[i]) = 1.0f;
  return y;
}

Program classify() {
  Sequential model{
      layers::Conv1D{.filters = 32, .kernel_size = 3, .activation = "relu", .input_shape = {100, 1}},
      layers::MaxPooling1D{.pool_size = 2},
      layers::Flatten{},
      layers::Dense{.units = 128, .activation = "relu"},
      layers::Dense{.units = 1, .activation = "sigmoid"},
  };
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}});
  Array y(Shape{1024, 1});
  const Labels labels = random_integers(Shape{1024}, 0, 2, 2);
  for (Index i = 0; i < y.size(); ++i) y[i] = static_cast<float>(labels[i]);
  return {std::move(model), random_normal(Shape{1024, 100, 1}, 0.0, 1.0, 1), std::move(y)};
}

Program channels() {
  Sequential model{
      layers::Conv1D{.filters = 64, .kernel_size = 5, .activation = "relu", .input_shape = {100, 3}},
      layers::BatchNormalization{},
      layers::Conv1D{.filters = 128, .kernel_size = 3, .activation = "relu"},
      layers::GlobalAveragePooling1D{},
      layers::Dense{.units = 10, .activation = "softmax"},
  };
  model.compile({.optimizer = "adam", .loss = "categorical_crossentropy", .metrics = {"accuracy"}});
  return {std::move(model), random_normal(Shape{1024, 100, 3}, 0.0, 1.0, 1), one_hot(1024, 10)};
}

Program recurrent() {
  Sequential model{
      layers::Conv1D{.filters = 64, .kernel_size = 7, .activation = "relu", .input_shape = {200, 1}},
      layers::MaxPooling1D{.pool_size = 2},
      layers::LSTM{.units = 128, .return_sequences = true},
      layers::LSTM{.units = 64},
      layers::Dense{.units = 1},
  };
  model.compile({.optimizer = "adam", .loss = "mse"});
  return {std::move(model), random_normal(Shape{512, 200, 1}, 0.0, 1.0, 1), random_normal(Shape{512, 1}, 0.0, 1.0, 2)};
}

// Microseconds per step of each measured epoch, sorted.
std::vector<double> measure(Program& program, double seconds) {
  const FitOptions options{.batch_size = kBatch, .epochs = 1, .verbose = 0, .shuffle = false};
  const double steps = static_cast<double>(program.x.shape()[0]) / kBatch;
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
  const std::map<std::string, std::function<Program()>> programs{
      {"classify", classify}, {"channels", channels}, {"recurrent", recurrent}};
  std::vector<std::string> chosen;
  double seconds = 3.0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const bool has_value = i + 1 < arguments.size();
    if (word == "--threads" && has_value) set_num_threads(std::stoi(arguments[++i]));
    else if (word == "--seconds" && has_value) seconds = std::stod(arguments[++i]);
    else if (programs.contains(word)) chosen.push_back(word);
    else if (word != "--programs") {
      std::fprintf(stderr, "unknown argument: %s\n", word.c_str());
      return 2;
    }
  }
  if (chosen.empty()) chosen = {"classify", "channels", "recurrent"};
  set_random_seed(1);
  for (const std::string& name : chosen) {
    Program program = programs.at(name)();
    const std::vector<double> micros = measure(program, seconds);
    std::printf(
        "{\"program\": \"%s\", \"peer\": \"wavetrain\", \"mode\": \"fit\", \"us_min\": %.1f, \"us_median\": %.1f, "
        "\"epochs\": %zu, \"version\": \"\", \"threads\": %d}\n",
        name.c_str(), micros.front(), micros[micros.size() / 2], micros.size(), num_threads());
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
