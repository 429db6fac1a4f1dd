// Initial values of weights (keras.initializers, Keras 3.15.1).
//
//     layers::Dense{.units = 10, .kernel_initializer = initializers::HeNormal{.seed = 1}}
//     layers::Dense{.units = 10, .kernel_initializer = "he_normal"}
//
// An initializer is a distribution and perhaps a seed; it has no state. With a seed it gives the same numbers for the
// same shape every time, on every machine; without one it uses the seed that it is handed, which layers draw from
// set_random_seed's sequence. The numbers are those of Random (random.hpp), not Keras': its backends do not agree
// either.
//
// A user's own initializer is a described struct with
//     void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "wavetrain/array.hpp"
#include "wavetrain/axes.hpp"
#include "wavetrain/family.hpp"

namespace wavetrain {

// --- Fans ------------------------------------------------------------------------------------------------------------

// How many inputs feed one output and the reverse. Rank 0: 1, 1; rank 1 (n): n, n; rank 2 (in, out); from rank 3 on a
// convolution kernel (..., in, out) with receptive field prod(shape[:-2]): in * field, out * field.
struct Fans {
  Index in = 1;
  Index out = 1;
};
Fans compute_fans(const Shape& shape);
// The products over the given axes when both are given, else as above.
Fans compute_fans(const Shape& shape, const std::optional<Axes>& input_axes, const std::optional<Axes>& output_axes);

namespace initializers {

struct Zeros {
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};

struct Ones {
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};

struct Constant {
  double value = 0.0;
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};

// gain on the diagonal, 0 elsewhere. Only for matrices: throws ValueError for another rank.
struct Identity {
  double gain = 1.0;
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};

struct RandomNormal {
  double mean = 0.0;
  double stddev = 0.05;
  std::optional<Index> seed = {};
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};

// [minval, maxval)
struct RandomUniform {
  double minval = -0.05;
  double maxval = 0.05;
  std::optional<Index> seed = {};
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};

// Redrawn outside mean ± 2 stddev; the resulting standard deviation is 0.8796 stddev.
struct TruncatedNormal {
  double mean = 0.0;
  double stddev = 0.05;
  std::optional<Index> seed = {};
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};

// With n = max(1, fan): variance scale / n. "truncated_normal" (also "normal") is widened so that its variance holds
// after cutting at 2 standard deviations; "uniform" lies within ±sqrt(3 scale / n).
struct VarianceScaling {
  double scale = 1.0;
  std::string mode = "fan_in";                    // fan_in, fan_out, fan_avg
  std::string distribution = "truncated_normal";  // normal, truncated_normal, untruncated_normal, uniform
  std::optional<Index> seed = {};
  std::optional<Axes> input_axes = {};
  std::optional<Axes> output_axes = {};
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};

// The six named cases of VarianceScaling:          scale, mode, distribution
struct GlorotUniform {  // 1, fan_avg, uniform
  std::optional<Index> seed = {};
  std::optional<Axes> input_axes = {};
  std::optional<Axes> output_axes = {};
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};
struct GlorotNormal {  // 1, fan_avg, truncated_normal
  std::optional<Index> seed = {};
  std::optional<Axes> input_axes = {};
  std::optional<Axes> output_axes = {};
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};
struct HeUniform {  // 2, fan_in, uniform
  std::optional<Index> seed = {};
  std::optional<Axes> input_axes = {};
  std::optional<Axes> output_axes = {};
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};
struct HeNormal {  // 2, fan_in, truncated_normal
  std::optional<Index> seed = {};
  std::optional<Axes> input_axes = {};
  std::optional<Axes> output_axes = {};
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};
struct LecunUniform {  // 1, fan_in, uniform
  std::optional<Index> seed = {};
  std::optional<Axes> input_axes = {};
  std::optional<Axes> output_axes = {};
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};
struct LecunNormal {  // 1, fan_in, truncated_normal
  std::optional<Index> seed = {};
  std::optional<Axes> input_axes = {};
  std::optional<Axes> output_axes = {};
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};

// A random matrix with orthonormal rows or columns, whichever are fewer, times gain. Axes before the last are taken as
// one. Throws ValueError below rank 2. (Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep
// linear neural networks", 2013.)
struct Orthogonal {
  double gain = 1.0;
  std::optional<Index> seed = {};
  static const Description& description();
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};

}  // namespace initializers

// --- The family ------------------------------------------------------------------------------------------------------

struct InitializerFamily {
  struct Methods : MemberBase {
    virtual void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const = 0;
  };
  template <class T>
  struct Adapter final : Holder<Methods, T> {
    using Holder<Methods, T>::Holder;
    void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const override {
      this->object_.fill(shape, out, fallback_seed);
    }
  };
  static constexpr bool kRemembersText = false;
  static Registry& registry();
};

// Names: the classes, their snake_case, zero, one, normal, uniform, IdentityInitializer, OrthogonalInitializer.
class Initializer : public Member<InitializerFamily> {
 public:
  using Member::Member;

  // Writes initial values of a weight of `shape`. Requires has_value(). Throws ValueError when `out` does not have
  // shape.size() values or the initializer cannot do this shape.
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
  Array operator()(const Shape& shape, std::uint64_t fallback_seed) const;
  // Without a seed of its own it takes next_seed().
  Array operator()(const Shape& shape) const;
};

template <>
struct Codec<Initializer> : MemberCodec<Initializer> {
  static std::string type() { return "initializer"; }
};

template <Described T>
void register_initializer(std::vector<std::string> aliases = {}) {
  InitializerFamily::registry().add<InitializerFamily, T>(std::move(aliases));
}

}  // namespace wavetrain
