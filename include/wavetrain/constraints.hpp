// Constraints on weights, applied after every update (keras.constraints, Keras 3.15.1).
//
//     layers::Dense{.units = 10, .kernel_constraint = constraints::MaxNorm{.max_value = 3}}
//     layers::Dense{.units = 10, .kernel_constraint = "non_neg"}
//
// n below is the norm over `axis`: sqrt(Σ w²) with one value for each position along the other axes. For a kernel (in,
// out) axis 0 bounds the weights of each output; for a convolution kernel (taps, in, out) that is axis {0, 1}.
//
// A user's own constraint is a described struct with `void apply(const View& w) const`.
#pragma once

#include "wavetrain/array.hpp"
#include "wavetrain/axes.hpp"
#include "wavetrain/family.hpp"

namespace wavetrain {
namespace constraints {

// w · clip(n, 0, max_value) / (1e-7 + n)
struct MaxNorm {
  double max_value = 2;
  Axes axis = 0;
  static const Description& description();
  void apply(const View& w) const;
};

// max(w, 0)
struct NonNeg {
  static const Description& description();
  void apply(const View& w) const;
};

// w / (1e-7 + n)
struct UnitNorm {
  Axes axis = 0;
  static const Description& description();
  void apply(const View& w) const;
};

// w · (rate · clip(n, min_value, max_value) + (1 - rate) n) / (1e-7 + n)
struct MinMaxNorm {
  double min_value = 0.0;
  double max_value = 1.0;
  double rate = 1.0;
  Axes axis = 0;
  static const Description& description();
  void apply(const View& w) const;
};

}  // namespace constraints

struct ConstraintFamily {
  struct Methods : MemberBase {
    virtual void apply(const View& w) const = 0;
  };
  template <class T>
  struct Adapter final : Holder<Methods, T> {
    using Holder<Methods, T>::Holder;
    void apply(const View& w) const override { this->object_.apply(w); }
  };
  static constexpr bool kRemembersText = false;
  static Registry& registry();
};

// A constraint or none. Names: the classes and their snake_case.
class Constraint : public Member<ConstraintFamily> {
 public:
  using Member::Member;
  // Changes `w` in place; none does nothing. Requires a contiguous view. Throws ValueError for an axis that w does not
  // have. Does not allocate.
  void apply(const View& w) const;
};

template <>
struct Codec<Constraint> : MemberCodec<Constraint> {
  static std::string type() { return "constraint or None"; }
};

template <Described T>
void register_constraint(std::vector<std::string> aliases = {}) {
  ConstraintFamily::registry().add<ConstraintFamily, T>(std::move(aliases));
}

}  // namespace wavetrain
