// Layers that hold other layers, in Keras' files: a stored one, and our own.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "files/data.hpp"
#include "files/keras_model_weights.hpp"
#include "wavetrain/files/keras_model.hpp"
#include "wavetrain/files/npy.hpp"
#include "wavetrain/layers.hpp"

namespace wavetrain::files {
namespace {

using testing::data_path;

TEST(NestedLayers, KerasFile) {
  Sequential model = load_model(data_path("keras3_nested.keras").string());
  ASSERT_EQ(model.layers().size(), 7u);
  EXPECT_EQ(model.layers()[4].name(), "inner");
  EXPECT_EQ(model.layers()[5].sublayers()[1].layer.class_name(), "SimpleRNN");
  EXPECT_FALSE(model.layers()[5].sublayers()[1].layer.trainable());
  EXPECT_TRUE(model.optimizer().built());  // its state, too, has fitted
  const Array x = read_npy(data_path("keras3_nested.x.npy")).to_array();
  const Array expected = read_npy(data_path("keras3_nested.y.npy")).to_array();
  const Array y = model.predict(x);
  ASSERT_EQ(y.shape(), expected.shape());
  for (Index i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], expected[i], 1e-6 + 1e-5 * std::abs(expected[i])) << i;
}

TEST(NestedLayers, HaveKerasPlaces) {
  Sequential model = load_model(data_path("keras3_nested.keras").string());
  const hdf5::Group tree = weights_tree(model);
  for (const char* place :
       {"layers/embedding/vars/0", "layers/bidirectional/forward_layer/cell/vars/2",
        "layers/bidirectional/backward_layer/cell/vars/1", "layers/time_distributed/layer/vars/1",
        "layers/rnn/cell/cells/lstm_cell/vars/0", "layers/rnn/cell/cells/gru_cell/vars/2",
        "layers/rnn/cell/cells/lstm_cell_1/vars/2", "layers/sequential/layers/dense/vars/0",
        "layers/sequential/layers/batch_normalization/vars/3", "layers/sequential/layers/dense_1/vars/1",
        "layers/bidirectional_1/backward_layer/cell/vars/0", "layers/dense/vars/1"}) {
    EXPECT_NO_THROW(tree.dataset(place)) << place;
  }
}

TEST(NestedLayers, RoundTrip) {
  const testing::TemporaryDirectory folder;
  Sequential model = load_model(data_path("keras3_nested.keras").string());
  const Array x = read_npy(data_path("keras3_nested.x.npy")).to_array();
  const Array expected = model.predict(x);
  for (const char* name : {"model.keras", "model.h5"}) {
    SCOPED_TRACE(name);
    model.save((folder / name).string());
    Sequential again = load_model((folder / name).string());
    EXPECT_EQ(again.config(), model.config());
    const Array y = again.predict(x);
    EXPECT_TRUE(std::equal(y.begin(), y.end(), expected.begin()));
  }
}

}  // namespace
}  // namespace wavetrain::files
