// Sizes of some axes as an argument, None where another rule gives the size.
#pragma once

#include <initializer_list>
#include <vector>

#include "wavetrain/describe.hpp"

namespace wavetrain {

// `.output_shape = 4` or `.output_shape = {kNone, 4}`.
class OptionalDims {
 public:
  OptionalDims() = default;
  OptionalDims(Index dim) : dims_{dim} {}  // NOLINT: implicit on purpose
  OptionalDims(int dim) : dims_{dim} {}    // NOLINT
  OptionalDims(std::initializer_list<Index> dims) : dims_(dims) {}
  explicit OptionalDims(std::vector<Index> dims) : dims_(std::move(dims)) {}

  const std::vector<Index>& values() const { return dims_; }
  friend bool operator==(const OptionalDims&, const OptionalDims&) = default;

 private:
  std::vector<Index> dims_;
};

template <>
struct Codec<OptionalDims> {
  static std::string type() { return "int or tuple of int or None"; }
  static Config to_config(const OptionalDims& value);
  static OptionalDims from_config(const Config& config);
};

}  // namespace wavetrain
