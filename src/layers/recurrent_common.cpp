#include "layers/recurrent_common.hpp"

#include <algorithm>

namespace wavetrain::layers {
namespace {

// unit_forget_bias: ones for the forget gate, `other` for the rest.
struct UnitForgetBias {
  Initializer other;

  static const Description& description() {
    static const Description instance =
        Describe<UnitForgetBias>("UnitForgetBias", "wavetrain").field("other", &UnitForgetBias::other);
    return instance;
  }
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
    const auto units = out.size() / 4;
    // Keras draws the two parts by themselves; their sizes matter to initialisers that look at fans.
    const Shape one{shape[0] / 4};
    other.fill(one, out.first(units), fallback_seed);
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(units), units, 1.0f);
    other.fill(Shape{shape[0] / 2}, out.last(2 * units), fallback_seed + 1);
  }
};

}  // namespace

Initializer unit_forget_bias(const Initializer& other) { return UnitForgetBias{other}; }

}  // namespace wavetrain::layers
