#include "support/layer_testing.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "cpu/workspace.hpp"
#include "reference/executor.hpp"
#include "reference/gradient_testing.hpp"
#include "wavetrain/threads.hpp"

namespace wavetrain::tests {
namespace {

using Values = std::vector<double>;

std::shared_ptr<const Graph> lower(const std::vector<Layer>& layers, Shape input) {
  input[0] = kNone;
  auto graph = std::make_shared<Graph>();
  Lowering lowering(*graph);
  Tensor x{graph->add_input(input), kNoValue};
  for (const Layer& layer : layers) x = layer.lower(lowering, x);
  graph->set_output(x.value);
  return graph;
}

void draw_weights(const Graph& graph) {
  int salt = 10;
  for (const GraphValue& value : graph.values()) {
    if (!value.is_weight()) continue;
    const std::string& name = value.variable.name();
    const bool positive = name.find("variance") != std::string::npos || name.find("stddev") != std::string::npos;
    const Values drawn = reference::test_values(static_cast<std::size_t>(value.shape.size()), 0.8, ++salt);
    Array values(value.shape);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      values.data()[i] = static_cast<float>(positive ? 0.4 + std::abs(drawn[i]) : drawn[i]);
    }
    Variable(value.variable).assign(values);
  }
}

double relative_distance(const float* ours, const Values& truth) {
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    error += (ours[i] - truth[i]) * (ours[i] - truth[i]);
    norm += truth[i] * truth[i];
  }
  return std::sqrt(error) / std::max(std::sqrt(norm), 1e-3);
}

class Checker {
 public:
  Checker(const std::vector<Layer>& layers, const Shape& input, const LayerCheck& check)
      : graph_(lower(layers, input)), input_(input), check_(check) {
    draw_weights(*graph_);
    x_ = check.input.empty() ? reference::test_values(static_cast<std::size_t>(input.size()), check.scale, 1)
                             : check.input;
    for (double& value : x_) value = static_cast<float>(value);
  }

  const Graph& graph() const { return *graph_; }

  void gradients_are_derivatives() const {
    reference::Executor executor(graph_);
    const Values y = executor.forward(input_, x_, true, 3);
    const Values dy = output_grad(y.size());
    executor.backward(dy);
    const auto loss = [&](ValueId id, const Values& values) {
      reference::Executor again(graph_);
      if (id != graph_->input()) again.weight(id) = values;
      return reference::dot(again.forward(input_, id == graph_->input() ? values : x_, true, 3), dy);
    };
    for (std::size_t id = 0; id < graph_->values().size(); ++id) {
      const GraphValue& value = graph_->values()[id];
      const auto v = static_cast<ValueId>(id);
      if (v != graph_->input() && !value.trained) continue;
      SCOPED_TRACE(value.is_weight() ? "weight " + value.variable.name() : "input");
      Values at =
          v == graph_->input() ? x_ : Values(value.variable.data(), value.variable.data() + value.variable.size());
      Values gradient = executor.gradient(v);
      if (gradient.empty()) gradient.assign(at.size(), 0.0);
      reference::expect_gradient([&](const Values& w) { return loss(v, w); }, at, gradient);
    }
  }

  void cpu_follows_reference(bool training) const {
    SCOPED_TRACE(training ? "training" : "inference");
    reference::Executor executor(graph_);
    const Values y = executor.forward(input_, x_, training, 3);
    const std::vector<float> before = weights();
    cpu::Workspace work(std::make_shared<const cpu::Plan>(graph_, input_, training, 3));
    std::copy(x_.begin(), x_.end(), work.input());
    work.forward(3, 1);
    ASSERT_EQ(work.output_shape(), executor.output_shape());
    EXPECT_LE(relative_distance(work.output(), y), check_.tolerance);
    if (training) {
      const Values dy = output_grad(y.size());
      executor.backward(dy);
      std::copy(dy.begin(), dy.end(), work.output_grad());
      work.backward();
      for (const cpu::FlatLayout::Block& block : work.plan().gradients().blocks) {
        SCOPED_TRACE("gradient of " + graph_->value(block.value).variable.name());
        EXPECT_LE(relative_distance(work.gradients() + block.offset, executor.gradient(block.value)), check_.tolerance);
      }
    }
    set_weights(before);  // moving averages
  }

  std::vector<float> cpu_gradients() const {
    cpu::Workspace work(std::make_shared<const cpu::Plan>(graph_, input_, true, 1));
    std::copy(x_.begin(), x_.end(), work.input());
    work.forward(3, 1);
    const Values dy = output_grad(static_cast<std::size_t>(work.output_shape().size()));
    std::copy(dy.begin(), dy.end(), work.output_grad());
    work.backward();
    std::vector<float> all;
    for (const cpu::FlatLayout::Block& block : work.plan().gradients().blocks) {
      all.insert(all.end(), work.gradients() + block.offset, work.gradients() + block.offset + block.size);
    }
    return all;
  }

  // The last sample in the batch on several threads, and alone on one.
  void bits_depend_on_the_sample_alone(bool training) const {
    SCOPED_TRACE(training ? "training" : "inference");
    const std::vector<float> before = weights();
    set_num_threads(3);
    cpu::Workspace many(std::make_shared<const cpu::Plan>(graph_, input_, training, 3));
    std::copy(x_.begin(), x_.end(), many.input());
    many.forward(3, 1);
    set_num_threads(1);
    Shape one = input_;
    one[0] = 1;
    cpu::Workspace single(std::make_shared<const cpu::Plan>(graph_, one, training, 1));
    const Index in = input_.size_from(1), out = many.output_shape().size_from(1), last = input_[0] - 1;
    std::copy_n(x_.begin() + last * in, in, single.input());
    single.forward(3, 1);
    set_num_threads(0);
    for (Index i = 0; i < out; ++i) ASSERT_EQ(many.output()[last * out + i], single.output()[i]) << "value " << i;
    set_weights(before);
  }

 private:
  Values output_grad(std::size_t size) const {
    Values dy = reference::test_values(size, 1, 2);
    for (double& value : dy) value = static_cast<float>(value);
    return dy;
  }
  std::vector<float> weights() const {
    std::vector<float> all;
    for (const GraphValue& value : graph_->values()) {
      if (value.is_weight())
        all.insert(all.end(), value.variable.data(), value.variable.data() + value.variable.size());
    }
    return all;
  }
  void set_weights(const std::vector<float>& all) const {
    auto from = all.begin();
    for (const GraphValue& value : graph_->values()) {
      if (!value.is_weight()) continue;
      std::copy_n(from, value.variable.size(), value.variable.data());
      from += value.variable.size();
    }
  }

  std::shared_ptr<const Graph> graph_;
  Shape input_;
  LayerCheck check_;
  Values x_;
};

}  // namespace

void check_layer(const Layer& layer, const Shape& input, const Shape& output, const LayerCheck& check) {
  SCOPED_TRACE(layer.class_name() + layer.config(false).repr());
  const Layer copy = make_layer(layer.class_name(), layer.config(true));
  EXPECT_EQ(copy.config(true), layer.config(true));
  const Checker checker({layer}, input, check);
  Shape open = output;
  open[0] = kNone;
  EXPECT_EQ(layer.output_shape(), open);
  const bool random = std::any_of(checker.graph().nodes().begin(), checker.graph().nodes().end(),
                                  [](const GraphNode& node) { return node.op->is_random(); });
  if (check.gradients) checker.gradients_are_derivatives();
  checker.cpu_follows_reference(false);
  checker.cpu_follows_reference(true);
  checker.bits_depend_on_the_sample_alone(false);
  if (check.training_alone && !random) checker.bits_depend_on_the_sample_alone(true);
}

void check_chain(const std::vector<Layer>& layers, const Shape& input, double tolerance) {
  std::string names;
  for (const Layer& layer : layers) names += layer.class_name() + layer.config(false).repr() + " ";
  SCOPED_TRACE(names);
  const Checker checker(layers, input, {.tolerance = tolerance});
  checker.cpu_follows_reference(false);
  checker.cpu_follows_reference(true);
  checker.bits_depend_on_the_sample_alone(false);
}

std::vector<float> training_gradients(const std::vector<Layer>& layers, const Shape& input) {
  return Checker(layers, input, {}).cpu_gradients();
}

std::set<std::string> check_gradients(const std::vector<Layer>& layers, const Shape& input, double scale) {
  const Checker checker(layers, input, {.scale = scale});
  checker.gradients_are_derivatives();
  std::set<std::string> operations;
  for (const GraphNode& node : checker.graph().nodes()) operations.emplace(node.op->name());
  return operations;
}

std::vector<double> evaluate_layer(const Layer& layer, const Shape& input, const std::vector<double>& x,
                                   const std::vector<std::vector<double>>& weights) {
  const auto graph = lower({layer}, input);
  reference::Executor executor(graph);
  std::size_t next = 0;
  for (std::size_t id = 0; id < graph->values().size() && next < weights.size(); ++id) {
    if (graph->values()[id].is_weight()) executor.weight(static_cast<ValueId>(id)) = weights[next++];
  }
  return executor.forward(input, x, false);
}

std::string lowering_error(const Layer& layer, const Shape& input) {
  try {
    lower({layer}, input);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace wavetrain::tests
