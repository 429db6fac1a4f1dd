#include "wavetrain/optimizers.hpp"

#include <algorithm>
#include <cmath>

#include "cpu/adaptive_optimizers.hpp"
#include "cpu/optimizer_kernels.hpp"
#include "cpu/reduce.hpp"
#include "training/optimizer_math.hpp"

namespace wavetrain::optimizers {
namespace {

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
  cpu::adagrad_step(f32(r.learning_rate), f32(epsilon), r.size, r.w, r.g, r.slots[0]);
}

std::vector<OptimizerSlot> Adadelta::slots() const { return {{"accumulated_grad"}, {"accumulated_delta_var"}}; }

void Adadelta::update(const OptimizerRange& r) const {
  cpu::adadelta_step({f32(r.learning_rate), rho, f32(epsilon)}, r.size, r.w, r.g, r.slots[0], r.slots[1]);
}

std::vector<OptimizerSlot> Adamax::slots() const { return {{"momentum"}, {"norm"}}; }

void Adamax::update(const OptimizerRange& r) const {
  const double step_size = r.learning_rate / rest_of_power(beta_1, r.step);
  cpu::adamax_step({f32(step_size), beta_1, f32(beta_2), f32(epsilon)}, r.size, r.w, r.g, r.slots[0], r.slots[1]);
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
  // Here Keras takes 1 - beta of the rounded beta.
  cpu::nadam_step({.beta_1 = f32(beta_1),
                   .beta_2 = f32(beta_2),
                   .m_factor = f32(r.learning_rate * next / (1 - product * next)),
                   .g_factor = f32(r.learning_rate * (1 - now) / (1 - product)),
                   .correction = f32(1 / rest_of_power(beta_2, r.step)),
                   .epsilon = f32(epsilon)},
                  r.size, r.w, r.g, r.slots[0], r.slots[1]);
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
  if (learning_rate_power == -0.5) {
    cpu::ftrl_step({lr, l1, l2, shrinkage}, r.size, r.w, r.g, accumulator, linear);
    return;
  }
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
  cpu::lion_step({f32(r.learning_rate), beta_1, beta_2}, r.size, r.w, r.g, r.slots[0]);
}

std::vector<OptimizerSlot> Lamb::slots() const { return {{"momentum"}, {"velocity"}, {"direction", -1}}; }

void Lamb::update(const OptimizerRange& r) const {
  float* direction = r.slots[2];
  cpu::lamb_direction({.beta_1 = beta_1,
                       .beta_2 = beta_2,
                       .m_correction = f32(1 / rest_of_power(beta_1, r.step)),
                       .v_correction = f32(1 / rest_of_power(beta_2, r.step)),
                       .epsilon = f32(epsilon)},
                      r.size, r.g, r.slots[0], r.slots[1], direction);
  const double w_norm = cpu::sum_of_squares(r.size, r.w);
  const double step_norm = cpu::sum_of_squares(r.size, direction);
  const double ratio = w_norm > 0 && step_norm > 0 ? std::sqrt(w_norm / step_norm) : 1.0;
  cpu::axpy(r.size, f32(-ratio * r.learning_rate), direction, r.w);
}

std::vector<OptimizerSlot> ScheduleFreeAdamW::slots() const {
  return {{.name = "momentum", .starts_as_weight = true}, {.name = "velocity"}};
}

void ScheduleFreeAdamW::update(const OptimizerRange& r) const {
  const double t = static_cast<double>(r.step);
  const double warmup = warmup_steps > 0 ? std::min(t / static_cast<double>(warmup_steps), 1.0) : 1.0;
  cpu::schedule_free_step({.learning_rate = f32(r.learning_rate * warmup),
                           .beta_1 = f32(beta_1),
                           .beta_2 = f32(beta_2),
                           .correction = f32(1 / rest_of_power(beta_2, r.step)),
                           .share = f32(1 / t),
                           .epsilon = f32(epsilon)},
                          r.size, r.w, r.g, r.slots[0], r.slots[1]);
}

}  // namespace wavetrain::optimizers
