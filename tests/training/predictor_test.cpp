#include "wavetrain/predictor.hpp"

#include <gtest/gtest.h>

#include <span>

#include "support/training_cases.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/layers.hpp"

namespace wavetrain {
namespace {

std::span<const float> values(const ConstView& view) { return {view.data(), static_cast<std::size_t>(view.size())}; }
Array copy(const ConstView& view) { return Array::copy_of(view); }

Sequential small_model() {
  return {layers::Conv1D{.filters = 8, .kernel_size = 3, .activation = "relu", .input_shape = {20, 2}},
          layers::BatchNormalization{}, layers::GRU{.units = 5}, layers::Dense{.units = 1}};
}

class PredictorCases : public testing::TestWithParam<tests::TrainingCase> {};

TEST_P(PredictorCases, HasTheBitsOfPredict) {
  const Sequential model = tests::make_model(GetParam());
  const Array x = tests::make_data(GetParam(), 3).x;
  if (model.input_shape().rank() == 0 || model.input_shape()[0] != kNone) GTEST_SKIP() << "of another batch size";
  const Array together = model.predict(x);
  Shape shape = x.shape();
  Predictor all(model, shape);
  EXPECT_EQ(copy(all.run(values(x.view()))), together);
  shape[0] = 1;
  Predictor one(model, shape);
  for (Index i = 0; i < 3; ++i) {
    EXPECT_EQ(copy(one.run(values(x.view().slice(i, 1)))), copy(together.view().slice(i, 1))) << "sample " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(, PredictorCases, testing::ValuesIn(tests::training_cases()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(PredictorTest, NoticesNewWeights) {
  Sequential model = small_model();
  Predictor predictor(model);
  const Array x = random_normal(Shape{1, 20, 2}, 0, 1, 1);
  EXPECT_EQ(copy(predictor.run(values(x.view()))), model.predict(x));
  std::vector<Array> weights = model.get_weights();
  for (Array& array : weights) {
    for (float& value : array) value += 0.5f;
  }
  model.set_weights(weights);
  EXPECT_EQ(copy(predictor.run(values(x.view()))), model.predict(x));
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit(x, Array(Shape{1, 1}, 3.0f), {.verbose = 0});
  EXPECT_EQ(copy(predictor.run(values(x.view()))), model.predict(x));
  EXPECT_EQ(predictor.output_shape(), (Shape{1, 1}));
}

TEST(PredictorTest, Refuses) {
  Sequential model = small_model();
  Predictor predictor(model);
  EXPECT_THROW(predictor.run(std::vector<float>(39)), ValueError);
  EXPECT_THROW(Predictor(model, 0), ValueError);
  EXPECT_THROW(Predictor(model, Shape{1, 20, 3}), ValueError);
  EXPECT_THROW(Predictor{Sequential{layers::Dense{.units = 1}}}, ValueError);
  const Sequential open{layers::Input{.shape = {kNone, 2}}, layers::GRU{.units = 3}};
  EXPECT_THROW(Predictor{open}, ValueError);
  EXPECT_EQ(Predictor(open, Shape{1, 7, 2}).output_shape(), (Shape{1, 3}));
}

TEST(PredictorTest, GoesAlongWithANewLayer) {
  Sequential model = small_model();
  Predictor predictor(model);
  const Array x = random_normal(Shape{1, 20, 2}, 0, 1, 1);
  predictor.run(values(x.view()));
  model.add(layers::Dense{.units = 2});
  EXPECT_EQ(copy(predictor.run(values(x.view()))), model.predict(x));
  EXPECT_EQ(predictor.output_shape(), (Shape{1, 2}));
}

TEST(PredictorTest, WaitsForAModelThatIsBeingRebuilt) {
  Sequential model{layers::Input{.shape = {4}}, layers::Dense{.units = 2}};
  Predictor predictor(model);
  const std::vector<float> x(4, 1.0f);
  model.pop();
  if (!model.built()) {
    EXPECT_THROW(predictor.run(x), ValueError);
    EXPECT_THROW(predictor.run(x), ValueError);
  }
  model.add(layers::Dense{.units = 3});
  EXPECT_EQ(copy(predictor.run(x)), model.predict(Array(Shape{1, 4}, 1.0f)));
}

}  // namespace
}  // namespace wavetrain
