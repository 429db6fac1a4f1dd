// A batch that trains in pieces (cpu/plan.hpp: piece) gives the bits of one that does not.

#include <gtest/gtest.h>

#include "cpu/workspace.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/sequential.hpp"
#include "wavetrain/threads.hpp"

namespace wavetrain::tests {
namespace {

using namespace layers;

constexpr Index kSteps = 400, kFeatures = 3, kBatch = 40;

class Pieces : public testing::Test {
 protected:
  void TearDown() override { set_num_threads(0); }
};

// Every layer that goes in pieces: strided, dilated, grouped and depthwise convolutions, the transposed one, dense layers per
// step, pools, both kinds of dropout.
std::vector<Layer> stack() {
  return {Conv1D{.filters = 24, .kernel_size = 5, .padding = "same", .activation = "relu"},
          Dropout{.rate = 0.2, .seed = 3},
          Conv1D{.filters = 24, .kernel_size = 3, .padding = "causal", .dilation_rate = 4, .activation = "tanh"},
          SpatialDropout1D{.rate = 0.2, .seed = 4},
          DepthwiseConv1D{.kernel_size = 3, .padding = "same", .activation = "relu"},
          MaxPooling1D{},
          Conv1D{.filters = 20, .kernel_size = 3, .strides = 2, .padding = "same", .groups = 2, .activation = "relu"},
          Conv1DTranspose{.filters = 16, .kernel_size = 4, .strides = 2, .padding = "same", .activation = "relu"},
          AveragePooling1D{.pool_size = 3, .strides = 1, .padding = "same"},
          Dense{.units = 12, .activation = "relu"},
          Dense{.units = 5, .activation = "softmax"}};
}

std::shared_ptr<const Graph> graph_of(const std::vector<Layer>& layers) {
  auto graph = std::make_shared<Graph>();
  Lowering lowering(*graph);
  Tensor x{graph->add_input({kNone, kSteps, kFeatures}), kNoValue};
  for (const Layer& layer : layers) x = layer.lower(lowering, x);
  graph->set_output(x.value);
  return graph;
}

Index piece_of(const std::vector<Layer>& layers, Index batch = kBatch) {
  return cpu::Plan(graph_of(layers), Shape{batch, kSteps, kFeatures}, true, 1).piece();
}

std::vector<float> weights_of(const Sequential& model) {
  std::vector<float> all;
  for (const Array& weight : model.get_weights()) all.insert(all.end(), weight.span().begin(), weight.span().end());
  return all;
}

struct Result {
  std::vector<float> weights;
  std::vector<double> history;
  bool operator==(const Result&) const = default;
};

// Weights of 1 keep a batch in one piece.
Result train(bool in_pieces, int threads, const char* loss, Index samples, Index batch) {
  set_num_threads(threads);
  set_random_seed(7);
  clear_session();
  std::vector<Sequential::Entry> entries{Input{Shape{kSteps, kFeatures}}};
  for (const Layer& layer : stack()) entries.emplace_back(layer);
  Sequential model(entries);
  const bool sparse = std::string_view(loss).starts_with("sparse");
  CompileOptions options{.optimizer = "adam", .loss = loss, .metrics = {"accuracy"}};
  if (!sparse) options.metrics.emplace_back("auc");
  model.compile(options);
  const Index steps = kSteps / 2;
  const Array x = random_normal(Shape{samples, kSteps, kFeatures}, 0.0, 1.0, 1);
  const Labels classes = random_integers(Shape{samples, steps}, 0, 5, 2);
  Array y(Shape{samples, steps, 5});
  for (Index i = 0; i < samples * steps; ++i) y[i * 5 + classes[i]] = 1.0f;
  Array ones(Shape{samples});
  for (Index i = 0; i < samples; ++i) ones[i] = 1.0f;
  FitOptions fit{.batch_size = batch, .epochs = 2, .verbose = 0};
  if (!in_pieces) fit.sample_weight = ones;
  const History history = sparse ? model.fit(x, classes, fit) : model.fit(x, y, fit);
  Result result;
  result.weights = weights_of(model);
  for (const std::string& name : history.names()) {
    result.history.insert(result.history.end(), history[name].begin(), history[name].end());
  }
  return result;
}

TEST_F(Pieces, GiveTheBitsOfTheWholeBatch) {
  ASSERT_GT(piece_of(stack()), 0);
  for (const char* loss : {"mse", "categorical_crossentropy", "sparse_categorical_crossentropy"}) {
    for (const Index samples : {2 * kBatch, 2 * kBatch + 3}) {
      const Result whole = train(false, 1, loss, samples, kBatch);
      for (const int threads : {1, 2, 3}) {
        const Result pieces = train(true, threads, loss, samples, kBatch);
        EXPECT_EQ(pieces.history, whole.history) << loss << ", " << threads << " threads";
        EXPECT_EQ(pieces.weights, whole.weights) << loss << ", " << threads << " threads";
      }
    }
  }
}

TEST_F(Pieces, AreForWhatDoesNotCoupleSamples) {
  const auto with = [](const Layer& layer) {
    std::vector<Layer> layers = stack();
    layers.insert(layers.begin() + 1, layer);
    return piece_of(layers);
  };
  EXPECT_GT(with(LeakyReLU{}), 0);
  EXPECT_EQ(with(BatchNormalization{}), 0);
  EXPECT_EQ(with(LayerNormalization{}), 0);  // its weights' gradients do not add up over pieces
  EXPECT_EQ(with(GaussianNoise{.stddev = 0.1, .seed = 1}), 0);
  EXPECT_EQ(with(ActivityRegularization{.l2 = 0.1}), 0);
  std::vector<Layer> recurrent = stack();
  recurrent.push_back(LSTM{.units = 64});
  EXPECT_EQ(piece_of(recurrent), 0);
  EXPECT_EQ(piece_of(stack(), 4), 0);  // one block
}

// One model, batches of all kinds, each run as it has to be.
TEST_F(Pieces, ComeAndGo) {
  const auto run = [](bool in_pieces) {
    set_random_seed(7);
    clear_session();
    std::vector<Sequential::Entry> entries{Input{Shape{kSteps, kFeatures}}};
    for (const Layer& layer : stack()) entries.emplace_back(layer);
    Sequential model(entries);
    model.compile({.optimizer = "sgd", .loss = "mse"});
    std::vector<float> result;
    for (const Index samples : {kBatch, Index{3}, 5 * kBatch, Index{1}, kBatch + 1}) {
      const Array x = random_normal(Shape{samples, kSteps, kFeatures}, 0.0, 1.0, 1);
      const Array y = random_normal(Shape{samples, kSteps / 2, 5}, 0.0, 1.0, 2);
      Array ones(Shape{samples});
      for (Index i = 0; i < samples; ++i) ones[i] = 1.0f;
      const bool weighted = !in_pieces || samples == kBatch + 1;
      const Logs logs = model.train_on_batch(x, y, weighted ? BatchOptions{.sample_weight = ones} : BatchOptions{});
      result.push_back(static_cast<float>(logs["loss"]));
    }
    const std::vector<float> weights = weights_of(model);
    result.insert(result.end(), weights.begin(), weights.end());
    return result;
  };
  EXPECT_EQ(run(true), run(false));
}

}  // namespace
}  // namespace wavetrain::tests
