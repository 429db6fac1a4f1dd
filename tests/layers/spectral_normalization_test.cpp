#include "wavetrain/layers/spectral_normalization.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::tests {
namespace {

using namespace layers;

// The length of W x for the best of many x is at most the largest singular value, and close to it.
double largest_stretch(const Array& w) {
  const Index columns = w.shape().back(), rows = w.size() / columns;
  std::vector<double> u(static_cast<std::size_t>(columns), 1.0), v(static_cast<std::size_t>(rows));
  double stretch = 0;
  for (int i = 0; i < 200; ++i) {
    double length = 0;
    for (Index r = 0; r < rows; ++r) {
      double sum = 0;
      for (Index c = 0; c < columns; ++c) sum += w[r * columns + c] * u[static_cast<std::size_t>(c)];
      v[static_cast<std::size_t>(r)] = sum;
      length += sum * sum;
    }
    stretch = std::sqrt(length);
    double norm = 0;
    for (Index c = 0; c < columns; ++c) {
      double sum = 0;
      for (Index r = 0; r < rows; ++r) sum += w[r * columns + c] * v[static_cast<std::size_t>(r)];
      u[static_cast<std::size_t>(c)] = sum;
      norm += sum * sum;
    }
    for (double& value : u) value /= std::sqrt(norm);
  }
  return stretch;
}

TEST(SpectralNormalization, IsItsLayerInInference) {
  const std::vector<std::vector<double>> weights{{1, 2, 3, 4, 5, 6}, {1, 0, 0}, {0.5, 0, -0.5}};
  const std::vector<double> x{1, -1, 2, 0.5};
  const Layer layer = SpectralNormalization{.layer = Dense{.units = 3}};
  EXPECT_EQ(evaluate_layer(layer, {2, 2}, x, weights),
            evaluate_layer(Dense{.units = 3}, {2, 2}, x, {weights[0], weights[2]}));
  ASSERT_EQ(layer.variables().size(), 3u);  // the kernel once
  EXPECT_EQ(layer.variables()[0].name(), "kernel");
  EXPECT_EQ(layer.variables()[1].name(), "vector_u");
  EXPECT_EQ(layer.variables()[2].name(), "bias");
  EXPECT_EQ(layer.trainable_variables().size(), 2u);
  EXPECT_EQ(layer.count_params(), 12);
}

TEST(SpectralNormalization, TrainingDividesTheKernelByItsSpectralNorm) {
  for (const Layer& inner : {Layer(Conv1D{.filters = 4, .kernel_size = 2}), Layer(Dense{.units = 3}),
                             Layer(DepthwiseConv1D{.kernel_size = 3})}) {
    SCOPED_TRACE(inner.class_name());
    Sequential model{Input{.shape = {7, 3}}, SpectralNormalization{.layer = inner, .power_iterations = 60}};
    // At rate 0 nothing else changes.
    model.compile({.optimizer = optimizers::SGD{.learning_rate = 0.0}, .loss = "mse"});
    const Layer layer = model.layers()[0];
    const Array before = layer.variables()[0].value();
    const double stretch = largest_stretch(before);
    const Array x(Shape{4, 7, 3}, 0.5f);
    Shape output = layer.output_shape();
    output[0] = 4;
    model.train_on_batch(x, Array(output, 0.0f));
    const Array after = layer.variables()[0].value();
    EXPECT_NEAR(largest_stretch(after), 1.0, 1e-4);
    for (Index i = 0; i < after.size(); ++i) EXPECT_NEAR(after[i] * stretch, before[i], 1e-4);
    // Prediction leaves it alone.
    model.predict(x);
    const Array still = layer.variables()[0].value();
    EXPECT_TRUE(std::equal(after.begin(), after.end(), still.begin()));
  }
}

TEST(SpectralNormalization, SaysWhatDoesNotFit) {
  EXPECT_NE(lowering_error(SpectralNormalization{.layer = LSTM{.units = 2}}, {2, 4, 3})
                .find("no attribute 'kernel' nor 'embeddings'"),
            std::string::npos);
  EXPECT_THROW(Layer(SpectralNormalization{.layer = Dense{.units = 2}, .power_iterations = 0}), ValueError);
}

TEST(Wrappers, MadeUntrainableLeaveTheirLayersTrainable) {
  const Layer layer = TimeDistributed{.layer = Dense{.units = 2}, .trainable = false};
  Sequential model{Input{.shape = {3, 4}}, layer};
  EXPECT_EQ(layer.trainable_variables().size(), 2u);
  Layer(layer).set_trainable(false);
  EXPECT_TRUE(layer.trainable_variables().empty());
}

}  // namespace
}  // namespace wavetrain::tests
