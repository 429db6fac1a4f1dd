// Values as (samples, time, channels), whatever their rank: a matrix (time, channels) is one sample.
#pragma once

#include <span>

#include <fmt/format.h>

#include "wavetrain/array.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::series {

// Strides are in values. T may be const.
template <class T>
struct Blocks {
  T* data;
  Index samples, time, channels;
  Index sample_stride, time_stride, channel_stride;
  std::span<const Index> lengths;

  Index length(Index sample) const { return lengths.empty() ? time : lengths[static_cast<std::size_t>(sample)]; }
  // One channel of one sample: its first value; the next ones stand time_stride behind each other.
  T* channel(Index sample, Index c) const { return data + sample * sample_stride + c * channel_stride; }
};

// Throws ValueError for another rank or lengths that do not fit.
template <class T>
Blocks<T> blocks_of(const BasicView<T>& values, std::span<const Index> lengths) {
  const Shape& shape = values.shape();
  const Shape& strides = values.strides();
  if (values.rank() != 2 && values.rank() != 3) {
    throw ValueError(fmt::format("Expected values shaped (samples, time, channels) or (time, channels). Received: {}",
                                 to_string(shape)));
  }
  const bool one = values.rank() == 2;
  const Index samples = one ? 1 : shape[0];
  const Index time = shape[one ? 0 : 1];
  if (!lengths.empty() && static_cast<Index>(lengths.size()) != samples) {
    throw ValueError(fmt::format("Expected {} lengths, one per sample. Received: {}", samples, lengths.size()));
  }
  for (const Index length : lengths) {
    if (length < 0 || length > time) {
      throw ValueError(fmt::format("Expected lengths from 0 to {}. Received: {}", time, length));
    }
  }
  return {values.data(), samples, time, shape[-1], one ? 0 : strides[0], strides[one ? 0 : 1], strides[-1], lengths};
}

}  // namespace wavetrain::series
