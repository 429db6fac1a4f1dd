#include "wavetrain/utils.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>

#include "training/golden.hpp"
#include "wavetrain/layers.hpp"

namespace wavetrain {
namespace {

using namespace utils;

struct GoldenArray {
  std::string name;
  std::vector<double> shape;  // of windows: the number of batches
  std::vector<double> values;
};

const std::vector<GoldenArray>& golden() {
  static const std::vector<GoldenArray> cases{
#include "training/golden/utils.inc"
  };
  return cases;
}

TEST(Utils, ArraysAreKeras) {
  Array x(Shape{2, 3, 2});
  for (Index i = 0; i < 12; ++i) x[i] = static_cast<float>(std::sin(1.3 * double(i)));
  for (Index i = 0; i < 3; ++i) x(0, i, 1) = 0;
  const std::vector<std::vector<float>> ragged{{1, 2, 3}, {4}, {}, {5, 6, 7, 8, 9}};
  const std::vector<Array> matrices{Array{{1, 2}, {3, 4}}, Array{{5, 6}}};
  const std::map<std::string, Array> all{
      {"categorical", to_categorical(Array{2, 0, 1, 3})},
      {"categorical_column", to_categorical(Array{2, 0}.reshaped({2, 1}), 4)},
      {"categorical_matrix", to_categorical(Array{{1, 0}, {2, 1}})},
      {"categorical_negative", to_categorical(Array{-1, 0}, 3)},
      {"normalize", normalize(x)},
      {"normalize_axis", normalize(x, 1)},
      {"normalize_order_1", normalize(x, 2, 1)},
      {"normalize_largest", normalize(x, 1, std::numeric_limits<double>::infinity())},
      {"pad", pad_sequences(ragged)},
      {"pad_post", pad_sequences(ragged, {.padding = "post", .value = -1.0})},
      {"pad_short", pad_sequences(ragged, {.maxlen = 2})},
      {"pad_short_post", pad_sequences(ragged, {.maxlen = 2, .truncating = "post"})},
      {"pad_matrices", pad_sequences(matrices, {.maxlen = 3})},
  };
  for (const GoldenArray& expected : golden()) {
    if (expected.name.starts_with("windows")) continue;
    const Array& found = all.at(expected.name);
    EXPECT_EQ(std::vector<double>(found.shape().begin(), found.shape().end()), expected.shape) << expected.name;
    expect_close(found, expected.values, 1e-6, expected.name);
  }
}

TEST(Utils, WindowsAreKeras) {
  Array data(Shape{13, 2}), targets(Shape{13});
  for (Index i = 0; i < 26; ++i) data[i] = static_cast<float>(i);
  for (Index i = 0; i < 13; ++i) targets[i] = static_cast<float>(100 + i);
  const std::map<std::string, TimeseriesOptions> all{
      {"windows", {.sequence_length = 4, .batch_size = 3}},
      {"windows_stride", {.sequence_length = 3, .sequence_stride = 2, .sampling_rate = 2, .batch_size = 2}},
      {"windows_range", {.sequence_length = 2, .start_index = 3, .end_index = 9}}};
  for (const GoldenArray& expected : golden()) {
    if (!expected.name.starts_with("windows")) continue;
    const auto dataset = timeseries_dataset_from_array(data, targets, all.at(expected.name));
    EXPECT_EQ(static_cast<double>(dataset->batches().value()), expected.shape[0]);
    for (int pass = 0; pass < 2; ++pass) {
      std::vector<double> values, y;
      dataset->restart();
      Batch batch;
      while (dataset->next(batch)) {
        for (const float v : batch.x.to_array()) values.push_back(v);
        for (const float v : batch.y.to_array()) y.push_back(v);
      }
      values.insert(values.end(), y.begin(), y.end());
      EXPECT_EQ(values, expected.values) << expected.name;
    }
  }
}

TEST(Utils, ShuffledWindowsAreAllThere) {
  Array data(Shape{40, 1});
  for (Index i = 0; i < 40; ++i) data[i] = static_cast<float>(i);
  TimeseriesDataset dataset(data, data, {.sequence_length = 5, .batch_size = 7, .shuffle = true, .seed = 3});
  std::vector<std::vector<float>> passes(2);
  for (std::vector<float>& starts : passes) {
    dataset.restart();
    Batch batch;
    while (dataset.next(batch)) {
      const Array x = batch.x.to_array(), y = batch.y.to_array();
      for (Index i = 0; i < y.size(); ++i) {
        EXPECT_EQ(x[i * 5], y[i]);
        EXPECT_EQ(x[i * 5 + 4], y[i] + 4);
        starts.push_back(y[i]);
      }
    }
  }
  EXPECT_NE(passes[0], passes[1]);
  std::sort(passes[0].begin(), passes[0].end());
  std::sort(passes[1].begin(), passes[1].end());
  EXPECT_EQ(passes[0], passes[1]);
  EXPECT_EQ(passes[0].size(), 36u);
}

TEST(Utils, SplitDataset) {
  const Array x{{0, 0}, {1, 1}, {2, 2}, {3, 3}, {4, 4}}, y{0, 1, 2, 3, 4};
  const auto [left, right] = split_dataset({x, y}, {.left_size = 0.5});
  EXPECT_EQ(left[1], (Array{0, 1})) << "2.5 becomes 2, as Python rounds";
  EXPECT_EQ(right[0], (Array{{2, 2}, {3, 3}, {4, 4}}));
  const auto parts = split_dataset({y}, {.left_size = Index{1}, .right_size = 0.4});
  EXPECT_EQ(parts.first[0], (Array{0}));
  EXPECT_EQ(parts.second[0], (Array{3, 4}));
  const auto shuffled = split_dataset({y}, {.left_size = Index{3}, .shuffle = true, .seed = 2});
  std::vector<float> all(shuffled.first[0].begin(), shuffled.first[0].end());
  all.insert(all.end(), shuffled.second[0].begin(), shuffled.second[0].end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (std::vector<float>{0, 1, 2, 3, 4}));
  EXPECT_THROW(split_dataset({y}, {}), ValueError);
  EXPECT_THROW(split_dataset({y}, {.left_size = Index{5}}), ValueError);
  EXPECT_THROW(split_dataset({y}, {.left_size = 0.7, .right_size = 0.5}), ValueError);
  EXPECT_THROW(split_dataset({y}, {.left_size = Index{4}, .right_size = Index{4}}), ValueError);
  EXPECT_THROW(split_dataset({y}, {.left_size = 0.01}), ValueError);
}

TEST(Utils, RefuseWhatCannotWork) {
  EXPECT_THROW(to_categorical(Array{3}, 3), IndexError);
  EXPECT_THROW(to_categorical(Array(Shape{0})), ValueError);
  EXPECT_THROW(normalize(Array{1, 2}, 1), ValueError);
  EXPECT_THROW(pad_sequences(std::vector<Array>{Array{{1, 2}}, Array{{1, 2, 3}}}), ValueError);
  EXPECT_THROW(pad_sequences(std::vector<std::vector<float>>{{1}}, {.padding = "both"}), ValueError);
  const Array data(Shape{10, 1});
  EXPECT_THROW(TimeseriesDataset(data, {}, {.sequence_length = 0}), ValueError);
  EXPECT_THROW(TimeseriesDataset(data, {}, {.sequence_length = 2, .sampling_rate = 10}), ValueError);
  EXPECT_THROW(TimeseriesDataset(data, {}, {.sequence_length = 2, .end_index = 10}), ValueError);
}

TEST(Utils, PicturesOfModels) {
  Sequential model{
      layers::Conv1D{.filters = 4, .kernel_size = 3, .activation = "relu", .name = "a<b", .input_shape = {8, 3}},
      layers::Flatten{}, layers::Dense{.units = 2}};
  const PlotOptions options{
      .show_shapes = true, .show_dtype = true, .show_layer_activations = true, .show_trainable = true};
  const std::string dot = model_to_dot(model, options);
  EXPECT_NE(dot.find("0 -> 1;\n1 -> 2;"), std::string::npos);
  EXPECT_NE(dot.find("<b>a&lt;b</b> (Conv1D)"), std::string::npos);
  EXPECT_NE(dot.find("Output shape: <b>(None, 6, 4)</b>"), std::string::npos);
  const std::string svg = model_to_svg(model, options);
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find("(None, 6, 4)"), std::string::npos);
  const std::string path = (std::filesystem::temp_directory_path() / "wavetrain-plot-test.svg").string();
  plot_model(model, path, options);
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), svg);
  std::filesystem::remove(path);
  EXPECT_THROW(plot_model(model, "model.png"), ValueError);
  Sequential unbuilt{layers::Flatten{}};
  EXPECT_THROW(model_to_dot(unbuilt), ValueError);
}

}  // namespace
}  // namespace wavetrain
