#include "files/keras_upgrade.hpp"

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"
#include "wavetrain/files/json.hpp"

namespace wavetrain::files {
namespace {

constexpr KerasVersion kOld{2, 2};

Config layer(const std::string& class_name, const std::string& config, KerasVersion version = kOld) {
  return upgraded_layer(parse_json(R"({"class_name": ")" + class_name + R"(", "config": )" + config + "}"), version);
}

std::string refusal(const std::string& model, KerasVersion version = kOld) {
  try {
    upgraded_model(parse_json(model), version);
  } catch (const NotSupported& error) {
    return error.what();
  }
  return "";
}

TEST(KerasUpgrade, ReadsVersions) {
  EXPECT_EQ(parse_keras_version("2.2.4-tf"), (KerasVersion{2, 2, true}));
  EXPECT_EQ(parse_keras_version("3.15.1"), (KerasVersion{3, 15}));
  EXPECT_EQ(parse_keras_version("3"), (KerasVersion{3, 0}));
  EXPECT_EQ(parse_keras_version(""), (KerasVersion{2, 0}));
  EXPECT_EQ(parse_keras_version("nightly"), (KerasVersion{2, 0}));
}

TEST(KerasUpgrade, DropsWhatSaysNothing) {
  const Config lstm = layer("LSTM", R"({"name": "l", "units": 2, "implementation": 2, "time_major": false,
                                        "batch_input_shape": [null, 4, 1], "recurrent_activation": "hard_sigmoid",
                                        "kernel_initializer": {"class_name": "VarianceScaling", "config":
                                          {"scale": 1.0, "mode": "fan_avg", "distribution": "normal", "dtype": "float32"}}})");
  EXPECT_EQ(to_json(lstm.at("config")),
            R"({"name": "l", "units": 2, "recurrent_activation": "keras2_hard_sigmoid", "kernel_initializer": )"
            R"({"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": )"
            R"("truncated_normal"}}})");
  EXPECT_EQ(layer("LSTM", R"({"units": 2, "recurrent_activation": "hard_sigmoid"})", {3, 0})
                .at("config")
                .at("recurrent_activation"),
            Config("hard_sigmoid"));
}

TEST(KerasUpgrade, RefusesWhatItWouldComputeOtherwise) {
  EXPECT_THROW(layer("LSTM", R"({"name": "l", "units": 2, "time_major": true})"), NotSupported);
  EXPECT_THROW(layer("BatchNormalization", R"({"renorm": true})"), NotSupported);
  try {
    layer("LSTM", R"({"name": "l", "units": 2, "time_major": true})");
  } catch (const NotSupported& error) {
    EXPECT_STREQ(error.what(), "Layer 'l' (LSTM): time_major=True is not supported");
  }
}

TEST(KerasUpgrade, KnowsOldClassesNamesAndDefaults) {
  EXPECT_EQ(layer("GRU", R"({"units": 2})").at("config").at("reset_after"), Config(false));
  EXPECT_EQ(layer("GRU", R"({"units": 2, "reset_after": true})").at("config").at("reset_after"), Config(true));
  EXPECT_EQ(layer("GRU", R"({"units": 2})", {3, 0}).at("config").find("reset_after"), nullptr);
  const Config cudnn = layer("CuDNNGRU", R"({"units": 2})");
  EXPECT_EQ(cudnn.at("class_name"), Config("GRU"));
  EXPECT_EQ(cudnn.at("config").at("reset_after"), Config(true));
  EXPECT_EQ(layer("CuDNNLSTM", R"({"units": 2})").at("config").at("recurrent_activation"), Config("sigmoid"));
  EXPECT_EQ(layer("LeakyReLU", R"({"alpha": 0.25})").at("config").at("negative_slope"), Config(0.25));
  EXPECT_EQ(layer("BatchNormalizationV1", R"({"axis": [2]})").at("config").at("axis"), Config(2));
  EXPECT_EQ(layer("Bidirectional", R"({"layer": {"class_name": "GRU", "config": {"units": 2}}})")
                .at("config")
                .at("layer")
                .at("config")
                .at("reset_after"),
            Config(false));
}

TEST(KerasUpgrade, FindsTheInputOfOldModels) {
  // Before 2.2.3 the config was the list of layers.
  const Config model =
      upgraded_model(parse_json(R"({"class_name": "Sequential", "config": [{"class_name": "Dense", "config":
                 {"name": "d", "units": 1, "batch_input_shape": [null, 3]}}]})"),
                     kOld);
  const Config::List& layers = model.at("config").at("layers").as_list();
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(to_json(layers[0].at("config")), R"({"batch_shape": [null, 3]})");
  EXPECT_EQ(to_json(layers[1].at("config")), R"({"name": "d", "units": 1})");
}

// A functional model of layers "i" (input), "a" and "b", with these calls.
std::string functional(const std::string& a, const std::string& b, const std::string& output = "b") {
  return R"({"class_name": "Functional", "config": {"name": "m", "layers": [
    {"class_name": "InputLayer", "name": "i", "config": {"name": "i"}, "inbound_nodes": []},
    {"class_name": "Dense", "name": "b", "config": {"name": "b", "units": 1}, "inbound_nodes": )" +
         b + R"(},
    {"class_name": "Dense", "name": "a", "config": {"name": "a", "units": 2}, "inbound_nodes": )" +
         a + R"(}],
    "input_layers": [["i", 0, 0]], "output_layers": [[")" +
         output + R"(", 0, 0]]}})";
}

TEST(KerasUpgrade, ChainsBecomeSequential) {
  const std::string keras3 =
      R"([{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["a", 0, 0]}}],
                                 "kwargs": {"mask": null}}])";
  for (const std::string& call : {std::string(R"([[["a", 0, 0, {}]]])"), std::string(R"([["a", 0, 0, {}]])"), keras3}) {
    const Config model = upgraded_model(parse_json(functional(R"([[["i", 0, 0]]])", call)), kOld);
    EXPECT_EQ(model.at("class_name"), Config("Sequential"));
    std::string names;
    for (const Config& entry : model.at("config").at("layers").as_list())
      names += entry.at("config").at("name").as_string();
    EXPECT_EQ(names, "iab");
    EXPECT_EQ(model.at("config").find("input_layers"), nullptr);
  }
}

TEST(KerasUpgrade, OtherGraphsAreRefusedByLayer) {
  const std::string from_i = R"([[["i", 0, 0, {}]]])", from_a = R"([[["a", 0, 0, {}]]])";
  EXPECT_NE(refusal(functional(from_i, R"([[["a", 0, 0, {}], ["i", 0, 0, {}]]])"))
                .find("Layer 'b' (Dense) takes 2 inputs ('a', 'i')"),
            std::string::npos);
  EXPECT_NE(refusal(functional(from_i, from_i)).find("The output of layer 'i' goes to"), std::string::npos);
  EXPECT_NE(refusal(functional(from_i, R"([[["a", 0, 0]], [["a", 0, 0]]])")).find("Layer 'b' is used 2 times"),
            std::string::npos);
  EXPECT_NE(refusal(functional(from_i, R"([[["a", 0, 1]]])")).find("Layer 'b' takes"), std::string::npos);
  EXPECT_NE(refusal(functional(from_i, R"([[["a", 0, 0, {"training": false}]]])")).find("called with training=False"),
            std::string::npos);
  for (const std::string history : {R"([])", R"(["a"])", R"(["a", 0])", R"([0, 0, 0])", R"("a")", "0"}) {
    EXPECT_NE(
        refusal(functional(from_i, R"([{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": )" +
                                       history + R"(}}], "kwargs": {}}])"))
            .find("Layer 'b' has the input"),
        std::string::npos)
        << history;
  }
  EXPECT_NE(refusal(functional(from_i, from_a, "a")).find("The output is that of layer 'a'"), std::string::npos);
  EXPECT_NE(refusal(functional(from_i, R"([[["b", 0, 0]]])")).find("'b'"), std::string::npos);  // a circle
  EXPECT_NE(refusal(R"({"class_name": "MyModel", "config": {}})").find("Received: MyModel"), std::string::npos);
  EXPECT_NE(
      refusal(R"({"class_name": "Sequential", "config": [{"class_name": "Lambda", "config": {"name": "twice"}}]})")
          .find("Layer 'twice' (Lambda) is Python code"),
      std::string::npos);
}

TEST(KerasUpgrade, ChainsInsideChains) {
  const Config model = upgraded_model(parse_json(R"({"class_name": "Sequential", "config": {"layers": [
      {"class_name": "Model", "config": {"name": "m", "layers": [
        {"class_name": "InputLayer", "config": {"name": "i", "batch_input_shape": [null, 4]}, "inbound_nodes": []},
        {"class_name": "Dense", "config": {"name": "d", "units": 1}, "inbound_nodes": [[["i", 0, 0, {}]]]}],
        "input_layers": [["i", 0, 0]], "output_layers": [["d", 0, 0]]}}]}})"),
                                      kOld);
  EXPECT_EQ(model.at("config").at("layers").as_list().back().at("class_name"), Config("Sequential"));
}

TEST(KerasUpgrade, CompileSettings) {
  const Config config = upgraded_compile_config(parse_json(R"({
      "optimizer_config": {"class_name": "Custom>SGD", "config": {"lr": 0.5, "decay": 0.1, "jit_compile": true, "clipnorm": 1.5}},
      "loss": {"d": {"class_name": "BinaryCrossentropy", "config": {"reduction": "auto", "from_logits": true, "fn": "x"}}},
      "metrics": [[{"class_name": "MeanMetricWrapper", "config": {"name": "accuracy", "fn": "binary_accuracy"}},
                   {"class_name": "MeanMetricWrapper", "config": {"name": "mine", "fn": "cosine_proximity"}}]],
      "weighted_metrics": null, "loss_weights": {"d": 0.5}, "sample_weight_mode": null})"),
                                                kOld);
  const Config& optimizer = config.at("optimizer");
  EXPECT_EQ(optimizer.at("class_name"), Config("SGD"));
  EXPECT_EQ(to_json(optimizer.at("config").at("learning_rate").at("config")),
            R"({"initial_learning_rate": 0.5, "decay_steps": 1, "decay_rate": 0.1})");
  EXPECT_EQ(optimizer.at("config").find("jit_compile"), nullptr);
  EXPECT_EQ(optimizer.at("config").at("global_clipnorm"), Config(1.5));
  EXPECT_EQ(to_json(config.at("loss").at("config")), R"({"reduction": "sum_over_batch_size", "from_logits": true})");
  EXPECT_EQ(to_json(config.at("metrics")), R"([["accuracy", "cosine_similarity"]])");
  EXPECT_EQ(config.at("loss_weights"), Config(0.5));
}

}  // namespace
}  // namespace wavetrain::files
