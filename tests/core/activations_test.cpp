#include "wavetrain/activations.hpp"

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"

namespace wavetrain {
namespace {

TEST(Activation, IsMadeFromEveryNameAndKnowsIt) {
  EXPECT_EQ(Activation::names().size(), 31u);
  for (const std::string& name : Activation::names()) {
    if (name == "threshold") continue;
    EXPECT_EQ(Activation(name).name(), name);
    EXPECT_TRUE(Activation(name).has_default_params());
  }
}

TEST(Activation, KnowsKerasAliases) {
  EXPECT_EQ(Activation("swish"), Activation("silu"));
  EXPECT_EQ(Activation("hard_swish").name(), "hard_silu");
  EXPECT_EQ(Activation("None"), Activation());
  EXPECT_EQ(Activation(nullptr).name(), "linear");
}

TEST(Activation, HasKerasDefaults) {
  EXPECT_EQ(Activation("leaky_relu"), Activation::leaky_relu(0.2f));
  EXPECT_EQ(Activation("soft_shrink"), Activation::soft_shrink(0.5f));
  EXPECT_FALSE(Activation("gelu").params().approximate);
  EXPECT_EQ(Activation("squareplus").params().b, 4.0f);
  EXPECT_NE(Activation("relu"), Activation::relu(0.1f));
}

std::string message_of(const std::string& name) {
  try {
    Activation activation(name);
  } catch (const ValueError& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(Activation, RefusesUnknownNamesWithASuggestion) {
  EXPECT_EQ(message_of("sigmoide"),
            "Could not interpret activation function identifier: sigmoide. Did you mean `sigmoid`?");
  EXPECT_EQ(message_of("prelu"), "Could not interpret activation function identifier: prelu. Did you mean `relu`?");
  EXPECT_EQ(message_of("threshold"), "The activation 'threshold' has no defaults: give threshold and default_value.");
}

TEST(Activation, IsStoredByName) {
  EXPECT_EQ(Codec<Activation>::to_config("swish"), Config("silu"));
  EXPECT_EQ(Codec<Activation>::from_config("tanh"), Activation("tanh"));
  EXPECT_EQ(Codec<Activation>::from_config(nullptr), Activation("linear"));
  EXPECT_THROW(Codec<Activation>::to_config(Activation::gelu(true)), ValueError);
  EXPECT_THROW(Codec<Activation>::from_config(Config::dict({{"class_name", "function"}})), ValueError);
  EXPECT_THROW(Codec<Activation>::from_config(3), TypeError);
}

TEST(Activation, WithArgumentsIsStoredAsALayer) {
  for (const Activation& activation : {Activation::relu(0.1f, 4.0f, 0.5f), Activation::relu(0.25f),
                                       Activation::leaky_relu(0.3f), Activation::elu(0.7f)}) {
    EXPECT_EQ(Codec<Activation>::from_config(Codec<Activation>::to_config(activation)), activation);
  }
  const auto layer = [](const char* class_name, Config config) {
    return Codec<Activation>::from_config(Config::dict({{"class_name", class_name}, {"config", std::move(config)}}));
  };
  EXPECT_EQ(layer("LeakyReLU", Config::dict({{"name", "leaky_re_lu"}, {"alpha", 0.5}})), Activation::leaky_relu(0.5f));
  EXPECT_EQ(layer("Softmax", Config::dict({{"axis", -1}})), Activation("softmax"));
  EXPECT_THROW(layer("Softmax", Config::dict({{"axis", 1}})), ValueError);
  EXPECT_THROW(layer("LeakyReLU", Config::dict({{"beta", 1}})), ValueError);
}

}  // namespace
}  // namespace wavetrain
