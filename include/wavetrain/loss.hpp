// A loss at work: one of the structs of losses.hpp, and what losses work on.
//
// A loss sees a batch as rows: the last axis of y_pred is one row of `width` numbers, everything before it counts rows
// (samples, or samples x time steps). Each row has one loss; the reduction makes one number of them.
//
// A user's own loss is a described struct with a field `Reduction reduction` and
//     void evaluate(const LossRows& rows) const;
// and, where they differ from the usual, `LossShape shape(const Shape& y_true, const Shape& y_pred) const`,
// `LossFacts inspect(const float* y_true, LossShape shape) const` (or with y_pred in the middle) and, when rows may not
// count for other reasons than their class, `bool ignores(const LossRows& batch, Index row) const`.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/axes.hpp"
#include "wavetrain/family.hpp"

namespace wavetrain {

// --- What a loss works on --------------------------------------------------------------------------------------------

// How one loss per row becomes one number.
class Reduction {
 public:
  enum Kind { none, sum, sum_over_batch_size, mean, mean_with_sample_weight };
  Reduction(Kind kind = sum_over_batch_size) : kind_(kind) {}  // NOLINT: implicit on purpose
  // Throws ValueError for other names.
  Reduction(const char* name) : Reduction(std::string(name)) {}  // NOLINT
  Reduction(const std::string& name);                            // NOLINT
  operator Kind() const { return kind_; }                        // NOLINT
  std::string name() const;

 private:
  Kind kind_;
};

template <>
struct Codec<Reduction> {
  static std::string type() { return "str or None"; }
  static Config to_config(const Reduction& value) { return value.name(); }
  static Reduction from_config(const Config& config);
};

// A batch as rows. y_true has `target_width` numbers per row: `width`, or 1 when it holds class numbers.
struct LossShape {
  Index rows = 0;
  Index width = 0;
  Index target_width = 0;
  // Entry i of row r lies at (r / inner) · inner · width + r % inner + i · inner: 1 unless the loss runs over an axis
  // that is not the last.
  Index inner = 1;
  // All rows belong to one call of evaluate, because they depend on each other or lie interleaved.
  bool together = false;
  Index last = 0;  // the last dimension of y_pred
};

// Keras' repair of ranks, then equal shapes: when one rank is one more than the other and its last dimension is 1, (N,)
// against (N, 1) counts as (N, 1), and any other such pair loses the 1: targets (N, T) for an output (N, T, 1) make N
// rows of T. Where Keras would broadcast, e.g. (N, 1) against (N, 3), this throws ValueError.
LossShape dense_loss_shape(const Shape& y_true, const Shape& y_pred);
// The same for rows that run over `axes` of y_pred, neighbours of each other; no axes: over everything.
LossShape dense_loss_shape(const Shape& y_true, const Shape& y_pred, const Axes& axes);
// Targets are class numbers: (N,) or (N, 1) for an output (N, C), (N, T) or (N, T, 1) for (N, T, C).
LossShape sparse_loss_shape(const Shape& y_true, const Shape& y_pred);

// What must be known of a whole batch before its rows can be worked on one by one.
struct LossFacts {
  bool binary_labels = false;  // hinge: all labels are 0 or 1
  // Sparse crossentropy: the class whose rows have no loss and do not count, and how many rows that are.
  std::optional<Index> ignore_class = {};
  Index ignored_rows = 0;
};

// The layer that computed y_pred, when the gradient shall be taken with respect to that layer's input.
enum class OutputActivation { none, sigmoid, softmax };

// Some rows of a batch. Ranges of rows may be worked on by several threads at the same time; nothing is allocated.
template <class T>
struct BasicLossRows {
  LossShape shape;             // `rows` of this range
  const T* y_true = nullptr;   // (rows, target_width)
  const T* y_pred = nullptr;   // (rows, width)
  const T* weights = nullptr;  // (rows,), or null for all 1
  double scale = 1;            // Loss::scale
  T* row_loss = nullptr;       // (rows,) out: the loss of each row, without weight and scale
  T* gradient = nullptr;       // (rows, width) out, or null: d(row_loss * weight * scale) / d(y_pred)
  OutputActivation through = OutputActivation::none;  // d/d(input of that activation) instead; see Loss::fuses
  LossFacts facts;
  // Of the whole batch; only set where a model is trained or evaluated.
  const Shape* y_true_shape = nullptr;
  const Shape* y_pred_shape = nullptr;
};
using LossRows = BasicLossRows<float>;

// How `compile` reads "accuracy" and "crossentropy" from the shapes of a batch.
enum class TargetKind { binary, sparse, categorical };
TargetKind target_kind(const Shape& y_true, const Shape& y_pred);

// --- The family ------------------------------------------------------------------------------------------------------

// Runs a loss that exists in float only on rows of doubles. Allocates.
void evaluate_in_float(const BasicLossRows<double>& rows, const std::function<void(const LossRows&)>& evaluate);

struct LossFamily {
  struct Methods : MemberBase {
    virtual Reduction reduction() const = 0;
    virtual bool fuses(OutputActivation activation) const = 0;
    virtual bool whole_batches() const = 0;
    virtual LossShape shape(const Shape& y_true, const Shape& y_pred) const = 0;
    virtual bool inspects_predictions() const = 0;
    virtual LossFacts inspect(const float* y_true, const float* y_pred, LossShape shape) const = 0;
    virtual bool ignores(const BasicLossRows<float>& batch, Index row) const = 0;
    virtual void evaluate(const BasicLossRows<float>& rows) const = 0;
    virtual void evaluate(const BasicLossRows<double>& rows) const = 0;
  };
  template <class T>
  struct Adapter final : Holder<Methods, T> {
    using Holder<Methods, T>::Holder;
    Reduction reduction() const override { return this->object_.reduction; }
    bool fuses(OutputActivation activation) const override {
      if constexpr (requires(const T& loss) { loss.fuses(activation); }) return this->object_.fuses(activation);
      else return activation == OutputActivation::none;
    }
    bool whole_batches() const override {
      if constexpr (requires { T::kWholeBatches; }) return T::kWholeBatches;
      else return false;
    }
    LossShape shape(const Shape& y_true, const Shape& y_pred) const override {
      if constexpr (requires(const T& loss) { loss.shape(y_true, y_pred); }) return this->object_.shape(y_true, y_pred);
      else return dense_loss_shape(y_true, y_pred);
    }
    bool inspects_predictions() const override {
      return requires(const T& loss, const float* y, LossShape shape) { loss.inspect(y, y, shape); };
    }
    LossFacts inspect(const float* y_true, const float* y_pred, LossShape shape) const override {
      if constexpr (requires(const T& loss) { loss.inspect(y_true, y_pred, shape); })
        return this->object_.inspect(y_true, y_pred, shape);
      else if constexpr (requires(const T& loss) { loss.inspect(y_true, shape); })
        return this->object_.inspect(y_true, shape);
      else return {};
    }
    bool ignores(const BasicLossRows<float>& batch, Index row) const override {
      if constexpr (requires(const T& loss) { loss.ignores(batch, row); }) return this->object_.ignores(batch, row);
      else return batch.facts.ignore_class && static_cast<Index>(batch.y_true[row]) == *batch.facts.ignore_class;
    }
    void evaluate(const BasicLossRows<float>& rows) const override { this->object_.evaluate(rows); }
    void evaluate(const BasicLossRows<double>& rows) const override {
      if constexpr (requires(const T& loss) { loss.evaluate(rows); }) this->object_.evaluate(rows);
      else evaluate_in_float(rows, [this](const LossRows& floats) { this->object_.evaluate(floats); });
    }
  };
  static constexpr bool kRemembersText = true;
  static Registry& registry();
};

// Names: the classes, their functions (mean_squared_error ...), bce, mse, mae, mape, msle, kld, and crossentropy, ce.
class Loss : public Member<LossFamily> {
 public:
  using Member::Member;

  Reduction reduction() const { return methods().reduction(); }
  // True when evaluate() can give the gradient with respect to the input of `activation`: for crossentropies that take
  // probabilities it is a stable p - y. The activation must then be the one that computed y_pred.
  bool fuses(OutputActivation activation) const { return methods().fuses(activation); }
  // True when evaluate() must see a batch as a whole, not ranges of its rows.
  bool whole_batches() const { return methods().whole_batches(); }
  // How a batch falls into rows. Throws ValueError for shapes that do not go together.
  LossShape shape(const Shape& y_true, const Shape& y_pred) const { return methods().shape(y_true, y_pred); }
  // True when inspect() reads y_pred, which may else be null.
  bool inspects_predictions() const { return methods().inspects_predictions(); }
  // Once per batch, before evaluate. Throws ValueError for class numbers out of range.
  LossFacts inspect(const float* y_true, const float* y_pred, LossShape shape) const {
    return methods().inspect(y_true, y_pred, shape);
  }
  // Row losses and gradients of a range of rows.
  void evaluate(const BasicLossRows<float>& rows) const { methods().evaluate(rows); }
  void evaluate(const BasicLossRows<double>& rows) const { methods().evaluate(rows); }

  // The weight of the one loss of a whole batch (Dice, Tversky) whose samples or steps have these weights; where a mask
  // has taken some of them to 0, `left` is how many it has left.
  double joint_weight(std::span<const float> weights, std::optional<Index> left = {}) const;

  // The factor between Σ row_loss·weight and the loss: 1 / number of rows, where ignored rows do not count
  // (sum_over_batch_size, mean), 1 / Σ weights of rows that count (mean_with_sample_weight), or 1 (sum, none). Nothing
  // to divide by gives 0. Reads shape, y_true, y_pred, weights and facts of `batch`, which is the whole batch.
  double scale(const LossRows& batch) const;

  // One loss per row, in the shape of y_pred without its last axis. Allocates.
  Array values(const ConstView& y_true, const ConstView& y_pred) const;
  // The reduced loss. `sample_weight` has one number per row or per sample. Throws ValueError when the reduction is
  // none.
  double operator()(const ConstView& y_true, const ConstView& y_pred, const ConstView& sample_weight = {}) const;
};

template <>
struct Codec<Loss> : MemberCodec<Loss> {
  static std::string type() { return "loss"; }
};

template <Described T>
void register_loss(std::vector<std::string> aliases = {}) {
  LossFamily::registry().add<LossFamily, T>(std::move(aliases));
}

}  // namespace wavetrain
