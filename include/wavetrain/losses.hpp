// Losses (keras.losses, Keras 3.15.1).
//
//     model.compile({.loss = "mse"});
//     model.compile({.loss = losses::CategoricalCrossentropy{.label_smoothing = 0.1}});
//     double value = Loss(losses::Huber{.delta = 0.5})(y_true, y_pred);
//
// The structs are the settings; `Loss` (loss.hpp) is any one of them. Formulas are those of Keras, eps = 1e-7;
// probabilities are clipped to [eps, 1 - eps], which bounds a crossentropy at -log(eps) = 16.118. (Keras on TensorFlow
// uses the logits behind a sigmoid or softmax instead, where that differs: only at saturated outputs.)
#pragma once

#include <optional>
#include <string>

#include "wavetrain/loss.hpp"
#include "wavetrain/numbers.hpp"

namespace wavetrain {
namespace losses {

// Mean over the row: of (y - p)².
struct MeanSquaredError {
  Reduction reduction = {};
  std::string name = "mean_squared_error";
  std::optional<std::string> dtype = {};
  static const Description& description();
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// |y - p|
struct MeanAbsoluteError {
  Reduction reduction = {};
  std::string name = "mean_absolute_error";
  std::optional<std::string> dtype = {};
  static const Description& description();
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// 100 |y - p| / max(|y|, eps)
struct MeanAbsolutePercentageError {
  Reduction reduction = {};
  std::string name = "mean_absolute_percentage_error";
  std::optional<std::string> dtype = {};
  static const Description& description();
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// (log(max(p, eps) + 1) - log(max(y, eps) + 1))²
struct MeanSquaredLogarithmicError {
  Reduction reduction = {};
  std::string name = "mean_squared_logarithmic_error";
  std::optional<std::string> dtype = {};
  static const Description& description();
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// With e = p - y: e²/2 while |e| <= delta, then delta |e| - delta²/2.
struct Huber {
  double delta = 1.0;
  Reduction reduction = {};
  std::string name = "huber_loss";
  std::optional<std::string> dtype = {};
  static const Description& description();
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// log(cosh(p - y))
struct LogCosh {
  Reduction reduction = {};
  std::string name = "log_cosh";
  std::optional<std::string> dtype = {};
  static const Description& description();
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// p - y log(p + eps)
struct Poisson {
  Reduction reduction = {};
  std::string name = "poisson";
  std::optional<std::string> dtype = {};
  static const Description& description();
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// Sum over the row: y log(y / p), both clipped to [eps, 1].
struct KLDivergence {
  Reduction reduction = {};
  std::string name = "kl_divergence";
  std::optional<std::string> dtype = {};
  static const Description& description();
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// -cos of the angle between y and p.
struct CosineSimilarity {
  Index axis = -1;
  Reduction reduction = {};
  std::string name = "cosine_similarity";
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// Mean of max(1 - y p, 0); labels are -1 and 1, or 0 and 1 when the whole batch has no others.
struct Hinge {
  Reduction reduction = {};
  std::string name = "hinge";
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossFacts inspect(const float* y_true, LossShape shape) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// Mean of max(1 - y p, 0)².
struct SquaredHinge {
  Reduction reduction = {};
  std::string name = "squared_hinge";
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossFacts inspect(const float* y_true, LossShape shape) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// max(1 + max((1 - y) p) - sum(y p), 0)
struct CategoricalHinge {
  Reduction reduction = {};
  std::string name = "categorical_hinge";
  std::optional<std::string> dtype = {};
  static const Description& description();
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// Mean of -y log(p) - (1 - y) log(1 - p), y first smoothed to y (1 - s) + s/2.
struct BinaryCrossentropy {
  bool from_logits = false;
  double label_smoothing = 0.0;
  Index axis = -1;
  Reduction reduction = {};
  std::string name = "binary_crossentropy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  bool fuses(OutputActivation activation) const;
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// -sum(y log(p / sum(p))), y first smoothed to y (1 - s) + s/width.
struct CategoricalCrossentropy {
  bool from_logits = false;
  double label_smoothing = 0.0;
  Index axis = -1;
  Reduction reduction = {};
  std::string name = "categorical_crossentropy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  bool fuses(OutputActivation activation) const;
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// The same with class numbers as targets. Rows of class `ignore_class` have no loss and do not count in the mean.
// Throws ValueError for class numbers outside 0 .. width-1.
struct SparseCategoricalCrossentropy {
  bool from_logits = false;
  std::optional<Index> ignore_class = {};
  Reduction reduction = {};
  Index axis = -1;
  std::string name = "sparse_categorical_crossentropy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  bool fuses(OutputActivation activation) const;
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  LossFacts inspect(const float* y_true, LossShape shape) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// BinaryCrossentropy times (1 - p_t)^gamma, p_t the probability of the right label; with apply_class_balancing also
// times alpha for label 1 and 1 - alpha for label 0. (Lin et al., "Focal loss for dense object detection", 2017.)
struct BinaryFocalCrossentropy {
  bool apply_class_balancing = false;
  double alpha = 0.25;
  double gamma = 2.0;
  bool from_logits = false;
  double label_smoothing = 0.0;
  Index axis = -1;
  Reduction reduction = {};
  std::string name = "binary_focal_crossentropy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// sum(alpha (1 - p)^gamma · -y log(p)), p first divided by its sum. alpha is one number or one for each class.
struct CategoricalFocalCrossentropy {
  Numbers alpha = 0.25;
  double gamma = 2.0;
  bool from_logits = false;
  double label_smoothing = 0.0;
  Index axis = -1;
  Reduction reduction = {};
  std::string name = "categorical_focal_crossentropy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// (1 - p_class^q) / q with class numbers as targets, 0 < q < 1: between crossentropy and absolute error, for noisy
// labels. (Zhang & Sabuncu, 2018.)
struct CategoricalGeneralizedCrossEntropy {
  double q = 0.5;
  Reduction reduction = {};
  std::string name = "categorical_generalized_cross_entropy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  LossFacts inspect(const float* y_true, LossShape shape) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// 1 - 2 Σ y p / (Σ y + Σ p + eps), the sums over everything, or over `axis`, which may be several that are neighbours.
struct Dice {
  Reduction reduction = {};
  std::string name = "dice";
  std::optional<Axes> axis = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// 1 - S / (S + alpha Σ y (1 - p) + beta Σ p (1 - y) + eps) with S = Σ y p; sums as Dice. (Salehi et al., 2017.)
struct Tversky {
  double alpha = 0.5;
  double beta = 0.5;
  Reduction reduction = {};
  std::string name = "tversky";
  std::optional<Axes> axis = {};
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// Metric learning: y_pred (N, D) are vectors of length 1, y_true (N,) or (N, 1) the classes. With d = max(1 - cos, 0):
// softplus(lse over others of the same class of -gamma max(margin + d, 0)(margin - d) + lse over other classes of
// gamma max(1 + margin - d, 0)(1 - margin - d)). remove_diagonal: a sample is no example of its own class. Samples
// whose loss is 0 do not count, those without an example of either kind among them. (Sun et al., "Circle loss", 2020.)
struct Circle {
  double gamma = 80.0;
  double margin = 0.4;
  bool remove_diagonal = true;
  Reduction reduction = {};
  std::string name = "circle";
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  LossFacts inspect(const float* y_true, const float* y_pred, LossShape shape) const;
  bool ignores(const BasicLossRows<float>& batch, Index row) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// Labels without times: -log of the probability of all ways in which the classes of y_true (N, L), 0 for what is not
// used, can appear in this order in the logits y_pred (N, T, C), with repetitions and blanks (class 0) between them;
// equal neighbours need a blank. A label longer than T allows costs 1e5 for each missing step, as in Keras on JAX.
// (Graves et al., "Connectionist temporal classification", 2006.)
struct CTC {
  Reduction reduction = {};
  std::string name = "ctc";
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  LossFacts inspect(const float* y_true, LossShape shape) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// Quantiles instead of a mean ("pinball" loss; Koenker and Bassett, 1978). Keras has no such class: a file holds it as
// `wavetrain>Quantile`, which Keras opens with compile=False, or when a class is registered under that name. y_pred is
// shaped as y_true with one more dimension, the quantiles; y_true (N, 1) may stand for (N). With a single quantile the
// shapes are those of the other losses. With e = y - p the mean over the quantiles q of q e where e > 0, (q - 1) e else.
struct Quantile {
  Numbers quantiles = {0.05, 0.5, 0.95};  // each above 0 and below 1
  Reduction reduction = {};
  std::string name = "quantile";
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

// What "crossentropy" means in `compile`: the binary one when y_pred ends in 1, the sparse one when y_true has fewer
// dimensions or ends in 1, else the categorical one.
struct CompiledCrossentropy {
  Reduction reduction = {};
  std::string name = "crossentropy";
  std::optional<std::string> dtype = {};
  static const Description& description();
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  LossFacts inspect(const float* y_true, LossShape shape) const;
  void evaluate(const BasicLossRows<float>& rows) const;
  void evaluate(const BasicLossRows<double>& rows) const;
};

}  // namespace losses
}  // namespace wavetrain
