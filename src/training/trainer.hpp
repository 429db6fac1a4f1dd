// Training and evaluation of a model: batches, loss, metrics, optimizer steps, the epoch loop.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "cpu/workspace.hpp"
#include "training/model_state.hpp"
#include "training/thread_tuner.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {

// The samples of one call, with what weighs them.
struct Examples {
  DataView x, y, sample_weight;
  const std::map<Index, double>* class_weight = nullptr;  // null or empty: none
  DataView mask{};                                        // of x

  Index count() const { return x.rows(); }
  // Throws ValueError when the numbers of samples differ, or both kinds of weights are given.
  void check() const;
  bool weighted() const { return sample_weight.has_value() || (class_weight != nullptr && !class_weight->empty()); }
};

// "sequential/dense/kernel"
std::string path_of(const std::string& model, const Layer& layer, const Variable& variable);

// The activation that a model ends in, where a loss may take its derivative along.
OutputActivation output_activation(const Graph& graph);

class Trainer {
 public:
  // Throws ValueError for options that do not go together.
  Trainer(Sequential& model, CompileOptions options);

  const CompileOptions& options() const { return options_; }
  Optimizer& optimizer() { return options_.optimizer; }
  void forget_plans() {
    train_.reset();
    test_.reset();
  }
  // The model has moved to another address.
  void set_model(Sequential& model) { model_ = &model; }

  History fit(const DataView& x, const DataView& y, const FitOptions& options);
  History fit(DataSource& source, const FitOptions& options);
  Logs evaluate(const Examples& examples, const EvaluateOptions& options, CallbackList* callbacks);
  Logs evaluate(DataSource& source, const EvaluateOptions& options, CallbackList* callbacks);
  Logs run_one_batch(const Examples& examples, bool train, bool reset);
  void reset_metrics();
  MetricDirection direction(std::string_view log_name) const;
  void stop(bool stop = true) { stop_ = stop; }
  bool stopped() const { return stop_; }
  void start_at(Index epoch) { start_at_ = epoch; }
  // Makes the optimizer's slots for the model's trained weights, unless they are there.
  void build_optimizer();

 private:
  struct Tracked {
    std::string name;
    Metric metric;
    bool weighted;
  };

  Sequential::State& state() { return *model_->state_; }
  void build_model(const DataView& x);
  // Epochs of batches from `feed` (see fit.cpp), which says `steps` per epoch, 0 where that is not known. `validate` is
  // empty where nothing is validated.
  template <class Feed>
  History run_epochs(const FitOptions& options, Feed& feed, const std::function<Logs(CallbackList&)>& validate);
  // Makes or reuses the workspace for batches of up to this shape, of examples like these.
  cpu::Workspace& workspace(bool train, const Shape& capacity, const Examples& examples);
  // Can this workspace run a batch of this shape of the examples?
  bool serves(const cpu::Workspace& work, const Shape& batch, const Examples& examples) const;
  // Is the loss of a batch, for an output of this shape, a sum over its samples that can be begun before the last one is computed?
  bool loss_goes_in_pieces(const Examples& examples, const Shape& output) const;
  // Runs one batch: the samples that `rows` lists, or the first `count` when it is empty. `ahead` are those of the next
  // batch, which are brought nearer meanwhile.
  void run_batch(const Examples& examples, std::span<const Index> rows, Index count, bool train, cpu::Workspace& work,
                 std::span<const Index> ahead = {});
  // Forward and loss of a batch; in training the gradient of the loss is then where backward starts.
  double run_at_once(const Examples& examples, std::span<const Index> rows, const Shape& batch, bool train,
                     cpu::Workspace& work, std::span<const Index> ahead);
  // Forward, loss and backward of a training batch, piece by piece.
  double run_in_pieces(const Examples& examples, std::span<const Index> rows, const Shape& batch, cpu::Workspace& work,
                       std::span<const Index> ahead);
  // In the buffers below, for a batch of `count`.
  void make_room(const Examples& examples, Index count, Index output_size);
  void update_metrics(const cpu::Workspace& work, const float* y_pred, const Shape& y_pred_shape, bool weighted);
  void gather_targets(const Examples& examples, std::span<const Index> rows, Index count);
  // Samples [first, first + count) of the batch.
  void gather_inputs(const Examples& examples, std::span<const Index> rows, Index first, Index count,
                     cpu::Workspace& work, std::span<const Index> ahead) const;
  void weigh(const Examples& examples, Index count, const LossShape& shape);
  // Puts the output's mask and the weights together in masked_, one per value of the mask.
  void apply_mask(const cpu::Workspace& work, bool weighted, const LossShape& shape);
  // What the loss takes for weights, after the two before; null for none.
  const float* loss_weights(const cpu::Workspace& work, bool weighted, const LossShape& shape);
  double apply_loss(cpu::Workspace& work, bool train, const float* weights);
  // What apply_loss works on, but masks; `y_pred` may be null where the loss does not inspect predictions.
  LossRows loss_rows(const Shape& y_pred_shape, const float* y_pred, bool train, const float* weights) const;
  // Of rows [first, last), with their gradients unless that is null.
  void evaluate_loss(const LossRows& batch, Index first, Index last, float* gradient) const;
  // The loss from the rows' losses.
  double reduce_loss(const LossRows& batch, const float* mask) const;
  double add_regularizers(cpu::Workspace& work, bool train);
  // By the optimizer's loss_scale_factor.
  void scale_gradients(cpu::Workspace& work);
  double mean_loss() const { return loss_count_ == 0 ? 0.0 : loss_sum_ / static_cast<double>(loss_count_); }
  // In the order of `compile`.
  Logs results() const;
  // In alphabetical order; the same entries for every batch, so that only the first call allocates.
  const Logs& batch_logs();

  Sequential* model_;
  CompileOptions options_;
  float loss_scale_ = 1;
  std::vector<Tracked> metrics_;
  std::unique_ptr<cpu::Workspace> train_, test_;
  std::shared_ptr<AlignedVector<float>> gradients_;
  ThreadTuner tuner_;
  // What the optimizer's slots were made for, and where its weights lay then.
  const Graph* optimized_graph_ = nullptr;
  std::vector<const float*> optimized_weights_;
  std::uint64_t steps_ = 0;
  bool stop_ = false;

  // The batch: targets, weights per loss row, losses per row.
  Shape y_shape_;
  AlignedVector<float> y_, weights_, row_loss_;
  AlignedVector<float> y_pred_;  // when it runs in pieces
  AlignedVector<float> masked_;  // weights times mask, when the output has a mask
  Shape weights_shape_;
  float joint_weight_ = 1;         // of the one loss of a batch, such as Dice
  double loss_sum_ = 0;            // Σ loss · samples
  Index loss_count_ = 0;           // samples
  std::optional<Index> start_at_;  // instead of FitOptions::initial_epoch, once
  Logs batch_logs_;
};

}  // namespace wavetrain
