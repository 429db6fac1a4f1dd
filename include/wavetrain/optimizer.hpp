// An optimizer at work: one of the structs of optimizers.hpp, and what it keeps from step to step.
//
// Lifecycle: build(blocks) once (allocates), then apply() for every batch after the gradients are in place (allocates
// nothing). One step does, in Keras' order: gradients divided by loss_scale_factor; accumulated over
// gradient_accumulation_steps (only every k-th step goes on, with their mean); clipped; weights decayed,
// w -= w · weight_decay · lr; updated; averaged (EMA); constrained; iterations + 1.
//
// Threads: apply() runs on the pool. A caller that has threads of its own at work calls begin_step(), then update(i)
// for each i < parts() in any order and from any thread, then end_step(). Bits do not depend on the number of threads:
// norms are sums over parts of fixed size, added in order.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/constraints.hpp"
#include "wavetrain/family.hpp"
#include "wavetrain/optimizers.hpp"

namespace wavetrain {

// One trainable weight. The memory is the caller's and stays where it is. Blocks that follow each other in memory, w
// and g alike, are worked on as one.
struct OptimizerBlock {
  float* w = nullptr;
  float* g = nullptr;  // changed in place by clipping and loss scaling
  Shape shape;
  std::string name;                        // as in "kernel"; names slots in files
  const Constraint* constraint = nullptr;  // or null
  std::string path = {};                   // "sequential/dense/kernel"; the name when empty
};

// A number or array of an optimizer's state, as files hold it.
struct OptimizerVariable {
  std::string name;
  std::variant<std::int64_t, Array> value;  // the step count, or float32 (shape () for a single number)
  std::string slot{};  // which of the arrays of a weight this is ("momentum"); "" for the step count and single numbers
};

// The common arguments of an optimizer struct; what it does not have stays at its default.
struct OptimizerArguments {
  LearningRate learning_rate = 0.001;
  std::optional<double> weight_decay, clipnorm, clipvalue, global_clipnorm;
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<Index> ema_overwrite_frequency;
  std::optional<double> loss_scale_factor;
  std::optional<Index> gradient_accumulation_steps;

  template <class T>
  static OptimizerArguments of(const T& optimizer);
  // Throws ValueError for values that Keras refuses.
  void check() const;
};

struct OptimizerFamily {
  struct Methods : MemberBase {
    virtual OptimizerArguments arguments() const = 0;
    virtual std::vector<OptimizerSlot> slots() const = 0;
    virtual std::vector<std::string> scalars() const = 0;
    virtual bool whole_weights() const = 0;
    virtual std::optional<Shape> slot_shape(std::size_t slot, const OptimizerWeight& weight) const = 0;
    virtual std::optional<double> decay(const OptimizerWeight& weight) const = 0;
    virtual void begin_step(std::span<float> scalars, Index step) const = 0;
    virtual void update(const OptimizerRange& range) const = 0;
  };
  template <class T>
  struct Adapter final : Holder<Methods, T> {
    explicit Adapter(T object) : Holder<Methods, T>(std::move(object)) { arguments().check(); }
    OptimizerArguments arguments() const override { return OptimizerArguments::of(this->object_); }
    std::vector<OptimizerSlot> slots() const override { return this->object_.slots(); }
    std::vector<std::string> scalars() const override {
      if constexpr (requires(const T& t) { t.scalars(); }) return this->object_.scalars();
      else return {};
    }
    bool whole_weights() const override {
      if constexpr (requires { T::kWholeWeights; }) return T::kWholeWeights;
      else return false;
    }
    std::optional<Shape> slot_shape(std::size_t slot, const OptimizerWeight& weight) const override {
      if constexpr (requires(const T& t) { t.slot_shape(slot, weight); }) return this->object_.slot_shape(slot, weight);
      else return weight.shape;
    }
    std::optional<double> decay(const OptimizerWeight& weight) const override {
      if constexpr (requires(const T& t) { t.decay(weight); }) return this->object_.decay(weight);
      else return arguments().weight_decay;
    }
    void begin_step(std::span<float> scalars, Index step) const override {
      if constexpr (requires(const T& t) { t.begin_step(scalars, step); }) this->object_.begin_step(scalars, step);
    }
    void update(const OptimizerRange& range) const override { this->object_.update(range); }
  };
  static constexpr bool kRemembersText = false;
  static Registry& registry();
};

// Names: the classes, in any case.
class Optimizer : public Member<OptimizerFamily> {
 public:
  using Member::Member;
  Optimizer() = default;
  // As Member; of a LossScaleOptimizer the optimizer inside, with a notice: float32 needs no scaling of the loss.
  explicit Optimizer(const Config& identifier);
  // A copy has the settings, the learning rate and the exclusions, and is not built.
  Optimizer(const Optimizer& other);
  Optimizer& operator=(const Optimizer& other);
  Optimizer(Optimizer&&) noexcept = default;
  Optimizer& operator=(Optimizer&&) noexcept = default;
  ~Optimizer() = default;

  // --- Settings
  // --------------------------------------------------------------------------------------------------------

  // What the next step will use. Setting throws TypeError when the optimizer has a schedule.
  double learning_rate() const;
  void set_learning_rate(double value);
  bool has_schedule() const { return arguments().learning_rate.is_schedule(); }
  // Weights whose name contains one of these (regular expressions, ECMAScript) do not decay. Throws ValueError once
  // built.
  void exclude_from_weight_decay(std::vector<std::string> names);
  // As given, with the present learning rate.
  Config config() const;

  // --- Training
  // --------------------------------------------------------------------------------------------------------

  bool built() const { return state_ != nullptr; }
  // Starts anew on these weights.
  void build(std::span<const OptimizerBlock> blocks);
  // Number of apply() calls so far.
  std::int64_t iterations() const;

  // One step. Requires built().
  void apply();

  // The same in pieces. When begin_step() returns false, as a step that only accumulates gradients does, the update()
  // calls are to be left out.
  bool begin_step();
  Index parts() const;
  void update(Index part);
  void end_step();

  // Puts the averages into the weights when use_ema is set; fit does it at its end.
  void finalize_variable_values();
  // Exchanges the weights with their averages; sets the averages to the weights. Throw ValueError unless use_ema is set
  // and the optimizer is built.
  void swap_averages();
  void averages_from_weights();

  // --- State
  // -----------------------------------------------------------------------------------------------------------

  // In the order of Keras' files: iteration, learning_rate (unless a schedule), averages, gradient accumulators, slots,
  // scalars. Requires built().
  std::vector<OptimizerVariable> variables() const;
  // Throws ValueError, before anything changes, when their number or a shape differs.
  void set_variables(std::span<const OptimizerVariable> variables);

 private:
  struct State;
  struct StateDeleter {
    void operator()(State* state) const;
  };

  OptimizerArguments arguments() const;
  State& state() const;
  State& averaging_state() const;

  std::optional<double> learning_rate_;  // set after construction
  std::vector<std::string> excluded_;
  std::unique_ptr<State, StateDeleter> state_;
};

template <>
struct Codec<Optimizer> : MemberCodec<Optimizer> {
  static std::string type() { return "optimizer"; }
};

template <Described T>
void register_optimizer(std::vector<std::string> aliases = {}) {
  OptimizerFamily::registry().add<OptimizerFamily, T>(std::move(aliases));
}

template <class T>
OptimizerArguments OptimizerArguments::of(const T& t) {
  OptimizerArguments result;
  result.learning_rate = t.learning_rate;
  if constexpr (requires { t.weight_decay; }) result.weight_decay = t.weight_decay;
  if constexpr (requires { t.clipnorm; }) result.clipnorm = t.clipnorm;
  if constexpr (requires { t.clipvalue; }) result.clipvalue = t.clipvalue;
  if constexpr (requires { t.global_clipnorm; }) result.global_clipnorm = t.global_clipnorm;
  if constexpr (requires { t.use_ema; }) result.use_ema = t.use_ema;
  if constexpr (requires { t.ema_momentum; }) result.ema_momentum = t.ema_momentum;
  if constexpr (requires { t.ema_overwrite_frequency; }) result.ema_overwrite_frequency = t.ema_overwrite_frequency;
  if constexpr (requires { t.loss_scale_factor; }) result.loss_scale_factor = t.loss_scale_factor;
  if constexpr (requires { t.gradient_accumulation_steps; }) {
    result.gradient_accumulation_steps = t.gradient_accumulation_steps;
  }
  return result;
}

}  // namespace wavetrain
