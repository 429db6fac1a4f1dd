#include "wavetrain/data_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "wavetrain/callbacks.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/optimizers.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {
namespace {

struct Data {
  Array x{Shape{14, 6, 2}}, y{Shape{14, 1}};
  Data() {
    for (Index i = 0; i < x.size(); ++i) x[i] = static_cast<float>((i * 7) % 11) / 11 - 0.4f;
    for (Index i = 0; i < y.size(); ++i) y[i] = static_cast<float>(i % 3);
  }
};

Sequential make_model() {
  set_random_seed(5);
  Sequential model{layers::Conv1D{.filters = 3, .kernel_size = 2, .activation = "relu", .input_shape = {6, 2}},
                   layers::Flatten{}, layers::Dense{.units = 1}};
  model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}});
  return model;
}

// The data in batches of 4, in their order.
class Slices final : public DataSource {
 public:
  explicit Slices(const Data& data) : data_(data) {}
  void restart() override {
    position_ = 0;
    ++passes;
  }
  bool next(Batch& batch) override {
    const Index count = std::min<Index>(4, 14 - position_);
    if (count == 0) return false;
    batch.x = DataView(data_.x).slice(position_, count);
    batch.y = DataView(data_.y).slice(position_, count);
    position_ += count;
    return true;
  }
  int passes = 0;

 private:
  const Data& data_;
  Index position_ = 0;
};

TEST(DataSource, TrainsAsTheSameArraysDo) {
  const Data data;
  Sequential arrays = make_model(), source = make_model();
  const History expected =
      arrays.fit(data.x, data.y,
                 {.batch_size = 4, .epochs = 3, .verbose = 0, .validation_data = {data.x, data.y}, .shuffle = false});
  Slices slices(data);
  const History history =
      source.fit(slices, {.epochs = 3, .verbose = 0, .validation_source = std::make_shared<Slices>(data)});
  EXPECT_EQ(slices.passes, 3);
  for (const char* name : {"loss", "mae", "val_mae"}) EXPECT_EQ(history[name], expected[name]) << name;
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    EXPECT_NEAR(history["val_loss"][epoch], expected["val_loss"][epoch], 1e-6);
  }
  EXPECT_EQ(source.get_weights(), arrays.get_weights());
  EXPECT_EQ(source.predict(slices), arrays.predict(data.x));
  EXPECT_NEAR(source.evaluate(slices)["loss"], arrays.evaluate(data.x, data.y)["loss"], 1e-6);
}

TEST(DataSource, StepsPerEpochGoOnInTheSamePass) {
  const Data data;
  Sequential arrays = make_model(), source = make_model();
  const FitOptions options{.epochs = 4, .verbose = 0, .shuffle = false, .steps_per_epoch = 3};
  FitOptions with_size = options;
  with_size.batch_size = 4;
  arrays.fit(data.x, data.y, with_size);
  Slices slices(data);
  source.fit(slices, options);
  EXPECT_EQ(slices.passes, 3) << "12 batches of passes of 4";
  EXPECT_EQ(source.get_weights(), arrays.get_weights());
}

TEST(DataSource, TrainingEndsWithTheData) {
  const Data data;
  Sequential model = make_model();
  int left = 5;
  FunctionSource source(
      [&](Batch& batch) {
        batch.x = DataView(data.x).slice(0, 4);
        batch.y = DataView(data.y).slice(0, 4);
        return left-- > 0;
      },
      nullptr);
  const History history = model.fit(source, {.epochs = 9, .verbose = 0});
  EXPECT_EQ(history.epoch().size(), 1u);
  EXPECT_THROW(model.fit(source, {.verbose = 0}), ValueError);
  EXPECT_THROW(model.fit(source, {.batch_size = 4}), ValueError);
  EXPECT_THROW(model.evaluate(source), ValueError);
}

TEST(StepsPerExecution, BatchHooksRunOncePerGroup) {
  const Data data;
  std::string seen;
  const callbacks::LambdaCallback log{
      .on_train_batch_begin = [&](Index batch) { seen += "(" + std::to_string(batch); },
      .on_train_batch_end = [&](Index batch, const Logs&) { seen += "," + std::to_string(batch) + ")"; },
      .on_test_batch_begin = [&](Index batch) { seen += "[" + std::to_string(batch); },
      .on_test_batch_end = [&](Index batch, const Logs&) { seen += "," + std::to_string(batch) + "]"; }};
  Sequential one = make_model(), grouped = make_model();
  CompileOptions options = grouped.compile_options();
  options.steps_per_execution = 3;
  grouped.compile(options);
  one.fit(data.x, data.y, {.batch_size = 4, .epochs = 2, .verbose = 0, .shuffle = false});
  grouped.fit(data.x, data.y, {.batch_size = 4, .epochs = 2, .verbose = 0, .callbacks = {log}, .shuffle = false});
  EXPECT_EQ(seen, "(0,2)(3,3)(0,2)(3,3)");
  EXPECT_EQ(grouped.get_weights(), one.get_weights());
  seen.clear();
  grouped.evaluate(data.x, data.y, {.batch_size = 4, .callbacks = {log}});
  EXPECT_EQ(seen, "[0,2][3,3]");
}

TEST(Logs, MetricsOfSeveralValues) {
  const Data data;
  Sequential model = make_model();
  CompileOptions options = model.compile_options();
  options.metrics = {metrics::Precision{.thresholds = {0.2, 0.8}, .name = "p"}};
  model.compile(options);
  const History history = model.fit(data.x, data.y, {.epochs = 2, .verbose = 0, .validation_split = 0.3});
  const auto& values = history.values("val_p");
  ASSERT_EQ(values.size(), 2u);
  ASSERT_EQ(values[1].size(), 2u);
  EXPECT_EQ(history["val_p"][1], (values[1][0] + values[1][1]) / 2);
  EXPECT_THROW(history.values("loss"), IndexError);
}

TEST(SwapEMAWeights, EvaluationSeesTheAverages) {
  const Data data;
  const auto make = [] {
    Sequential model = make_model();
    model.compile(
        {.optimizer = optimizers::SGD{.learning_rate = 0.1, .use_ema = true, .ema_momentum = 0.5}, .loss = "mse"});
    return model;
  };
  Sequential plain = make(), swapped = make();
  const FitOptions options{
      .batch_size = 4, .epochs = 2, .verbose = 0, .validation_data = {data.x, data.y}, .shuffle = false};
  FitOptions swapping = options;
  swapping.callbacks = {callbacks::SwapEMAWeights{}};
  const History without = plain.fit(data.x, data.y, options);
  const History with = swapped.fit(data.x, data.y, swapping);
  EXPECT_EQ(with["loss"], without["loss"]) << "training is not touched";
  EXPECT_NE(with["val_loss"][1], without["val_loss"][1]);
  // At the end of fit the averages become the weights, so that the last validation was of the model as it is now.
  EXPECT_EQ(swapped.get_weights(), plain.get_weights());
  EXPECT_NEAR(swapped.evaluate(data.x, data.y)["loss"], with["val_loss"][1], 1e-6);
  const Array before = swapped.predict(data.x);
  EXPECT_EQ(swapped.predict(data.x, {.callbacks = {callbacks::SwapEMAWeights{}}}), before);
  Sequential none = make_model();
  none.fit(data.x, data.y, {.verbose = 0});
  EXPECT_THROW(none.evaluate(data.x, data.y, {.callbacks = {callbacks::SwapEMAWeights{}}}), ValueError);
}

TEST(Callbacks, ThoseThatAreLeftOutAreRefusedByName) {
  for (const char* name : {"RemoteMonitor", "OrbaxCheckpoint"}) {
    EXPECT_THROW(callback_from_config(Config::dict({{"class_name", name}})), NotSupported) << name;
  }
  EXPECT_THROW((callbacks::TensorBoard{.profile_batch = 2}.make()), ValueError);
  EXPECT_THROW(callbacks::BackupAndRestore{}.make(), ValueError);
}

}  // namespace
}  // namespace wavetrain
