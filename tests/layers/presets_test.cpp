#include "wavetrain/presets.hpp"

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"
#include "wavetrain/losses.hpp"

namespace wavetrain {
namespace {

using presets::Problem;

// Every preset that predicts numbers: one column or several, a mean or quantiles of each.
TEST(Presets, LastLayersFitTheNumbers) {
  for (const std::string& name : presets::names()) {
    if (presets::is_autoencoder(name)) continue;
    for (const Index targets : {1, 2}) {
      for (const std::vector<double>& quantiles : {std::vector<double>{}, {0.05, 0.5, 0.95}}) {
        const Problem problem{.samples = 100,
                              .steps = 64,
                              .channels = 2,
                              .outputs = 3 * targets,
                              .classification = false,
                              .targets = targets,
                              .quantiles = quantiles};
        Shape expected{kNone, 3};
        if (targets > 1) expected.push_back(targets);
        if (!quantiles.empty()) expected.push_back(3);
        const presets::Recipe recipe = presets::make(name, problem);
        Sequential model(recipe.layers);
        model.build({kNone, 64, 2});
        EXPECT_EQ(model.output_shape(), expected) << name;
        EXPECT_EQ(presets::output_shape(problem), expected.without_first()) << name;
        EXPECT_EQ(recipe.compile.loss.class_name(), quantiles.empty() ? "MeanSquaredError" : "Quantile") << name;
      }
    }
  }
}

TEST(Presets, RefuseQuantilesOfClasses) {
  const Problem classes{.samples = 10, .steps = 64, .channels = 1, .outputs = 3, .quantiles = {0.1, 0.5, 0.9}};
  EXPECT_THROW(presets::make("conv", classes), ValueError);
  const Problem itself{.samples = 10,
                       .steps = 64,
                       .channels = 1,
                       .outputs = 1,
                       .classification = false,
                       .reconstruction = true,
                       .quantiles = {0.1, 0.5, 0.9}};
  EXPECT_THROW(presets::make("conv-autoencoder", itself), ValueError);
}

}  // namespace
}  // namespace wavetrain
