// A metric at work: one of the structs of metrics.hpp and what it has summed up so far.
//
//     Metric accuracy = "accuracy";
//     accuracy.update_state(y_true, y_pred);   // as often as there are batches
//     double value = accuracy.result();
//
// Everything a metric keeps is sums, in double (Keras: float32), so that states of several parts of the data may be
// added. update_state allocates only when a batch is larger than any before.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/family.hpp"

namespace wavetrain {

// Whether larger is better; callbacks with mode "auto" go by it.
enum class MetricDirection { none, up, down };

// One batch, contiguous. sample_weight is null or has numbers for the leading dimensions of y_pred: (N,), (N, T) ...
// masked_weight is null, or takes its place in means of values (accuracies, losses) when y_pred carries a mask: the weights,
// or 1, where a step counts and 0 where not. As in Keras 3.15.1 all other metrics know nothing of masks.
struct MetricBatch {
  const float* y_true = nullptr;
  const float* y_pred = nullptr;
  const float* sample_weight = nullptr;
  Shape y_true_shape;
  Shape y_pred_shape;
  Shape weight_shape;
  const float* masked_weight = nullptr;
  Shape masked_weight_shape{};

  MetricBatch heeding_mask() const {
    MetricBatch batch = *this;
    if (masked_weight != nullptr) batch.sample_weight = masked_weight, batch.weight_shape = masked_weight_shape;
    return batch;
  }
};

struct MetricState {
  std::vector<double> sums;    // empty until the first batch
  std::vector<float> scratch;  // the metric's own, for one update
};

struct MetricFamily {
  struct Methods : MemberBase {
    virtual std::string name() const = 0;
    virtual MetricDirection direction() const = 0;
    virtual void update(MetricState& state, const MetricBatch& batch) const = 0;
    virtual std::size_t result_size(const MetricState& state) const = 0;
    virtual void result(const MetricState& state, std::span<double> out) const = 0;
  };
  template <class T>
  struct Adapter;
  static constexpr bool kRemembersText = true;
  static Registry& registry();
};

// Names: the classes, their snake_case, and mse, mae, mape, msle, bce, kld. "accuracy" and "acc", "crossentropy" and
// "ce" mean the binary, sparse or categorical one, whichever fits the first batch.
class Metric : public Member<MetricFamily> {
 public:
  Metric() = default;
  template <Described T>
  Metric(T object)  // NOLINT: implicit on purpose, as in Member
      requires(!std::derived_from<T, Metric>)
      : Member(std::move(object)) {}
  Metric(const char* name) : Metric(Config(name)) {}         // NOLINT
  Metric(const std::string& name) : Metric(Config(name)) {}  // NOLINT
  Metric(std::string_view name) : Metric(Config(name)) {}    // NOLINT
  explicit Metric(const Config& identifier);

  // The text that it was made from, else the struct's name.
  std::string name() const { return text_.empty() ? methods().name() : text_; }
  MetricDirection direction() const { return methods().direction(); }

  void reset_state() { state_.sums.assign(state_.sums.size(), 0.0); }
  // Throws ValueError when the shapes do not go together.
  void update_state(const ConstView& y_true, const ConstView& y_pred, const ConstView& sample_weight = {});
  // The same for numbers in one piece; allocates nothing after the first batch.
  void update_state(const MetricBatch& batch) { methods().update(state_, batch); }
  // For Mean and Sum: these values.
  void update_state(const ConstView& values) { update_state(values, values); }

  // 0 before the first batch. Throws ValueError when there are several values.
  double result() const;
  // One value, or one for each threshold or class.
  std::vector<double> results() const;
  bool has_several_results() const { return !state_.sums.empty() && methods().result_size(state_) != 1; }

  // Adds what another metric of the same settings has seen.
  void merge_state(const Metric& other);

 private:
  MetricState state_;
};

template <>
struct Codec<Metric> : MemberCodec<Metric> {
  static std::string type() { return "metric"; }
};

template <Described T>
void register_metric(std::vector<std::string> aliases = {}) {
  MetricFamily::registry().add<MetricFamily, T>(std::move(aliases));
}

// --- Means -----------------------------------------------------------------------------------------------------------
// A mean keeps Σ value · weight and Σ weight, where a sample's value is the mean over everything in it.

// Adds `values`, `samples` of equal size, under weights of shape `weight_shape` (null: all 1) that count samples or
// parts of them. With `by_part` every part counts by itself, so that parts of weight 0 may as well not be there; else a
// sample's parts share its weight. Throws ValueError for weights that do not divide the values.
void add_to_mean(MetricState& state, std::span<const float> values, Index samples, const float* weights,
                 const Shape& weight_shape, bool by_part = false);
// Σ / Σ, 0 when there is nothing.
double mean_of(const MetricState& state);

class Loss;
// Adds sign · the loss of each row.
void add_loss_to_mean(MetricState& state, const MetricBatch& batch, const Loss& loss, double sign);

// A user's own metric is a described struct with a field `std::string name` or `std::optional<std::string> name`, and
// either
//     void update(MetricState& state, const MetricBatch& batch) const;
//     void result(const MetricState& state, std::span<double> out) const;
//     MetricDirection direction() const;                                // optional
//     std::size_t result_size(const MetricState& state) const;         // optional, 1 if missing
// or, to be the mean of a loss, `auto loss() const` that gives a loss struct.
std::string metric_name(const std::optional<std::string>& name, const Description& description);

template <class T>
struct MetricFamily::Adapter final : Holder<Methods, T> {
  explicit Adapter(T object) : Holder<Methods, T>(std::move(object)), loss_(make_loss()) {}
  static constexpr bool kIsLoss = requires(const T& t) { t.loss(); };
  static constexpr double sign() {
    if constexpr (requires { T::kSign; }) return T::kSign;
    else return 1.0;
  }

  std::string name() const override { return metric_name(this->object_.name, T::description()); }
  MetricDirection direction() const override {
    if constexpr (requires(const T& t) { t.direction(); }) return this->object_.direction();
    else if constexpr (kIsLoss) return sign() > 0 ? MetricDirection::down : MetricDirection::up;
    else return MetricDirection::none;
  }
  void update(MetricState& state, const MetricBatch& batch) const override {
    if constexpr (kIsLoss) add_loss_to_mean(state, batch, loss_, sign());
    else this->object_.update(state, batch);
  }
  std::size_t result_size(const MetricState& state) const override {
    if constexpr (requires(const T& t) { t.result_size(state); }) return this->object_.result_size(state);
    else return 1;
  }
  void result(const MetricState& state, std::span<double> out) const override {
    if constexpr (requires(const T& t) { t.result(state, out); }) this->object_.result(state, out);
    else out[0] = mean_of(state);
  }

 private:
  struct NoLoss {};
  // Made once: an update allocates nothing.
  using HeldLoss = std::conditional_t<kIsLoss, Loss, NoLoss>;
  HeldLoss make_loss() const {
    if constexpr (kIsLoss) return this->object_.loss();
    else return {};
  }
  const HeldLoss loss_;
};

}  // namespace wavetrain
