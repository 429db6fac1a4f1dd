#include "cpu/group_normalize.hpp"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/group_normalize.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

using ops::GroupNorm;

// Values of a row, or rows, whose sum joins the total at once.
constexpr Index kBlock = 1024;
constexpr Index kRows = 128;

HWY_INLINE float sum_of_lanes(FloatVector v) { return hn::GetLane(hn::SumOfLanes(FloatTag(), v)); }

// The place of (r0, k1, r1) in a sample of which k0 is fixed, and of its parameters.
HWY_INLINE Index place(const GroupLayout& l, Index k0, Index r0, Index k1, Index r1) {
  return (((k0 * l.size[1] + r0) * l.size[2] + k1) * l.size[3] + r1) * l.size[4];
}
HWY_INLINE Index parameter(const GroupLayout& l, Index k0, Index r0, Index k1, Index r1) {
  return k0 * l.stride[0] + r0 * l.stride[1] + k1 * l.stride[2] + r1 * l.stride[3];
}

// The parameter at an element of a row: one per element, or one for the row.
template <class At>
HWY_INLINE FloatVector parameter_at(At at, const float* p, Index step) {
  return step == 1 ? at.load(p) : hn::Set(FloatTag(), *p);
}

// --- Groups whose values lie side by side (K2 = 1) ----------------------------------------------------------------------

// Sums over one group of first and second of f(at, offset, parameter position), in double.
template <class F>
HWY_INLINE void group_sums(const GroupLayout& l, Index k0, Index k1, double* first, double* second, F f) {
  const FloatTag d;
  double a = 0, b = 0;
  for (Index r0 = 0; r0 < l.size[1]; ++r0) {
    for (Index begin = 0; begin < l.size[3]; begin += kBlock) {
      const Index offset = place(l, k0, r0, k1, begin), p = parameter(l, k0, r0, k1, begin);
      FloatVector sum_a = hn::Zero(d), sum_b = hn::Zero(d);
      for_each_vector(std::min(kBlock, l.size[3] - begin), [&](auto at) HWY_ATTR { f(at, offset, p, sum_a, sum_b); });
      a += static_cast<double>(sum_of_lanes(sum_a));
      b += static_cast<double>(sum_of_lanes(sum_b));
    }
  }
  *first = a;
  *second = b;
}

HWY_INLINE float inverse_of(const GroupForward& f, double squares, Index size) {
  const double e = static_cast<double>(f.epsilon);
  return static_cast<float>(
      1 / std::sqrt(f.kind == GroupNorm::unit ? std::max(squares, e) : squares / static_cast<double>(size) + e));
}

void forward_rows(const GroupLayout& l, const GroupForward& f, const float* x, float* y, float* mean, float* inverse) {
  const FloatTag d;
  const bool centered = f.kind == GroupNorm::moments || f.kind == GroupNorm::variance;
  for (Index k0 = 0; k0 < l.size[0]; ++k0) {
    for (Index k1 = 0; k1 < l.size[2]; ++k1) {
      const Index group = k0 * l.size[2] + k1;
      double sum = 0, squares = 0;
      if (centered) {
        group_sums(l, k0, k1, &sum, &squares, [&](auto at, Index offset, Index, FloatVector& a, FloatVector&) HWY_ATTR {
          a = hn::Add(a, at.load(x + offset));
        });
      }
      // The float nearest to the mean is not the mean: what is missing comes off the squares again.
      const double exact = sum / static_cast<double>(l.group_size());
      const float center = static_cast<float>(exact);
      const FloatVector m = hn::Set(d, center);
      group_sums(l, k0, k1, &sum, &squares, [&](auto at, Index offset, Index, FloatVector& a, FloatVector& b) HWY_ATTR {
        const FloatVector v = at.or_else(hn::Sub(at.load(x + offset), m), hn::Zero(d));
        a = hn::Add(a, v);
        b = hn::MulAdd(v, v, b);
      });
      if (centered) squares -= sum * sum / static_cast<double>(l.group_size());
      mean[group] = center;
      inverse[group] = inverse_of(f, std::max(squares, 0.0), l.group_size());
      const FloatVector subtracted = f.kind == GroupNorm::moments ? m : hn::Zero(d);
      const FloatVector factor = hn::Set(d, inverse[group]);
      for (Index r0 = 0; r0 < l.size[1]; ++r0) {
        const Index offset = place(l, k0, r0, k1, 0), p = parameter(l, k0, r0, k1, 0);
        for_each_vector(l.size[3], [&](auto at) HWY_ATTR {
          FloatVector v = hn::Mul(hn::Sub(at.load(x + offset), subtracted), factor);
          if (f.gamma != nullptr) v = hn::Mul(v, parameter_at(at, f.gamma + p, l.stride[3]));
          if (f.beta != nullptr) v = hn::Add(v, parameter_at(at, f.beta + p, l.stride[3]));
          at.store(v, y + offset);
        });
      }
    }
  }
}

void backward_rows(const GroupLayout& l, const GroupForward& f, const float* x, const float* dy, const float* mean,
                   const float* inverse, const GroupBackward& result) {
  const FloatTag d;
  for (Index k0 = 0; k0 < l.size[0]; ++k0) {
    for (Index k1 = 0; k1 < l.size[2]; ++k1) {
      const Index group = k0 * l.size[2] + k1;
      const FloatVector factor = hn::Set(d, inverse[group]), m = hn::Set(d, mean[group]);
      const FloatVector subtracted = f.kind == GroupNorm::moments ? m : hn::Zero(d);
      const auto scaled = [&](auto at, Index offset)
                              HWY_ATTR { return hn::Mul(hn::Sub(at.load(x + offset), subtracted), factor); };
      const auto gradient = [&](auto at, Index offset, Index p) HWY_ATTR {
        const FloatVector g = at.load(dy + offset);
        return f.gamma == nullptr ? g : hn::Mul(g, parameter_at(at, f.gamma + p, l.stride[3]));
      };
      if (result.dgamma != nullptr || result.dbeta != nullptr) {
        for (Index r0 = 0; r0 < l.size[1]; ++r0) {
          const Index offset = place(l, k0, r0, k1, 0), p = parameter(l, k0, r0, k1, 0);
          if (l.stride[3] == 1) {
            for_each_vector(l.size[3], [&](auto at) HWY_ATTR {
              const FloatVector g = at.load(dy + offset);
              if (result.dgamma != nullptr) {
                at.store(hn::MulAdd(g, scaled(at, offset), at.load(result.dgamma + p)), result.dgamma + p);
              }
              if (result.dbeta != nullptr) at.store(hn::Add(g, at.load(result.dbeta + p)), result.dbeta + p);
            });
            continue;
          }
          FloatVector a = hn::Zero(d), b = hn::Zero(d);
          for_each_vector(l.size[3], [&](auto at) HWY_ATTR {
            const FloatVector g = at.load(dy + offset);
            a = hn::MulAdd(g, scaled(at, offset), a);
            b = hn::Add(b, g);
          });
          if (result.dgamma != nullptr) result.dgamma[p] += sum_of_lanes(a);
          if (result.dbeta != nullptr) result.dbeta[p] += sum_of_lanes(b);
        }
      }
      if (result.dx == nullptr) continue;
      double sum, product;
      group_sums(l, k0, k1, &sum, &product,
                 [&](auto at, Index offset, Index p, FloatVector& a, FloatVector& b) HWY_ATTR {
                   const FloatVector g = gradient(at, offset, p);
                   a = hn::Add(a, g);
                   b = hn::MulAdd(g, scaled(at, offset), b);
                 });
      const bool unit = f.kind == GroupNorm::unit;
      const double share = unit ? 1.0 : 1.0 / static_cast<double>(l.group_size());
      const double in = static_cast<double>(inverse[group]);
      if (unit && in * in * static_cast<double>(f.epsilon) >= 0.999999) product = 0;
      const FloatVector average = hn::Set(d, f.kind == GroupNorm::moments ? static_cast<float>(sum * share) : 0.0f);
      const FloatVector slope = hn::Set(d, static_cast<float>(product * share));
      const FloatVector center = f.kind == GroupNorm::variance ? m : subtracted;
      for (Index r0 = 0; r0 < l.size[1]; ++r0) {
        const Index offset = place(l, k0, r0, k1, 0), p = parameter(l, k0, r0, k1, 0);
        for_each_vector(l.size[3], [&](auto at) HWY_ATTR {
          const FloatVector h = hn::Mul(hn::Sub(at.load(x + offset), center), factor);
          const FloatVector g = hn::Sub(gradient(at, offset, p), average);
          at.store(hn::Mul(factor, hn::NegMulAdd(h, slope, g)), result.dx + offset);
        });
      }
    }
  }
}

// --- Groups that run across (K2 > 1): a vector holds neighbouring groups ------------------------------------------------

// The two sums of f over the groups of one vector, in blocks of rows.
template <class At, class F>
HWY_INLINE void column_sums(const GroupLayout& l, Index k0, Index k1, At at, FloatVector& first, FloatVector& second,
                            F f) {
  const FloatTag d;
  FloatVector block_a = hn::Zero(d), block_b = hn::Zero(d);
  first = hn::Zero(d);
  second = hn::Zero(d);
  Index rows = 0;
  for (Index r0 = 0; r0 < l.size[1]; ++r0) {
    for (Index r1 = 0; r1 < l.size[3]; ++r1) {
      f(at, place(l, k0, r0, k1, r1), parameter(l, k0, r0, k1, r1), block_a, block_b);
      if (++rows % kRows != 0) continue;
      first = hn::Add(first, block_a);
      second = hn::Add(second, block_b);
      block_a = hn::Zero(d);
      block_b = hn::Zero(d);
    }
  }
  first = hn::Add(first, block_a);
  second = hn::Add(second, block_b);
}

void forward_columns(const GroupLayout& l, const GroupForward& f, const float* x, float* y, float* mean,
                     float* inverse) {
  const FloatTag d;
  const bool centered = f.kind == GroupNorm::moments || f.kind == GroupNorm::variance;
  const FloatVector share = hn::Set(d, 1.0f / static_cast<float>(l.group_size())), e = hn::Set(d, f.epsilon);
  for (Index k0 = 0; k0 < l.size[0]; ++k0) {
    for (Index k1 = 0; k1 < l.size[2]; ++k1) {
      const Index group = (k0 * l.size[2] + k1) * l.size[4];
      for_each_vector(l.size[4], [&](auto at) HWY_ATTR {
        FloatVector sum = hn::Zero(d), squares = hn::Zero(d), m = hn::Zero(d);
        if (centered) {
          column_sums(l, k0, k1, at, sum, squares,
                      [&](auto here, Index offset, Index, FloatVector& a, FloatVector&)
                          HWY_ATTR { a = hn::Add(a, here.load(x + offset)); });
          m = hn::Mul(sum, share);
        }
        column_sums(l, k0, k1, at, sum, squares,
                    [&](auto here, Index offset, Index, FloatVector& a, FloatVector& b) HWY_ATTR {
                      const FloatVector v = hn::Sub(here.load(x + offset), m);
                      a = hn::Add(a, v);
                      b = hn::MulAdd(v, v, b);
                    });
        if (centered) squares = hn::Max(hn::Zero(d), hn::NegMulAdd(hn::Mul(sum, sum), share, squares));
        const FloatVector under = f.kind == GroupNorm::unit ? hn::Max(squares, e) : hn::MulAdd(squares, share, e);
        const FloatVector factor = hn::Div(hn::Set(d, 1.0f), hn::Sqrt(under));
        at.store(m, mean + group);
        at.store(factor, inverse + group);
        const FloatVector subtracted = f.kind == GroupNorm::moments ? m : hn::Zero(d);
        for (Index r0 = 0; r0 < l.size[1]; ++r0) {
          for (Index r1 = 0; r1 < l.size[3]; ++r1) {
            const Index offset = place(l, k0, r0, k1, r1), p = parameter(l, k0, r0, k1, r1);
            FloatVector v = hn::Mul(hn::Sub(at.load(x + offset), subtracted), factor);
            if (f.gamma != nullptr) v = hn::Mul(v, parameter_at(at, f.gamma + p, l.stride[4]));
            if (f.beta != nullptr) v = hn::Add(v, parameter_at(at, f.beta + p, l.stride[4]));
            at.store(v, y + offset);
          }
        }
      });
    }
  }
}

void backward_columns(const GroupLayout& l, const GroupForward& f, const float* x, const float* dy, const float* mean,
                      const float* inverse, const GroupBackward& result) {
  const FloatTag d;
  for (Index k0 = 0; k0 < l.size[0]; ++k0) {
    for (Index k1 = 0; k1 < l.size[2]; ++k1) {
      const Index group = (k0 * l.size[2] + k1) * l.size[4];
      for_each_vector(l.size[4], [&](auto at) HWY_ATTR {
        const FloatVector m = at.load(mean + group), factor = at.load(inverse + group);
        const FloatVector subtracted = f.kind == GroupNorm::moments ? m : hn::Zero(d);
        const auto scaled = [&](auto here, Index offset)
                                HWY_ATTR { return hn::Mul(hn::Sub(here.load(x + offset), subtracted), factor); };
        const auto gradient = [&](auto here, Index offset, Index p) HWY_ATTR {
          const FloatVector g = here.load(dy + offset);
          return f.gamma == nullptr ? g : hn::Mul(g, parameter_at(here, f.gamma + p, l.stride[4]));
        };
        FloatVector sum, product;
        column_sums(l, k0, k1, at, sum, product,
                    [&](auto here, Index offset, Index p, FloatVector& a, FloatVector& b) HWY_ATTR {
                      const FloatVector raw = here.load(dy + offset), h = scaled(here, offset);
                      if (l.stride[4] == 1) {
                        if (result.dgamma != nullptr) {
                          here.store(hn::MulAdd(raw, h, here.load(result.dgamma + p)), result.dgamma + p);
                        }
                        if (result.dbeta != nullptr)
                          here.store(hn::Add(raw, here.load(result.dbeta + p)), result.dbeta + p);
                      } else {
                        if (result.dgamma != nullptr) result.dgamma[p] += sum_of_lanes(hn::Mul(raw, h));
                        if (result.dbeta != nullptr) result.dbeta[p] += sum_of_lanes(raw);
                      }
                      const FloatVector g = gradient(here, offset, p);
                      a = hn::Add(a, g);
                      b = hn::MulAdd(g, h, b);
                    });
        if (result.dx == nullptr) return;
        const bool unit = f.kind == GroupNorm::unit;
        const FloatVector share = hn::Set(d, unit ? 1.0f : 1.0f / static_cast<float>(l.group_size()));
        if (unit) {
          const auto flat = hn::Ge(hn::Mul(hn::Mul(factor, factor), hn::Set(d, f.epsilon)), hn::Set(d, 0.999999f));
          product = hn::IfThenZeroElse(flat, product);
        }
        const FloatVector average = f.kind == GroupNorm::moments ? hn::Mul(sum, share) : hn::Zero(d);
        const FloatVector slope = hn::Mul(product, share);
        const FloatVector center = f.kind == GroupNorm::variance ? m : subtracted;
        for (Index r0 = 0; r0 < l.size[1]; ++r0) {
          for (Index r1 = 0; r1 < l.size[3]; ++r1) {
            const Index offset = place(l, k0, r0, k1, r1), p = parameter(l, k0, r0, k1, r1);
            const FloatVector h = hn::Mul(hn::Sub(at.load(x + offset), center), factor);
            const FloatVector g = hn::Sub(gradient(at, offset, p), average);
            at.store(hn::Mul(factor, hn::NegMulAdd(h, slope, g)), result.dx + offset);
          }
        }
      });
    }
  }
}

void Normalize(const GroupLayout& l, const GroupForward& f, const float* x, float* y, float* mean, float* inverse) {
  if (l.size[4] == 1) forward_rows(l, f, x, y, mean, inverse);
  else forward_columns(l, f, x, y, mean, inverse);
}

void NormalizeBackward(const GroupLayout& l, const GroupForward& f, const float* x, const float* dy, const float* mean,
                       const float* inverse, const GroupBackward& result) {
  if (result.dgamma != nullptr) std::fill_n(result.dgamma, l.parameters, 0.0f);
  if (result.dbeta != nullptr) std::fill_n(result.dbeta, l.parameters, 0.0f);
  if (l.size[4] == 1) backward_rows(l, f, x, dy, mean, inverse, result);
  else backward_columns(l, f, x, dy, mean, inverse, result);
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(Normalize);
WAVETRAIN_EXPORT(NormalizeBackward);

bool group_layout(const Shape& x, std::uint32_t reduced, std::uint32_t parameters, GroupLayout& layout) {
  layout = {};
  Index strides[Shape::kMaxRank] = {};
  Index stride = 1;
  for (int axis = x.rank() - 1; axis > 0; --axis) {
    if ((parameters >> axis & 1) == 0) continue;
    strides[axis] = stride;
    stride *= x[axis];
  }
  layout.parameters = parameters == 0 ? 0 : stride;
  int place = 0;      // the axis of the layout in use
  bool used = false;  // whether it has got anything
  bool had_parameters = false;
  for (int axis = 1; axis < x.rank(); ++axis) {
    if (x[axis] == 1) continue;
    const bool reduces = (reduced >> axis & 1) != 0, has_parameters = (parameters >> axis & 1) != 0;
    const bool joins = used && (place % 2 == 1) == reduces && had_parameters == has_parameters;
    if (!joins) {
      if (used) ++place;
      if ((place % 2 == 1) != reduces) ++place;
      if (place > 4) return false;
    }
    layout.size[place] *= x[axis];
    layout.stride[place] = strides[axis];
    used = true;
    had_parameters = has_parameters;
  }
  // Rows lie along the last axis: of groups that lie side by side, or, else, across them.
  if (layout.size[4] == 1 && layout.size[3] == 1 && layout.size[2] > 1 && layout.size[1] > 1) {
    layout.size[4] = layout.size[2];
    layout.stride[4] = layout.stride[2];
    layout.size[2] = 1;
    layout.stride[2] = 0;
  }
  return true;
}

void group_normalize(const GroupLayout& layout, const GroupForward& f, const float* x, float* y, float* mean,
                     float* inverse) {
  WAVETRAIN_DISPATCH(Normalize)(layout, f, x, y, mean, inverse);
}
void group_normalize_backward(const GroupLayout& layout, const GroupForward& f, const float* x, const float* dy,
                              const float* mean, const float* inverse, const GroupBackward& result) {
  WAVETRAIN_DISPATCH(NormalizeBackward)(layout, f, x, dy, mean, inverse, result);
}

}  // namespace wavetrain::cpu
#endif  // HWY_ONCE
