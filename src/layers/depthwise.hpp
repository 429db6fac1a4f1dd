// The depthwise convolution of DepthwiseConv1D and SeparableConv1D: a convolution with one group per channel.
#pragma once

#include "graph/ops/conv1d.hpp"
#include "graph/ops/reshape.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

// kernel (K, C, m) is a grouped convolution's (K, 1, C·m) as it lies in memory.
inline Tensor depthwise_conv1d(Lowering& graph, Tensor x, Tensor kernel, Tensor bias, Index stride,
                               const std::string& padding, Index dilation) {
  const Shape shape = graph.shape(kernel);
  ops::Conv1D op;
  op.stride = stride;
  op.padding = ops::parse_padding(padding);
  op.dilation = dilation;
  op.groups = shape[1];
  return graph.apply(op, {x, graph.apply(ops::Reshape(Shape{1, shape[1] * shape[2]}), {kernel}), bias});
}

}  // namespace wavetrain::layers
