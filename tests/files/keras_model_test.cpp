#include "wavetrain/files/keras_model.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "files/data.hpp"
#include "files/log_recorder.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/files/keras_archive.hpp"
#include "wavetrain/files/npy.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/optimizers.hpp"

namespace wavetrain {
namespace {

using files::testing::data_path;
using files::testing::LogRecorder;
using files::testing::TemporaryDirectory;

template <class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Array ramp(const Shape& shape) {
  Array values(shape, 0.0f);
  for (Index i = 0; i < values.size(); ++i) values[i] = static_cast<float>((i * 7) % 11) / 11.0f - 0.4f;
  return values;
}

Sequential small_model() {
  return Sequential({layers::Conv1D{.filters = 3, .kernel_size = 3, .activation = "relu", .input_shape = {10, 2}},
                     layers::BatchNormalization{}, layers::LSTM{.units = 2}, layers::Dropout{.rate = 0.5},
                     layers::Dense{.units = 3}, layers::Dense{.units = 1, .activation = "sigmoid"}});
}

void expect_equal_outputs(const Sequential& a, const Sequential& b, const Array& x) {
  const Array ya = a.predict(x), yb = b.predict(x);
  ASSERT_EQ(ya.shape(), yb.shape());
  for (Index i = 0; i < ya.size(); ++i) EXPECT_EQ(ya[i], yb[i]) << i;
}

TEST(KerasModel, ReadsAModelThatKerasTrained) {
  Sequential model = load_model(data_path("keras3.keras").string());
  const Array x = files::read_npy(data_path("keras3.x.npy")).to_array();
  const Array expected = files::read_npy(data_path("keras3.y.npy")).to_array();
  const Array y = model.predict(x);
  ASSERT_EQ(y.shape(), expected.shape());
  for (Index i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], expected[i], 1e-6) << i;
  ASSERT_TRUE(model.compiled());
  EXPECT_EQ(model.optimizer().class_name(), "Adam");
  EXPECT_EQ(model.optimizer().iterations(), 2);
  EXPECT_EQ(model.compile_options().metrics.at(0).name(), "accuracy");
}

TEST(KerasModel, ReadsAModelThatFitBuilt) {
  LogRecorder log;
  Sequential model = load_model(data_path("keras3_deferred.keras").string());
  EXPECT_EQ(log.text(), "");
  EXPECT_EQ(model.input_shape(), (Shape{4, 10, 2}));
  const Array x = files::read_npy(data_path("keras3_deferred.x.npy")).to_array();  // 6 samples: the 4 bind nobody
  const Array expected = files::read_npy(data_path("keras3_deferred.y.npy")).to_array();
  const Array y = model.predict(x);
  ASSERT_EQ(y.shape(), expected.shape());
  for (Index i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], expected[i], 1e-6) << i;
  EXPECT_FALSE(model.layers().at(0).trainable());
  EXPECT_EQ(model.optimizer().iterations(), 8);
  EXPECT_EQ(model.compile_options().loss_weights, 0.5);
  EXPECT_EQ(model.compile_options().metrics.at(1).name(), "mse");
  model.fit(x, Array(Shape{6, 2}, 0.0f), {.batch_size = 4, .verbose = 0});
  EXPECT_EQ(model.optimizer().iterations(), 10);
}

TEST(KerasModel, WrittenAndReadAgainIsTheSame) {
  const TemporaryDirectory folder;
  Sequential model = small_model();
  model.compile({.optimizer = optimizers::Adam{.learning_rate = 0.015625},
                 .loss = "binary_crossentropy",
                 .metrics = {"accuracy"}});
  const Array x = ramp({8, 10, 2});
  const Array y(Shape{8, 1}, 1.0f);
  model.fit(x, y, {.epochs = 2, .verbose = 0});
  save_model(model, folder / "m.keras", {{"assets/labels.txt", "a\nb"}});
  std::map<std::string, std::string> extra;
  Sequential loaded = load_model(folder / "m.keras", {.extra = &extra});
  EXPECT_EQ(extra, (std::map<std::string, std::string>{{"assets/labels.txt", "a\nb"}}));
  EXPECT_EQ(loaded.name(), model.name());
  EXPECT_EQ(to_json(loaded), to_json(model));
  expect_equal_outputs(model, loaded, x);

  // The optimizer goes on where it stopped.
  const std::vector<OptimizerVariable> before = model.optimizer().variables();
  const std::vector<OptimizerVariable> after = loaded.optimizer().variables();
  ASSERT_EQ(before.size(), after.size());
  EXPECT_EQ(std::get<std::int64_t>(after[0].value), 2);
  for (std::size_t i = 1; i < before.size(); ++i) {
    const Array& a = std::get<Array>(before[i].value);
    const Array& b = std::get<Array>(after[i].value);
    ASSERT_EQ(a.shape(), b.shape());
    for (Index k = 0; k < a.size(); ++k) EXPECT_EQ(a[k], b[k]);
  }
}

TEST(KerasModel, IsReadInParts) {
  const TemporaryDirectory folder;
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy"});
  const Array x = ramp({8, 10, 2});
  model.fit(x, Array(Shape{8, 1}, 1.0f), {.verbose = 0});
  for (const char* name : {"m.keras", "m.h5"}) {
    save_model(model, folder / name);
    const Sequential layers = load_model(folder / name, {.compile = false});
    EXPECT_FALSE(layers.compiled());
    expect_equal_outputs(model, layers, x);
    Sequential fresh = load_model(folder / name, {.optimizer_state = false});
    EXPECT_EQ(fresh.compile_options().optimizer.class_name(), "Adam");
    EXPECT_EQ(fresh.optimizer().iterations(), 0);
    expect_equal_outputs(model, fresh, x);
  }
}

TEST(KerasModel, SequentialSavesThroughThisLibrary) {
  const TemporaryDirectory folder;
  Sequential model = small_model();
  model.save(folder / "m.keras");
  model.save_weights(folder / "m.weights.h5");
  Sequential other = small_model();
  load_weights(other, folder / "m.weights.h5");
  expect_equal_outputs(model, other, ramp({3, 10, 2}));
  Sequential third = small_model();
  load_weights(third, folder / "m.keras");
  expect_equal_outputs(model, third, ramp({3, 10, 2}));
  EXPECT_FALSE(load_model(folder / "m.keras").compiled());
}

TEST(KerasModel, TreeIsLaidOutAsKerasDoes) {
  const TemporaryDirectory folder;
  save_model(small_model(), folder / "m.keras");
  const files::hdf5::Group tree = files::read_keras_archive(folder / "m.keras").weights;
  for (const char* path : {"vars", "layers/conv1d/vars", "layers/dropout/vars", "layers/lstm/vars",
                           "layers/lstm/cell/vars", "layers/dense_1/vars"}) {
    EXPECT_NE(tree.find_group(path), nullptr) << path;
  }
  EXPECT_EQ(tree.group("layers/lstm/vars").datasets.size(), 0u);
  EXPECT_EQ(tree.dataset("layers/lstm/cell/vars/1").shape, (Shape{2, 8}));
  EXPECT_EQ(tree.group("layers/batch_normalization/vars").datasets.size(), 4u);
  EXPECT_EQ(tree.find_group("optimizer"), nullptr);
}

TEST(KerasModel, WritesOnlyWhatEveryKeras3Knows) {
  Sequential model(
      {layers::Conv1D{.filters = 3, .kernel_size = 3, .kernel_initializer = "he_normal", .input_shape = {10, 2}},
       layers::Flatten{}});
  const std::string text = to_json(model);
  for (const char* word : {"input_axes", "output_axes", "\"dtype\"", "input_shape\": [10", "trainable"}) {
    EXPECT_EQ(text.find(word), std::string::npos) << word << " in " << text;
  }
  EXPECT_NE(text.find("HeNormal"), std::string::npos);
  EXPECT_EQ(to_json(model_from_json(text)), text);
}

std::string dense_json(const std::string& more, const std::string& class_name = "Dense") {
  return R"({"class_name": "Sequential", "config": {"name": "s", "layers": [)"
         R"({"class_name": "InputLayer", "config": {"batch_shape": [null, 4], "dtype": "float32", "sparse": false, )"
         R"("ragged": false, "optional": false, "name": "i"}}, {"module": "elsewhere", "class_name": ")" +
         class_name +
         R"(", "shared_object_id": 7, "build_config": {"input_shape": [null, 4]}, "config": {"name": "d", )"
         R"("units": 2)" +
         more + "}}]}}";
}

TEST(KerasModel, AcceptsUnusedArguments) {
  const std::string text = dense_json(
      R"(, "trainable": true, "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}, )"
      R"("quantization_config": null, "lora_rank": null, "activation": {"module": "builtins", "class_name": "function", )"
      R"("config": "relu", "registered_name": "function"}, "kernel_initializer": {"module": "keras.initializers", )"
      R"("class_name": "GlorotUniform", "config": {"seed": null, "input_axes": null, "output_axes": null}})");
  const Sequential model = model_from_json(text);
  EXPECT_EQ(model.get_layer("d").as<layers::Dense>()->activation.name(), "relu");
  EXPECT_EQ(model.output_shape(), (Shape{kNone, 2}));
}

TEST(KerasModel, RefusesByName) {
  const auto refusal = [](const std::string& text) { return message_of([&] { model_from_json(text); }); };
  EXPECT_THROW(model_from_json(dense_json(R"(, "lora_rank": 4)")), NotSupported);
  EXPECT_EQ(refusal(dense_json(R"(, "lora_rank": 4)")), "Layer 'd': Dense does not support lora_rank=4");
  EXPECT_THROW(model_from_json(dense_json(R"(, "unit": 4)")), ValueError);
  EXPECT_NE(refusal(dense_json(R"(, "unit": 4)")).find("Layer 'd': "), std::string::npos);
  EXPECT_NE(refusal(dense_json("", "Densee")).find("Unknown layer: 'Densee'"), std::string::npos);
  EXPECT_THROW(model_from_json(R"({"class_name": "MyModel", "config": {}})"), NotSupported);
}

TEST(KerasModel, UnusableCompilationIsReported) {
  LogRecorder log;
  std::string text = dense_json("");
  text.insert(text.size() - 1, R"(, "compile_config": {"optimizer": "adam", "loss": {"module": "mine", "class_name": )"
                               R"("function", "config": "my_loss", "registered_name": "mine>my_loss"}})");
  const Sequential model = model_from_json(text);
  EXPECT_FALSE(model.compiled());
  EXPECT_NE(log.text().find("my_loss"), std::string::npos) << log.text();
}

TEST(KerasModel, WeightsThatDoNotFitAreListed) {
  const TemporaryDirectory folder;
  Sequential saved({layers::Dense{.units = 3, .input_shape = {4}}, layers::Dense{.units = 2}});
  save_weights(saved, folder / "m.weights.h5");
  Sequential model(
      {layers::Dense{.units = 5, .name = "first", .input_shape = {4}}, layers::Dense{.units = 2, .name = "second"}});
  const std::vector<Array> before = model.get_weights();
  const std::string message = message_of([&] { load_weights(model, folder / "m.weights.h5"); });
  EXPECT_NE(message.find("Layer 'first' (Dense): weight 'kernel' expected shape (4, 5). Received: (4, 3)"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("Layer 'second'"), std::string::npos) << message;
  EXPECT_EQ(model.get_weights()[0][0], before[0][0]);
  LogRecorder log;
  load_weights(model, folder / "m.weights.h5", true);
  EXPECT_NE(log.text().find("'second'"), std::string::npos);
}

TEST(KerasModel, OptimizerStateThatDoesNotFitIsSkipped) {
  const TemporaryDirectory folder;
  Sequential model({layers::Dense{.units = 1, .input_shape = {2}}});
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(ramp({4, 2}), ramp({4, 1}), {.verbose = 0});
  save_weights(model, folder / "m.weights.h5");
  Sequential other({layers::Dense{.units = 1, .input_shape = {2}}});
  other.compile({.optimizer = "sgd", .loss = "mse"});
  LogRecorder log;
  load_weights(other, folder / "m.weights.h5");
  EXPECT_NE(
      log.text().find("Skipping variable loading for optimizer 'SGD', because it has 2 variables whereas the saved "
                      "optimizer has 6 variables."),
      std::string::npos)
      << log.text();
}

TEST(KerasModel, WholeModelsInTheOldFormat) {
  const TemporaryDirectory folder;
  Sequential model = small_model();
  model.compile({.optimizer = optimizers::RMSprop{.learning_rate = 0.015625, .momentum = 0.5, .centered = true},
                 .loss = "binary_crossentropy",
                 .loss_weights = 0.5,
                 .metrics = {"accuracy"}});
  const Array x = ramp({8, 10, 2});
  const Array y(Shape{8, 1}, 1.0f);
  model.fit(x, y, {.epochs = 2, .verbose = 0});
  model.save(folder / "m.h5");
  LogRecorder log;
  Sequential loaded = load_model(folder / "m.h5");
  EXPECT_EQ(log.text(), "");
  EXPECT_EQ(loaded.name(), model.name());
  EXPECT_EQ(loaded.compile_options().loss_weights, 0.5);
  expect_equal_outputs(model, loaded, x);
  const std::vector<OptimizerVariable> before = model.optimizer().variables(), after = loaded.optimizer().variables();
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 1; i < before.size(); ++i) {
    const Array& a = std::get<Array>(before[i].value);
    const Array& b = std::get<Array>(after[i].value);
    EXPECT_TRUE(a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin())) << before[i].name;
  }
  EXPECT_THROW(save_model(model, folder / "n.h5", {{"a", "b"}}), ValueError);
}

TEST(KerasModel, WeightsInEveryFormat) {
  const TemporaryDirectory folder;
  Sequential model = small_model();
  for (const char* file : {"m.weights.h5", "m.h5", "m.hdf5", "m.npz"}) {
    save_weights(model, folder / file);
    Sequential other = small_model();
    load_weights(other, folder / file);
    expect_equal_outputs(model, other, ramp({3, 10, 2}));
  }
  EXPECT_NE(message_of([&] { load_model(folder / "m.h5"); }).find("the file has weights alone"), std::string::npos);
  const files::NamedArrays arrays = files::read_npz(folder / "m.npz");
  const std::string lstm = model.layers()[2].name();
  EXPECT_EQ(arrays.at(6).first, lstm + "/cell/kernel");

  // As np.savez(*model.get_weights()) names them.
  std::vector<std::pair<std::string, DataView>> plain;
  for (std::size_t i = 0; i < arrays.size(); ++i) plain.emplace_back(fmt::format("arr_{}", i), arrays[i].second.view());
  files::write_npz(folder / "plain.npz", plain);
  Sequential other = small_model();
  load_weights(other, folder / "plain.npz");
  expect_equal_outputs(model, other, ramp({3, 10, 2}));
  plain.pop_back();
  files::write_npz(folder / "plain.npz", plain);
  EXPECT_NE(
      message_of([&] { load_weights(other, folder / "plain.npz"); }).find("The file has 12 weights, the model 13"),
      std::string::npos);
}

TEST(KerasModel, OldWeightsByName) {
  const TemporaryDirectory folder;
  Sequential saved(
      {layers::Dense{.units = 3, .name = "a", .input_shape = {4}}, layers::Dense{.units = 2, .name = "b"}});
  save_weights(saved, folder / "m.h5");
  Sequential other(
      {layers::Dense{.units = 2, .name = "new", .input_shape = {3}}, layers::Dense{.units = 2, .name = "c"}});
  EXPECT_THROW(load_weights(other, folder / "m.h5"), ValueError);
  Sequential model({layers::Dense{.units = 4, .name = "new", .input_shape = {4}},
                    layers::Dense{.units = 3, .name = "a"}, layers::Dense{.units = 5, .name = "b"}});
  EXPECT_NE(message_of([&] { load_weights(model, folder / "m.h5"); }).find("Layer count mismatch"), std::string::npos);
  EXPECT_NE(
      message_of([&] { load_weights(model, folder / "m.h5", false, true); }).find("Layer 'b' (Dense): weight 'kernel'"),
      std::string::npos);
  load_weights(model, folder / "m.h5", true, true);
  const Array a = saved.get_weights()[0], b = model.get_weights()[2];
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  EXPECT_THROW(load_weights(model, folder / "m.weights.h5", false, true), FileError);
}

TEST(KerasModel, DeclaredWeightsMustBeInTheFile) {
  const TemporaryDirectory folder;
  save_model(Sequential({layers::Dense{.units = 3, .input_shape = {4}}}), folder / "m.keras");
  files::KerasArchive archive = files::read_keras_archive(folder / "m.keras");
  std::string text = files::to_json(archive.config);
  text.replace(text.find("\"units\": 3"), 10, "\"units\": 3000000000");
  archive.config = files::parse_json(text);
  files::write_keras_archive(folder / "n.keras", archive);
  EXPECT_NE(message_of([&] { load_model(folder / "n.keras"); }).find("more weights than the file can hold"),
            std::string::npos);
}

TEST(KerasModel, EndingsAreChecked) {
  Sequential model({layers::Dense{.units = 1, .input_shape = {2}}});
  EXPECT_THROW(save_model(model, "m.weights.h5"), ValueError);
  EXPECT_THROW(save_model(model, "m.txt"), ValueError);
  EXPECT_THROW(save_weights(model, "m.keras"), ValueError);
  EXPECT_THROW(load_weights(model, "m.txt"), ValueError);
  EXPECT_THROW(load_model("missing.keras"), FileError);
}

TEST(KerasModel, UnbuiltModelsKeepTheirSettings) {
  const TemporaryDirectory folder;
  save_model(Sequential({layers::LSTM{.units = 2}, layers::Dense{.units = 1}}), folder / "m.keras");
  Sequential model = load_model(folder / "m.keras");
  EXPECT_FALSE(model.built());
  EXPECT_EQ(model.layers().size(), 2u);
}

}  // namespace
}  // namespace wavetrain
