// Muon. k, n: the smaller and the larger side of a matrix.
#include <algorithm>
#include <cmath>
#include <regex>

#include <fmt/format.h>

#include "cpu/gemm.hpp"
#include "cpu/optimizer_kernels.hpp"
#include "cpu/reduce.hpp"
#include "training/optimizer_math.hpp"
#include "wavetrain/optimizers.hpp"

namespace wavetrain::optimizers {
namespace {

// What one matrix needs to be made orthogonal in: X and the next X (k, n), A and P (k, k), and X transposed, packed.
struct Room {
  Index k, n;
  float *x, *next, *a, *p, *packed;

  // The widest vector of any target, so that the layout does not depend on the one in use.
  static constexpr Index kLanes = 64;
  static Index floats(const Shape& shape) {
    const Index k = std::min(shape[0], shape[1]), n = std::max(shape[0], shape[1]);
    return 2 * k * n + 2 * k * k + n * ((k + kLanes - 1) / kLanes * kLanes);
  }
  Room(const Shape& shape, float* memory)
      : k(std::min(shape[0], shape[1])),
        n(std::max(shape[0], shape[1])),
        x(memory),
        next(x + k * n),
        a(next + k * n),
        p(a + k * k),
        packed(p + k * k) {}
};

// One iteration: x becomes a x + (b A + c A²) x with A = x xᵀ.
void newton_schulz(Room& room, float a, float b, float c) {
  const Index k = room.k, n = room.n;
  cpu::pack_b({.b = room.x, .taps = 1, .width = n, .N = k, .k_stride = 1, .n_stride = n}, room.packed);
  cpu::gemm({.M = k, .N = k, .a = {room.x, n, n}, .b = room.packed, .packed = true, .c = room.a, .ldc = k});
  cpu::gemm({.M = k, .N = k, .a = {room.a, k, k}, .b = room.a, .ldb = k, .c = room.p, .ldc = k});
  for (Index i = 0; i < k * k; ++i) room.p[i] = b * room.a[i] + c * room.p[i];
  for (Index i = 0; i < k * n; ++i) room.next[i] = a * room.x[i];
  cpu::gemm({.M = k, .N = n, .a = {room.p, k, k}, .b = room.x, .ldb = n, .c = room.next, .ldc = n, .accumulate = true});
  std::swap(room.x, room.next);
}

void orthogonal_step(const Muon& self, const OptimizerRange& r) {
  const Shape& shape = r.weight->shape;
  Room room(shape, r.slots[2]);
  const bool tall = shape[0] > shape[1];
  const Index rows = shape[0], columns = shape[1];
  // Position in x of element (row, column).
  const auto at = [&](Index row, Index column) { return tall ? column * rows + row : row * columns + column; };
  const auto keep = static_cast<float>(self.momentum);
  float* m = r.slots[0];
  for (Index row = 0; row < rows; ++row) {
    for (Index column = 0; column < columns; ++column) {
      const Index i = row * columns + column;
      m[i] += r.g[i] + m[i] * (keep - 1);
      room.x[at(row, column)] = self.nesterov ? r.g[i] + keep * m[i] : m[i];
    }
  }
  const double norm = std::sqrt(cpu::sum_of_squares(r.size, room.x));
  cpu::scale(r.size, static_cast<float>(1 / (norm + 1e-7)), room.x);
  for (Index step = 0; step < self.ns_steps; ++step) {
    newton_schulz(room, f32(self.muon_a), f32(self.muon_b), f32(self.muon_c));
  }
  const double adjust = self.rms_rate ? std::sqrt(static_cast<double>(room.n)) * *self.rms_rate : 1.0;
  const auto rate = static_cast<float>(r.learning_rate * adjust);
  for (Index row = 0; row < rows; ++row) {
    for (Index column = 0; column < columns; ++column) {
      r.w[row * columns + column] -= rate * room.x[at(row, column)];
    }
  }
}

void adam_step(const Muon& self, const OptimizerRange& r) {
  const double correction =
      std::sqrt(rest_of_power(self.adam_beta_2, r.step)) / rest_of_power(self.adam_beta_1, r.step);
  cpu::adam_step({.step_size = static_cast<float>(r.learning_rate * self.adam_lr_ratio * correction),
                  .beta_1 = self.adam_beta_1,
                  .beta_2 = self.adam_beta_2,
                  .epsilon = static_cast<float>(self.epsilon)},
                 r.size, r.w, r.g, r.slots[0], r.slots[1], nullptr);
}

bool contains_embedding(std::string path) {
  for (char& c : path) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return path.find("embedding") != std::string::npos;
}

bool uses_adam(const Muon& self, const OptimizerWeight& weight) {
  if (weight.shape.rank() != 2) return true;
  if (self.exclude_embeddings && contains_embedding(weight.path)) return true;
  return std::any_of(self.exclude_layers.begin(), self.exclude_layers.end(),
                     [&](const std::string& pattern) { return std::regex_search(weight.path, std::regex(pattern)); });
}

}  // namespace

void Muon::check() const {
  for (const std::string& pattern : exclude_layers) {
    try {
      std::regex compiled(pattern);
    } catch (const std::regex_error& error) {
      throw ValueError(
          fmt::format("Invalid value for argument `exclude_layers` of Muon: '{}' is no regular expression "
                      "({})",
                      pattern, error.what()));
    }
  }
}

std::vector<OptimizerSlot> Muon::slots() const { return {{"momentum"}, {"velocity"}, {"room", -1}}; }

std::optional<Shape> Muon::slot_shape(std::size_t slot, const OptimizerWeight& weight) const {
  if (slot == 0) return weight.shape;
  const bool adam = uses_adam(*this, weight);
  if (slot == 1) return adam ? std::optional(weight.shape) : std::nullopt;
  return adam ? std::nullopt : std::optional(Shape{Room::floats(weight.shape)});
}

std::optional<double> Muon::decay(const OptimizerWeight& weight) const {
  return uses_adam(*this, weight) ? adam_weight_decay : weight_decay;
}

void Muon::update(const OptimizerRange& range) const {
  if (range.slots[1] != nullptr) adam_step(*this, range);
  else orthogonal_step(*this, range);
}

}  // namespace wavetrain::optimizers
