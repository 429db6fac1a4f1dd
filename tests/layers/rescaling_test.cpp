#include "wavetrain/layers/rescaling.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::Rescaling;

TEST(Rescaling, MultipliesAndAdds) {
  check_layer(Rescaling{.scale = 0.25}, {3, 7, 5}, {3, 7, 5});
  check_layer(Rescaling{.scale = {1.0, 2.0, 3.0}, .offset = {0.5, 0, -1}}, {2, 4, 3}, {2, 4, 3});
  check_layer(Rescaling{.scale = 2.0, .offset = {0.5, 0, -1}}, {2, 4, 3}, {2, 4, 3});
  check_layer(Rescaling{.scale = NumberArray(Shape{4, 1}, {1, 2, 3, 4})}, {2, 4, 3}, {2, 4, 3});
  EXPECT_EQ(evaluate_layer(Rescaling{.scale = 2.0, .offset = 1.0}, {1, 2}, {3, -4}), (std::vector<double>{7, -7}));
}

// Keras' from_config needs both, default or not.
TEST(Rescaling, AlwaysWritesItsOffset) {
  const Config config = Layer(Rescaling{.scale = 2.0}).config(false);
  ASSERT_NE(config.find("offset"), nullptr);
  EXPECT_EQ(*config.find("offset"), Config(0.0));
}

TEST(Rescaling, SaysWhatDoesNotFit) {
  EXPECT_NE(lowering_error(Rescaling{.scale = {1.0, 2.0}}, {2, 4, 3})
                .find("expected an input that fits numbers of shape (1, 1, 2)"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
