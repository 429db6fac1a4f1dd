#include "wavetrain/layers/spatial_dropout1d.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"
#include "wavetrain/layers/dropout.hpp"

namespace wavetrain::tests {
namespace {

using layers::Dropout;
using layers::SpatialDropout1D;

// The reference draws element by element, the kernel in rows: both have to drop the same channels.
TEST(SpatialDropout1D, DropsWholeChannels) {
  check_layer(SpatialDropout1D{.rate = 0.4, .seed = 5}, {3, 7, 20}, {3, 7, 20});
  check_layer(SpatialDropout1D{.rate = 0.0}, {3, 7, 5}, {3, 7, 5});
  EXPECT_THROW(Layer(SpatialDropout1D{.rate = 1.5}), ValueError);
  EXPECT_NE(lowering_error(SpatialDropout1D{.rate = 0.5}, {2, 3}).find("expected ndim=3"), std::string::npos);
}

TEST(SpatialDropout1D, IsOneOfManyNoiseShapes) {
  using Noise = std::vector<std::optional<Index>>;
  for (const Noise& noise : {Noise{std::nullopt, 1, 4}, Noise{std::nullopt, 5, 1}, Noise{1, 5, 4},
                             Noise{1, 1, std::nullopt}, Noise{std::nullopt, 1, 1}}) {
    check_layer(Dropout{.rate = 0.4, .noise_shape = noise, .seed = 5}, {3, 5, 4}, {3, 5, 4});
  }
  check_layer(Dropout{.rate = 0.4, .noise_shape = Noise{std::nullopt, 1, 4, 1}, .seed = 5}, {3, 5, 4, 2}, {3, 5, 4, 2});
}

}  // namespace
}  // namespace wavetrain::tests
