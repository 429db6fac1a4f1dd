// Penalties on weights, added to the loss once per batch (keras.regularizers, Keras 3.15.1).
//
//     layers::Dense{.units = 10, .kernel_regularizer = regularizers::L2{.l2 = 1e-4}}
//     layers::Dense{.units = 10, .kernel_regularizer = "l2"}   // 0.01
//
// A user's own regularizer is a described struct with
//     double value(const ConstView& w) const;
//     void add_gradient(const ConstView& w, float* g, double scale) const;   // g += scale · dvalue/dw
#pragma once

#include <string>

#include "wavetrain/array.hpp"
#include "wavetrain/family.hpp"

namespace wavetrain {
namespace regularizers {

// l1 Σ |w|; the gradient at 0 is 0.
struct L1 {
  double l1 = 0.01;
  static const Description& description();
  double value(const ConstView& w) const;
  void add_gradient(const ConstView& w, float* g, double scale) const;
};

// l2 Σ w² (no half).
struct L2 {
  double l2 = 0.01;
  static const Description& description();
  double value(const ConstView& w) const;
  void add_gradient(const ConstView& w, float* g, double scale) const;
};

// l1 Σ |w| + l2 Σ w². The text "l1l2" means both 0, as in Keras.
struct L1L2 {
  double l1 = 0.0;
  double l2 = 0.0;
  static const Description& description();
  double value(const ConstView& w) const;
  void add_gradient(const ConstView& w, float* g, double scale) const;
};

// factor times the mean |cosine| between any two rows ("rows") or columns ("columns") of a matrix. Throws ValueError
// for another rank.
struct OrthogonalRegularizer {
  double factor = 0.01;
  std::string mode = "rows";
  static const Description& description();
  double value(const ConstView& w) const;
  void add_gradient(const ConstView& w, float* g, double scale) const;
};

}  // namespace regularizers

struct RegularizerFamily {
  struct Methods : MemberBase {
    virtual double value(const ConstView& w) const = 0;
    virtual void add_gradient(const ConstView& w, float* g, double scale) const = 0;
  };
  template <class T>
  struct Adapter final : Holder<Methods, T> {
    using Holder<Methods, T>::Holder;
    double value(const ConstView& w) const override { return this->object_.value(w); }
    void add_gradient(const ConstView& w, float* g, double scale) const override {
      this->object_.add_gradient(w, g, scale);
    }
  };
  static constexpr bool kRemembersText = false;
  static Registry& registry();
};

// A regularizer or none. Names: the classes and their snake_case ("l1", "l2", "l1l2", "orthogonal_regularizer").
class Regularizer : public Member<RegularizerFamily> {
 public:
  using Member::Member;
  // The penalty, 0 for none. Sums run in double, ascending. Requires a contiguous view.
  double value(const ConstView& w) const;
  // g += scale · d(penalty)/dw; g is laid out as w.
  void add_gradient(const ConstView& w, float* g, double scale = 1) const;
};

template <>
struct Codec<Regularizer> : MemberCodec<Regularizer> {
  static std::string type() { return "regularizer or None"; }
};

template <Described T>
void register_regularizer(std::vector<std::string> aliases = {}) {
  RegularizerFamily::registry().add<RegularizerFamily, T>(std::move(aliases));
}

}  // namespace wavetrain
