// STFT (keras.initializers.STFT, Keras 3.15.1): the kernel of a convolution that is a short-time Fourier transform, one
// side of it.
//
//     layers::Conv1D{.filters = 65, .kernel_size = 128, .use_bias = false, .kernel_initializer =
//     initializers::STFT{.side = "imag"}}
//
// The shape is (T, 1, F / 2 + 1): T values of a window, F frequencies. Value (t, 1, k) is cos or sin of -2 pi t k / F,
// times the window, over its norm: the Euclidean one ("density"), the sum of absolute values ("spectrum"), or none.
#pragma once

#include "wavetrain/initializers.hpp"

namespace wavetrain::initializers {

// A window's name as scipy.signal.get_window knows it (those without parameters), its values, or none.
struct Window {
  Window() = default;
  Window(const char* window_name) : name(window_name) {}                           // NOLINT: implicit on purpose
  Window(std::string window_name) : name(std::move(window_name)) {}                // NOLINT
  Window(std::vector<double> window_values) : values(std::move(window_values)) {}  // NOLINT
  bool has_value() const { return !name.empty() || !values.empty(); }
  friend bool operator==(const Window&, const Window&) = default;

  std::string name{};
  std::vector<double> values{};
};

// The n values of a named window: symmetric, or the first n of the one of n + 1 values, which goes on periodically.
// Throws ValueError for a name that is not known.
std::vector<double> window_values(const std::string& name, Index n, bool periodic);

struct STFT {
  std::string side = "real";  // real or imag
  Window window = "hann";
  std::optional<std::string> scaling = "density";  // density, spectrum or None
  bool periodic = false;
  static const Description& description();
  // Throws ValueError for another shape, and for a window of another length.
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const;
};

}  // namespace wavetrain::initializers

template <>
struct wavetrain::Codec<wavetrain::initializers::Window> {
  static std::string type() { return "str, list of float or None"; }
  static Config to_config(const initializers::Window& window);
  static initializers::Window from_config(const Config& config);
};
