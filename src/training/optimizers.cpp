#include "wavetrain/optimizers.hpp"

#include <algorithm>
#include <cmath>

#include "cpu/optimizer_kernels.hpp"

namespace wavetrain::optimizers {
namespace {

float f32(double value) { return static_cast<float>(value); }

// 1 - beta^t, t counting from 1. Keras rounds beta to float32 first, and 1 - 0.999f is 1.3e-5 of itself away from
// 0.001: a step that every weight would show. The power and the difference are in double: Keras' float32 loses digits
// in them.
double rest_of_power(double beta, Index t) { return 1 - std::pow(double{f32(beta)}, static_cast<double>(t)); }

template <class T>
std::vector<OptimizerSlot> adam_slots(const T& self) {
  std::vector<OptimizerSlot> slots{{"momentum"}, {"velocity"}};
  if (self.amsgrad) slots.push_back({"velocity_hat", 1});
  return slots;
}

template <class T>
void adam_update(const T& self, const OptimizerRange& r) {
  const double step_size =
      r.learning_rate * std::sqrt(rest_of_power(self.beta_2, r.step)) / rest_of_power(self.beta_1, r.step);
  cpu::adam_step({.step_size = f32(step_size),
                  .beta_1 = self.beta_1,
                  .beta_2 = self.beta_2,
                  .epsilon = f32(self.epsilon),
                  .amsgrad = self.amsgrad},
                 r.size, r.w, r.g, r.slots[0], r.slots[1], r.slots[2]);
}

}  // namespace

std::vector<OptimizerSlot> SGD::slots() const {
  if (momentum == 0) return {};
  return {{"momentum"}};
}

void SGD::update(const OptimizerRange& r) const {
  cpu::sgd_step({.learning_rate = f32(r.learning_rate), .momentum = f32(momentum), .nesterov = nesterov}, r.size, r.w,
                r.g, r.slots[0]);
}

std::vector<OptimizerSlot> RMSprop::slots() const {
  std::vector<OptimizerSlot> slots{{"velocity", 0}};
  if (momentum > 0) slots.push_back({"momentum", 1});
  if (centered) slots.push_back({"average_gradient", 2});
  return slots;
}

void RMSprop::update(const OptimizerRange& r) const {
  const bool moves = momentum > 0;
  cpu::rmsprop_step({.learning_rate = f32(r.learning_rate),
                     .rho = rho,
                     .momentum = f32(momentum),
                     .epsilon = f32(epsilon),
                     .centered = centered},
                    r.size, r.w, r.g, r.slots[0], moves ? r.slots[1] : nullptr,
                    centered ? r.slots[moves ? 2 : 1] : nullptr);
}

std::vector<OptimizerSlot> Adam::slots() const { return adam_slots(*this); }
void Adam::update(const OptimizerRange& r) const { adam_update(*this, r); }

std::vector<OptimizerSlot> AdamW::slots() const { return adam_slots(*this); }
void AdamW::update(const OptimizerRange& r) const { adam_update(*this, r); }

std::vector<OptimizerSlot> Adagrad::slots() const { return {{"accumulator", 0, initial_accumulator_value}}; }

void Adagrad::update(const OptimizerRange& r) const {
  const float lr = f32(r.learning_rate);
  const float eps = f32(epsilon);
  float* a = r.slots[0];
  for (Index i = 0; i < r.size; ++i) {
    a[i] += r.g[i] * r.g[i];
    r.w[i] -= lr * r.g[i] / std::sqrt(a[i] + eps);
  }
}

std::vector<OptimizerSlot> Adadelta::slots() const { return {{"accumulated_grad"}, {"accumulated_delta_var"}}; }

void Adadelta::update(const OptimizerRange& r) const {
  const float lr = f32(r.learning_rate);
  const float eps = f32(epsilon);
  const float keep = f32(rho);
  const float rest = f32(1 - rho);
  float* a = r.slots[0];
  float* b = r.slots[1];
  for (Index i = 0; i < r.size; ++i) {
    a[i] = keep * a[i] + rest * (r.g[i] * r.g[i]);
    const float delta = std::sqrt(b[i] + eps) * r.g[i] / std::sqrt(a[i] + eps);
    b[i] = keep * b[i] + rest * (delta * delta);
    r.w[i] -= lr * delta;
  }
}

std::vector<OptimizerSlot> Adamax::slots() const { return {{"momentum"}, {"norm"}}; }

void Adamax::update(const OptimizerRange& r) const {
  const float alpha = f32(r.learning_rate / rest_of_power(beta_1, r.step));
  const float rest = f32(1 - beta_1);
  const float keep = f32(beta_2);
  const float eps = f32(epsilon);
  float* m = r.slots[0];
  float* u = r.slots[1];
  for (Index i = 0; i < r.size; ++i) {
    m[i] += (r.g[i] - m[i]) * rest;
    u[i] = std::max(keep * u[i], std::abs(r.g[i]));
    r.w[i] -= alpha * m[i] / (u[i] + eps);
  }
}

std::vector<OptimizerSlot> Nadam::slots() const { return {{"momentum"}, {"velocity"}}; }

std::vector<std::string> Nadam::scalars() const { return {"u_product"}; }

namespace {

double nadam_momentum(double beta_1, Index step) {
  return f32(beta_1) * (1 - 0.5 * std::pow(double{0.96f}, static_cast<double>(step)));  // rounded as by Keras
}

}  // namespace

void Nadam::begin_step(std::span<float> scalars, Index step) const {
  scalars[0] = f32(double{scalars[0]} * nadam_momentum(beta_1, step));
}

void Nadam::update(const OptimizerRange& r) const {
  const double now = nadam_momentum(beta_1, r.step);
  const double next = nadam_momentum(beta_1, r.step + 1);
  const double product = r.scalars[0];
  const float m_factor = f32(r.learning_rate * next / (1 - product * next));
  const float g_factor = f32(r.learning_rate * (1 - now) / (1 - product));
  const float correction = f32(1 / rest_of_power(beta_2, r.step));
  const float rest1 = 1 - f32(beta_1);
  const float rest2 = 1 - f32(beta_2);
  const float eps = f32(epsilon);
  float* m = r.slots[0];
  float* v = r.slots[1];
  for (Index i = 0; i < r.size; ++i) {
    m[i] += (r.g[i] - m[i]) * rest1;
    v[i] += (r.g[i] * r.g[i] - v[i]) * rest2;
    r.w[i] -= (m_factor * m[i] + g_factor * r.g[i]) / (std::sqrt(v[i] * correction) + eps);
  }
}

std::vector<OptimizerSlot> Ftrl::slots() const { return {{"accumulator", 0, initial_accumulator_value}, {"linear"}}; }

void Ftrl::update(const OptimizerRange& r) const {
  const float lr = f32(r.learning_rate);
  const float power = f32(-learning_rate_power);
  const float l1 = f32(l1_regularization_strength);
  const float l2 = f32(2 * (l2_regularization_strength + beta / (2 * r.learning_rate)));
  const float shrinkage = f32(2 * l2_shrinkage_regularization_strength);
  float* accumulator = r.slots[0];
  float* linear = r.slots[1];
  for (Index i = 0; i < r.size; ++i) {
    const float before = std::pow(accumulator[i], power);
    accumulator[i] += r.g[i] * r.g[i];
    const float after = std::pow(accumulator[i], power);
    linear[i] += r.g[i] + shrinkage * r.w[i] - (after - before) / lr * r.w[i];
    r.w[i] = (std::clamp(linear[i], -l1, l1) - linear[i]) / (after / lr + l2);
  }
}

std::vector<OptimizerSlot> Lion::slots() const { return {{"momentum"}}; }

void Lion::update(const OptimizerRange& r) const {
  const float lr = f32(r.learning_rate);
  float* m = r.slots[0];
  for (Index i = 0; i < r.size; ++i) {
    const float direction = m[i] * f32(beta_1) + r.g[i] * f32(1 - beta_1);
    // NaN goes through, as the sign of NaN is NaN.
    r.w[i] -= direction > 0 ? lr : direction < 0 ? -lr : 0 * direction;
    m[i] = m[i] * f32(beta_2) + r.g[i] * f32(1 - beta_2);
  }
}

std::vector<OptimizerSlot> Lamb::slots() const { return {{"momentum"}, {"velocity"}}; }

void Lamb::update(const OptimizerRange& r) const {
  const float m_correction = f32(1 / rest_of_power(beta_1, r.step));
  const float v_correction = f32(1 / rest_of_power(beta_2, r.step));
  const float rest1 = f32(1 - beta_1);
  const float rest2 = f32(1 - beta_2);
  const float eps = f32(epsilon);
  float* m = r.slots[0];
  float* v = r.slots[1];
  const auto step = [&](Index i) { return m[i] * m_correction / (std::sqrt(v[i] * v_correction) + eps); };
  double w_norm = 0;
  double step_norm = 0;
  for (Index i = 0; i < r.size; ++i) {
    m[i] += (r.g[i] - m[i]) * rest1;
    v[i] += (r.g[i] * r.g[i] - v[i]) * rest2;
    w_norm += double{r.w[i]} * r.w[i];
    step_norm += double{step(i)} * step(i);
  }
  const double ratio = w_norm > 0 && step_norm > 0 ? std::sqrt(w_norm / step_norm) : 1.0;
  const float scale = f32(ratio * r.learning_rate);
  for (Index i = 0; i < r.size; ++i) r.w[i] -= scale * step(i);
}

}  // namespace wavetrain::optimizers
