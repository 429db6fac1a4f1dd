// Connectionist temporal classification. T steps, C classes, label l of length L.
//
// As Keras on JAX: blank(j) is the log-probability of all ways to have written the first j classes and then blanks or
// nothing, emit(j) that of having just written class j. What is impossible costs kForbidden instead of being -inf.
#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "training/loss_math.hpp"
#include "wavetrain/losses.hpp"

namespace wavetrain::losses {
namespace {

constexpr double kForbidden = -1e5;

double log_add(double a, double b) {
  const double largest = std::max(a, b);
  return largest + std::log1p(std::exp(std::min(a, b) - largest));
}

// The share of `a` in log_add(a, b), with which a gradient goes back to it.
double share(double a, double b) { return loss_math::sigmoid(a - b); }

// Log-probabilities of one sample and of the ways through it, and what flows back along them.
class Ways {
 public:
  // Fills everything. y (target_width), z (T, C).
  template <class Number>
  double forward(const Number* y, Index target_width, const Number* z, Index steps, Index classes) {
    T_ = steps;
    C_ = classes;
    label_.clear();
    const auto used = std::count_if(y, y + target_width, [](Number l) { return l != 0; });
    for (Index j = 0; j < used; ++j) label_.push_back(static_cast<std::size_t>(y[j]));
    L_ = static_cast<std::size_t>(used);
    repeats_.resize(L_);
    for (std::size_t j = 0; j < L_; ++j) {
      repeats_[j] = static_cast<Index>(j) + 1 < target_width && y[j] == y[j + 1];
    }
    log_p_.resize(static_cast<std::size_t>(T_ * C_));
    for (Index t = 0; t < T_; ++t) {
      const double sum = loss_math::log_sum_exp(z + t * C_, C_);
      for (Index c = 0; c < C_; ++c) log_p_[static_cast<std::size_t>(t * C_ + c)] = z[t * C_ + c] - sum;
    }
    const auto states = static_cast<std::size_t>(T_ + 1);
    blank_.assign(states * (L_ + 1), kForbidden);
    emit_.assign(states * L_, kForbidden);
    blank_[0] = 0;
    for (std::size_t t = 0; t < states - 1; ++t) step(t);
    const double last = blank_[(states - 1) * (L_ + 1) + L_];
    return -(L_ == 0 ? last : log_add(last, emit_[(states - 1) * L_ + L_ - 1]));
  }

  // dloss/dz · f into d (T, C).
  template <class Number>
  void backward(Number* d, Number f) {
    d_blank_.assign(L_ + 1, 0.0);
    d_emit_.assign(L_, 0.0);
    const auto end = static_cast<std::size_t>(T_);
    const double last = blank_[end * (L_ + 1) + L_];
    d_blank_[L_] = -1;
    if (L_ > 0) {
      const double emitted = emit_[end * L_ + L_ - 1];
      d_blank_[L_] = -share(last, emitted);
      d_emit_[L_ - 1] = -share(emitted, last);
    }
    d_log_.resize(static_cast<std::size_t>(C_));
    for (std::size_t t = end; t-- > 0;) {
      std::fill(d_log_.begin(), d_log_.end(), 0.0);
      step_back(t);
      const double total = loss_math::sum_of(d_log_.data(), C_);
      for (std::size_t c = 0; c < d_log_.size(); ++c) {
        const std::size_t at = t * d_log_.size() + c;
        d[at] = static_cast<Number>(d_log_[c] - std::exp(log_p_[at]) * total) * f;
      }
    }
  }

 private:
  // blank(j) of time t after what has just been emitted has become past.
  double past(std::size_t t, std::size_t j) const {
    const double blank = blank_[t * (L_ + 1) + j];
    return j == 0 ? blank : log_add(blank, emitted(t, j - 1));
  }
  double emitted(std::size_t t, std::size_t j) const { return emit_[t * L_ + j] + (repeats_[j] ? kForbidden : 0.0); }
  double log_p(std::size_t t, std::size_t c) const { return log_p_[t * static_cast<std::size_t>(C_) + c]; }
  // What goes from emit(j) to a blank at once: only before a repetition.
  double into_blank(std::size_t t, std::size_t j) const {
    return emit_[t * L_ + j] + log_p(t, 0) + (repeats_[j] ? 0.0 : kForbidden);
  }

  void step(std::size_t t) {
    double* blank = &blank_[(t + 1) * (L_ + 1)];
    double* emit = emit_.data() + (t + 1) * L_;
    for (std::size_t j = 0; j < L_; ++j) {
      const double own = log_p(t, label_[j]);
      emit[j] = log_add(past(t, j) + own, emit_[t * L_ + j] + own);
    }
    for (std::size_t j = 0; j <= L_; ++j) {
      const double stays = past(t, j) + log_p(t, 0);
      blank[j] = j == 0 ? stays : log_add(stays, into_blank(t, j - 1));
    }
  }

  void step_back(std::size_t t) {
    next_blank_.swap(d_blank_);
    next_emit_.swap(d_emit_);
    d_blank_.assign(L_ + 1, 0.0);
    d_emit_.assign(L_, 0.0);
    for (std::size_t j = 0; j <= L_; ++j) {
      double to_past = next_blank_[j];
      d_log_[0] += next_blank_[j];
      if (j > 0) {
        const double stays = past(t, j) + log_p(t, 0), jumps = into_blank(t, j - 1);
        to_past = next_blank_[j] * share(stays, jumps);
        d_emit_[j - 1] += next_blank_[j] * share(jumps, stays);
      }
      if (j < L_) {
        d_log_[label_[j]] += next_emit_[j];
        const double before = past(t, j), again = emit_[t * L_ + j];
        to_past += next_emit_[j] * share(before, again);
        d_emit_[j] += next_emit_[j] * share(again, before);
      }
      if (j == 0) {
        d_blank_[0] += to_past;
      } else {
        const double blank = blank_[t * (L_ + 1) + j];
        d_blank_[j] += to_past * share(blank, emitted(t, j - 1));
        d_emit_[j - 1] += to_past * share(emitted(t, j - 1), blank);
      }
    }
  }

  Index T_ = 0, C_ = 0;
  std::size_t L_ = 0;
  std::vector<std::size_t> label_;
  std::vector<bool> repeats_;         // label j equals label j + 1
  std::vector<double> log_p_;         // (T, C)
  std::vector<double> blank_, emit_;  // (T + 1, L + 1), (T + 1, L)
  std::vector<double> d_blank_, d_emit_, next_blank_, next_emit_, d_log_;
};

template <class T>
void ctc(const BasicLossRows<T>& rows) {
  const Index classes = rows.shape.last, steps = classes == 0 ? 0 : rows.shape.width / classes;
  thread_local Ways ways;  // its memory grows with the largest batch
  loss_math::for_rows(rows, [&](const T* y, const T* z, T* d, T f) {
    const double loss = ways.forward(y, rows.shape.target_width, z, steps, classes);
    if (d) ways.backward(d, f);
    return loss;
  });
}

}  // namespace

LossShape CTC::shape(const Shape& y_true, const Shape& y_pred) const {
  if (y_true.rank() != 2) {
    throw ValueError(
        fmt::format("Targets `y_true` are expected to be a tensor of shape `(batch_size, max_length)` in "
                    "integer format. Received: y_true.shape={}",
                    to_string(y_true)));
  }
  if (y_pred.rank() != 3 || y_pred[0] != y_true[0]) {
    throw ValueError(
        fmt::format("Logits `y_pred` are expected to be a tensor of shape `(batch_size, max_length, "
                    "num_classes)`. Received: y_pred.shape={}, y_true.shape={}",
                    to_string(y_pred), to_string(y_true)));
  }
  return {.rows = y_pred[0], .width = y_pred.size_from(1), .target_width = y_true[1], .last = y_pred[2]};
}

LossFacts CTC::inspect(const float* y_true, LossShape shape) const {
  for (Index i = 0; i < shape.rows * shape.target_width; ++i) {
    const float label = y_true[i];
    if (!(label >= 0 && label < static_cast<float>(shape.last)) || label != std::floor(label)) {
      throw ValueError(fmt::format("CTC expects class numbers from 1 to {}, and 0 for what is not used. Received: {}",
                                   shape.last - 1, label));
    }
  }
  return {};
}

void CTC::evaluate(const BasicLossRows<float>& rows) const { ctc(rows); }
void CTC::evaluate(const BasicLossRows<double>& rows) const { ctc(rows); }

}  // namespace wavetrain::losses
