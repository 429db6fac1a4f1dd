// Whole models have equal bits for any number of threads and however samples are put into batches.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "support/training_cases.hpp"
#include "wavetrain/threads.hpp"

namespace wavetrain::tests {
namespace {

class ModelThreads : public ::testing::TestWithParam<TrainingCase> {
 protected:
  void TearDown() override { set_num_threads(0); }
};

// Everything that training leaves behind.
struct Outcome {
  std::vector<Array> weights;
  std::vector<std::vector<double>> history;
  std::vector<Array> optimizer;
  Array prediction;
};

::testing::AssertionResult same_bits(const Array& a, const Array& b) {
  if (a.shape() != b.shape())
    return ::testing::AssertionFailure() << to_string(a.shape()) << " and " << to_string(b.shape());
  const auto bits = [](const Array& array, Index i) { return std::bit_cast<std::uint32_t>(array.data()[i]); };
  for (Index i = 0; i < a.size(); ++i) {
    if (bits(a, i) != bits(b, i)) {
      return ::testing::AssertionFailure() << a.data()[i] << " and " << b.data()[i] << " at position " << i;
    }
    if (!std::isfinite(a.data()[i])) return ::testing::AssertionFailure() << "not finite at position " << i;
  }
  return ::testing::AssertionSuccess();
}

::testing::AssertionResult same_bits(const std::vector<Array>& a, const std::vector<Array>& b) {
  if (a.size() != b.size()) return ::testing::AssertionFailure() << a.size() << " and " << b.size() << " arrays";
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (const auto result = same_bits(a[i], b[i]); !result) {
      return ::testing::AssertionFailure() << "array " << i << ": " << result.message();
    }
  }
  return ::testing::AssertionSuccess();
}

// Two epochs over two full batches and a smaller one, validation included.
Outcome train(const TrainingCase& c, int threads) {
  set_num_threads(threads);
  constexpr Index kBatch = 48;
  const TrainingData data = make_data(c, 2 * kBatch + 7);
  const TrainingData validation = make_data(c, kBatch + 5, 99);
  Sequential model = make_model(c);
  FitOptions options = fit_options(c, data, kBatch, 2);
  options.validation_data = {validation.x, validation.y, {}};
  const History history = model.fit(data.x, data.y, options);
  Outcome outcome{model.get_weights(), {}, {}, model.predict(validation.x)};
  for (const OptimizerVariable& variable : model.optimizer().variables()) {
    if (const auto* values = std::get_if<Array>(&variable.value)) outcome.optimizer.push_back(*values);
  }
  for (const std::string& name : history.names()) outcome.history.push_back(history[name]);
  return outcome;
}

TEST_P(ModelThreads, TrainingHasEqualBits) {
  const Outcome one = train(GetParam(), 1);
  for (const int threads : {2, 3, 8}) {
    const Outcome many = train(GetParam(), threads);
    EXPECT_TRUE(same_bits(many.weights, one.weights)) << threads << " threads";
    EXPECT_TRUE(same_bits(many.optimizer, one.optimizer)) << threads << " threads";
    EXPECT_TRUE(same_bits(many.prediction, one.prediction)) << threads << " threads";
    EXPECT_EQ(many.history, one.history) << threads << " threads";
  }
}

TEST_P(ModelThreads, PredictionHasEqualBitsInAnyBatch) {
#ifdef __SANITIZE_THREAD__
  constexpr Index kWindows = 100;  // every access is watched
#else
  constexpr Index kWindows = 1000;
#endif
  const Sequential model = make_model(GetParam());
  const Array x = make_data(GetParam(), kWindows).x;
  set_num_threads(1);
  const Array expected = model.predict(x, {.batch_size = kWindows});
  for (const int threads : {2, 3, 8}) {
    set_num_threads(threads);
    EXPECT_TRUE(same_bits(model.predict(x, {.batch_size = kWindows}), expected)) << threads << " threads";
    EXPECT_TRUE(same_bits(model.predict(x, {.batch_size = 64}), expected))
        << threads << " threads, the last batch smaller";
  }
  for (const int threads : {1, 8}) {
    set_num_threads(threads);
    for (const Index window : {Index{0}, Index{1}, kWindows / 2 - 1, kWindows - 1}) {
      const Array alone = model.predict_on_batch(x.view().slice(window, 1));
      EXPECT_TRUE(same_bits(alone, Array::copy_of(expected.view().slice(window, 1))))
          << "window " << window << ", " << threads << " threads";
    }
  }
}

TEST_P(ModelThreads, PredictionsAtTheSameTime) {
  constexpr Index kWindows = 70;
  set_num_threads(3);
  const Sequential model = make_model(GetParam());
  const Array x = make_data(GetParam(), kWindows).x;
  const Array expected = model.predict(x);
  std::vector<Array> predictions(4);
  std::vector<std::thread> callers;
  for (Array& prediction : predictions) {
    callers.emplace_back([&] {
      for (int i = 0; i < 2; ++i) prediction = model.predict(x);
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (const Array& prediction : predictions) EXPECT_TRUE(same_bits(prediction, expected));
}

INSTANTIATE_TEST_SUITE_P(, ModelThreads, ::testing::ValuesIn(training_cases()),
                         [](const auto& test) { return std::string(test.param.name); });

// The models above are large enough to be shared out: what needs all eight threads has started them.
TEST(ModelThreadsStarted, AllEight) {
  for (const TrainingCase& c : training_cases()) {
    train(c, 8);
    set_num_threads(0);
  }
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  EXPECT_GE(std::distance(begin(tasks), end(tasks)), 8);
}

}  // namespace
}  // namespace wavetrain::tests
