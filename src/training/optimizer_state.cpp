#include "training/optimizer_state.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cpu/pool.hpp"
#include "cpu/reduce.hpp"

namespace wavetrain {

Optimizer::State::State(const OptimizerFamily::Methods& methods, std::span<const OptimizerBlock> given,
                        const std::vector<bool>& decays)
    : arguments(methods.arguments()), slots(methods.slots()), scalar_names(methods.scalars()) {
  if (slots.size() > kMaxOptimizerSlots) {
    throw ValueError(fmt::format("An optimizer has at most {} slots. Received: {}", kMaxOptimizerSlots, slots.size()));
  }
  accumulation = arguments.gradient_accumulation_steps.value_or(0);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const OptimizerWeight weight{given[i].shape, given[i].path.empty() ? given[i].name : given[i].path};
    const double decay = decays[i] ? methods.decay(weight).value_or(0.0) : 0.0;
    blocks.push_back({given[i], weight, size, weight.shape.size(), decay});
    size += blocks.back().size;
  }

  // Parts end where memory is not continued, where decay changes, and at every block when something is per block.
  const bool whole = methods.whole_weights();
  const bool per_block = whole || (arguments.clipnorm && *arguments.clipnorm > 0);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Block& b = blocks[i];
    float* w = b.block.w;
    float* g = b.block.g;
    Index left = b.size;
    if (!per_block && !parts.empty() && left > 0) {
      Part& last = parts.back();
      if (last.w + last.size == w && last.g + last.size == g && last.decay == b.decay) {
        const Index taken = std::min(left, kPartSize - last.size);
        last.size += taken;
        w += taken;
        g += taken;
        left -= taken;
      }
    }
    while (left > 0) {
      const Index taken = whole ? left : std::min(left, kPartSize);
      parts.push_back({w, g, b.offset + b.size - left, taken, i, b.decay});
      w += taken;
      g += taken;
      left -= taken;
    }
  }

  const auto count = static_cast<std::size_t>(size);
  for (std::size_t s = 0; s < slots.size(); ++s) {
    Slot& slot = slot_values.emplace_back();
    Index floats = 0;
    for (const Block& b : blocks) {
      slot.shapes.push_back(whole ? methods.slot_shape(s, b.weight) : b.weight.shape);
      slot.offsets.push_back(floats);
      if (slot.shapes.back()) floats += slot.shapes.back()->size();
    }
    slot.values.assign(static_cast<std::size_t>(floats), static_cast<float>(slots[s].initial_value));
    if (!slots[s].starts_as_weight) continue;
    for (std::size_t i = 0; i < blocks.size(); ++i) std::copy_n(blocks[i].block.w, blocks[i].size, slot.at(i));
  }
  scalars.assign(scalar_names.size(), 1.0f);
  if (arguments.use_ema) averages.assign(count, 0.0f);
  if (accumulation > 0) accumulated.assign(count, 0.0f);
  part_squares.assign(parts.size(), 0.0);
  clip_factors.assign(blocks.size(), 1.0f);
}

void Optimizer::State::collect(const Part& part) {
  if (arguments.loss_scale_factor) {
    const auto factor = static_cast<float>(*arguments.loss_scale_factor);
    for (Index i = 0; i < part.size; ++i) part.g[i] /= factor;
  }
  if (accumulation > 0) {
    float* sum = accumulated.data() + part.offset;
    for (Index i = 0; i < part.size; ++i) sum[i] += part.g[i];
    if (updating) {
      const auto count = static_cast<float>(accumulation);
      for (Index i = 0; i < part.size; ++i) sum[i] /= count;
    }
  }
}

void Optimizer::State::find_clip_factors() {
  cpu::parallel_for(static_cast<Index>(parts.size()), [this](Index i, int) {
    const Part& part = parts[static_cast<std::size_t>(i)];
    part_squares[static_cast<std::size_t>(i)] = cpu::sum_of_squares(part.size, gradient(part));
  });
  if (arguments.clipnorm) {
    std::fill(clip_factors.begin(), clip_factors.end(), 0.0f);
    const double limit = *arguments.clipnorm;
    for (std::size_t i = 0; i < parts.size();) {
      const std::size_t block = parts[i].block;
      double squares = 0;
      for (; i < parts.size() && parts[i].block == block; ++i) squares += part_squares[i];
      const double norm = std::sqrt(squares);
      clip_factors[block] = static_cast<float>(norm > limit ? limit / norm : norm * 0 + 1);  // a NaN norm spreads
    }
    return;
  }
  double squares = 0;
  for (const double part : part_squares) squares += part;
  const double norm = std::sqrt(squares);
  const double limit = *arguments.global_clipnorm;
  // An infinite or NaN norm makes every gradient NaN, as in Keras.
  const double factor = norm > limit ? limit / norm + (norm - norm) : norm * 0 + 1;
  std::fill(clip_factors.begin(), clip_factors.end(), static_cast<float>(factor));
}

bool Optimizer::State::begin_step(const OptimizerFamily::Methods& methods) {
  updating = accumulation == 0 || (steps + 1) % accumulation == 0;
  if (arguments.loss_scale_factor || accumulation > 0) {
    cpu::parallel_for(static_cast<Index>(parts.size()),
                      [this](Index i, int) { collect(parts[static_cast<std::size_t>(i)]); });
  }
  if (!updating) return arguments.use_ema;  // averages go on
  const bool by_block = arguments.clipnorm && *arguments.clipnorm > 0;
  const bool global = arguments.global_clipnorm && *arguments.global_clipnorm > 0;
  if (by_block || global) find_clip_factors();
  methods.begin_step(scalars, updates() + 1);
  return true;
}

void Optimizer::State::update(const OptimizerFamily::Methods& methods, const Part& part) {
  if (updating) {
    float* g = gradient(part);
    const float factor = clip_factors[part.block];
    if (factor != 1) cpu::scale(part.size, factor, g);
    if (arguments.clipvalue && *arguments.clipvalue > 0) {
      const auto limit = static_cast<float>(*arguments.clipvalue);
      for (Index i = 0; i < part.size; ++i) g[i] = std::clamp(g[i], -limit, limit);
    }
    if (part.decay != 0) {
      const auto decay = static_cast<float>(part.decay * learning_rate);
      for (Index i = 0; i < part.size; ++i) part.w[i] -= part.w[i] * decay;
    }
    OptimizerRange range{.w = part.w,
                         .g = g,
                         .size = part.size,
                         .learning_rate = learning_rate,
                         .step = updates() + 1,
                         .scalars = scalars,
                         .weight = &blocks[part.block].weight};
    const Index inside = part.offset - blocks[part.block].offset;
    for (std::size_t s = 0; s < slots.size(); ++s) {
      float* values = slot_values[s].at(part.block);
      range.slots[s] = values == nullptr ? nullptr : values + inside;
    }
    methods.update(range);
    if (accumulation > 0) std::fill_n(g, part.size, 0.0f);
  }
  if (arguments.use_ema) {
    const auto keep = static_cast<float>(updates() == 0 ? 0.0 : arguments.ema_momentum);
    float* average = averages.data() + part.offset;
    for (Index i = 0; i < part.size; ++i) average[i] = keep * average[i] + (1 - keep) * part.w[i];
  }
}

void Optimizer::State::end_step() {
  if (arguments.use_ema && arguments.ema_overwrite_frequency.value_or(0) > 0 &&
      (updates() + 1) % *arguments.ema_overwrite_frequency == 0) {
    overwrite_with_averages();
  }
  for (const Block& b : blocks) {
    if (b.block.constraint != nullptr) b.block.constraint->apply(View(b.block.w, b.block.shape));
  }
  ++steps;
}

void Optimizer::State::overwrite_with_averages() {
  for (const Block& b : blocks) std::copy_n(averages.data() + b.offset, b.size, b.block.w);
}

std::vector<Optimizer::State::Stored> Optimizer::State::stored() {
  std::vector<Stored> result;
  const auto add_all = [&](AlignedVector<float>& values, const char* suffix) {
    for (const Block& b : blocks)
      result.push_back({b.block.name + suffix, b.block.shape, values.data() + b.offset, suffix + 1});
  };
  if (arguments.use_ema) add_all(averages, "_average");
  if (accumulation > 0) add_all(accumulated, "_gradient_accumulator");
  int groups = 0;
  for (const OptimizerSlot& slot : slots) groups = std::max(groups, slot.group + 1);
  for (int group = 0; group < groups; ++group) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      for (std::size_t s = 0; s < slots.size(); ++s) {
        const std::optional<Shape>& shape = slot_values[s].shapes[i];
        if (slots[s].group != group || !shape) continue;
        result.push_back({blocks[i].block.name + "_" + slots[s].name, *shape, slot_values[s].at(i), slots[s].name});
      }
    }
  }
  for (std::size_t i = 0; i < scalars.size(); ++i) result.push_back({scalar_names[i], Shape{}, &scalars[i]});
  return result;
}

}  // namespace wavetrain
