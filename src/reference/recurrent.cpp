#include "reference/recurrent.hpp"

#include <algorithm>

#include "reference/activation.hpp"

namespace wavetrain::reference {
namespace {

// What one step of one sample leaves behind; each is (u) or (G,u). Masked steps leave only h and c.
template <class T>
struct Step {
  T* z;      // (G,u) before the activation
  T* gate;   // (G,u) after it
  T* h;      // (u) state after the step
  T* c;      // (u) LSTM: state after the step
  T* act_c;  // (u) LSTM: act(c)
  T* inner;  // (u) GRU: h·U_h + b1_h (reset_after) or r·h·mask, the vector that meets U_h

  static Index size(const Recurrence& r) { return (2 * r.gates() + 3) * r.units; }
  Step(T* saved, const Recurrence& r, Index b, Index s) {
    const Index u = r.units;
    z = saved + (b * r.T + s) * size(r);
    gate = z + r.gates() * u;
    h = gate + r.gates() * u;
    c = h + u;
    act_c = c + u;
    inner = c;  // no cell has both
  }
};

// The candidate is number 2 in LSTM (i, f, c, o) as well as in GRU (z, r, h).
const Activation& activation_of(const Recurrence& r, Index g) {
  const bool candidate = r.cell == Cell::simple_rnn || g == 2;
  return candidate ? r.activation : r.recurrent_activation;
}

// The dropout mask of gate g and sample b, or null.
template <class T>
const T* dropout_mask(const T* masks, Index count, Index g, Index B, Index b, Index n) {
  return count == 0 ? nullptr : masks + ((count == 1 ? 0 : g) * B + b) * n;
}

// y (u) += (v·mask) · M_g with M (K, G·u).
template <class T>
void add_product(T* y, const T* v, const T* mask, const T* matrix, Index K, Index g, Index G, Index u) {
  for (Index k = 0; k < K; ++k) {
    const T value = mask == nullptr ? v[k] : v[k] * mask[k];
    for (Index j = 0; j < u; ++j) y[j] += value * matrix[(k * G + g) * u + j];
  }
}

// The backward of add_product: dv (K) += mask · (M_g · dy),  dM_g += (v·mask)^T · dy.
template <class T>
void add_product_backward(T* dv, T* dmatrix, const T* dy, const T* v, const T* mask, const T* matrix, Index K, Index g,
                          Index G, Index u) {
  for (Index k = 0; k < K; ++k) {
    const T scale = mask == nullptr ? T(1) : mask[k];
    T sum = 0;
    for (Index j = 0; j < u; ++j) sum += matrix[(k * G + g) * u + j] * dy[j];
    if (dv != nullptr) dv[k] += sum * scale;
    if (dmatrix != nullptr)
      for (Index j = 0; j < u; ++j) dmatrix[(k * G + g) * u + j] += v[k] * scale * dy[j];
  }
}

template <class T>
void add_to(T* sum, const T* v, Index n) {
  if (sum == nullptr || v == nullptr) return;
  for (Index i = 0; i < n; ++i) sum[i] += v[i];
}

// One step of sample b: from x (C), h and c (u) to everything in `step`.
template <class T>
void cell_forward(const Step<T>& step, const T* x, const T* h, const T* c, const RecurrentInputs<T>& in,
                  const RecurrentWeights<T>& w, const Recurrence& r, Index b) {
  const Index u = r.units, G = r.gates();
  const auto recurrent_mask = [&](Index g) {
    return dropout_mask(in.recurrent_dropout, r.recurrent_masks, g, r.B, b, u);
  };
  for (Index g = 0; g < G; ++g) {
    T* z = step.z + g * u;
    std::fill_n(z, u, T(0));
    add_product(z, x, dropout_mask(in.input_dropout, r.input_masks, g, r.B, b, r.C), w.kernel, r.C, g, G, u);
    if (w.bias != nullptr) add_to(z, w.bias + g * u, u);
    if (r.cell == Cell::gru && g == 2) {
      const T* reset = step.gate + u;
      if (r.reset_after) {
        std::fill_n(step.inner, u, T(0));
        add_product(step.inner, h, recurrent_mask(g), w.recurrent_kernel, u, g, G, u);
        if (w.bias != nullptr) add_to(step.inner, w.bias + (G + g) * u, u);
        for (Index j = 0; j < u; ++j) z[j] += reset[j] * step.inner[j];
      } else {
        const T* mask = recurrent_mask(g);
        for (Index j = 0; j < u; ++j) step.inner[j] = mask == nullptr ? reset[j] * h[j] : reset[j] * (h[j] * mask[j]);
        add_product<T>(z, step.inner, nullptr, w.recurrent_kernel, u, g, G, u);
      }
    } else {
      add_product(z, h, recurrent_mask(g), w.recurrent_kernel, u, g, G, u);
      if (w.bias != nullptr && r.has_two_biases()) add_to(z, w.bias + (G + g) * u, u);
    }
    activation_forward(step.gate + g * u, z, activation_of(r, g), 1, u, 1);
  }
  const T* gate = step.gate;
  if (r.cell == Cell::simple_rnn) {
    std::copy_n(gate, u, step.h);
  } else if (r.cell == Cell::gru) {
    for (Index j = 0; j < u; ++j) step.h[j] = gate[j] * h[j] + (1 - gate[j]) * gate[2 * u + j];
  } else {
    for (Index j = 0; j < u; ++j) step.c[j] = gate[u + j] * c[j] + gate[j] * gate[2 * u + j];
    activation_forward(step.act_c, step.c, r.activation, 1, u, 1);
    for (Index j = 0; j < u; ++j) step.h[j] = gate[3 * u + j] * step.act_c[j];
  }
}

// The backward of cell_forward: dh and dc (u) arrive as gradients of the new state and leave as those of the old one.
// `scratch` has (G + 3)·u values.
template <class T>
void cell_backward(T* dx, T* dh, T* dc, const RecurrentWeightGradients<T>& dw, const Step<T>& step, const T* x,
                   const T* h, const T* c, const RecurrentInputs<T>& in, const RecurrentWeights<T>& w,
                   const Recurrence& r, Index b, T* scratch) {
  const Index u = r.units, G = r.gates();
  T* dgate = scratch;       // (G,u)
  T* dz = scratch + G * u;  // (u) of the gate at hand
  T* dinner = dz + u;       // (u)
  T* old_dh = dinner + u;   // (u) what is collected for the state before
  const T* gate = step.gate;
  std::fill_n(old_dh, u, T(0));
  for (Index j = 0; j < u; ++j) {
    if (r.cell == Cell::simple_rnn) {
      dgate[j] = dh[j];
    } else if (r.cell == Cell::gru) {
      dgate[j] = dh[j] * (h[j] - gate[2 * u + j]);
      dgate[2 * u + j] = dh[j] * (1 - gate[j]);
      old_dh[j] = dh[j] * gate[j];
    } else {
      dgate[3 * u + j] = dh[j] * step.act_c[j];
      dh[j] *= gate[3 * u + j];  // now of act(c)
    }
  }
  if (r.cell == Cell::lstm) {
    std::fill_n(dz, u, T(0));
    activation_backward(dz, dh, step.c, r.activation, 1, u, 1);
    for (Index j = 0; j < u; ++j) {
      const T d = dc[j] + dz[j];
      dgate[j] = d * gate[2 * u + j];
      dgate[u + j] = d * c[j];
      dgate[2 * u + j] = d * gate[j];
      dc[j] = d * gate[u + j];
    }
  }
  for (Index g = G - 1; g >= 0; --g) {  // GRU: the candidate first, for it gives the reset gate its gradient
    std::fill_n(dz, u, T(0));
    activation_backward<T>(dz, dgate + g * u, step.z + g * u, activation_of(r, g), 1, u, 1);
    add_product_backward(dx, dw.dkernel, dz, x, dropout_mask(in.input_dropout, r.input_masks, g, r.B, b, r.C), w.kernel,
                         r.C, g, G, u);
    if (dw.dbias != nullptr) add_to(dw.dbias + g * u, dz, u);
    const T* mask = dropout_mask(in.recurrent_dropout, r.recurrent_masks, g, r.B, b, u);
    const T* through = dz;  // gradient of what comes from h·U
    if (r.cell == Cell::gru && g == 2) {
      const T* reset = gate + u;
      if (!r.reset_after) {
        std::fill_n(dinner, u, T(0));
        add_product_backward<T>(dinner, dw.drecurrent_kernel, dz, step.inner, nullptr, w.recurrent_kernel, u, g, G, u);
        for (Index j = 0; j < u; ++j) {
          const T scale = mask == nullptr ? T(1) : mask[j];
          dgate[u + j] = dinner[j] * h[j] * scale;
          old_dh[j] += dinner[j] * reset[j] * scale;
        }
        continue;
      }
      for (Index j = 0; j < u; ++j) {
        dgate[u + j] = dz[j] * step.inner[j];
        dinner[j] = dz[j] * reset[j];
      }
      through = dinner;
    }
    add_product_backward(old_dh, dw.drecurrent_kernel, through, h, mask, w.recurrent_kernel, u, g, G, u);
    if (dw.dbias != nullptr && r.has_two_biases()) add_to(dw.dbias + (G + g) * u, through, u);
  }
  std::copy_n(old_dh, u, dh);
}

}  // namespace

Index recurrent_saved(const Recurrence& r) { return r.B * r.T * Step<float>::size(r); }

Index recurrent_scratch(const Recurrence& r) { return (r.gates() + 7) * r.units; }

template <class T>
void recurrent_forward(const RecurrentOutputs<T>& out, T* saved, const RecurrentInputs<T>& in,
                       const RecurrentWeights<T>& weights, const Recurrence& r, T* scratch, Index begin, Index end) {
  const Index u = r.units;
  for (Index b = begin; b < end; ++b) {
    T* h = scratch;     // (u)
    T* c = h + u;       // (u)
    T* output = c + u;  // (u) of the step before
    std::fill_n(scratch, 3 * u, T(0));
    add_to(h, in.h0 == nullptr ? nullptr : in.h0 + b * u, u);
    if (r.cell == Cell::lstm) add_to(c, in.c0 == nullptr ? nullptr : in.c0 + b * u, u);
    for (Index s = 0; s < r.T; ++s) {
      const Index t = r.go_backwards ? r.T - 1 - s : s;
      const Step<T> step(saved, r, b, s);
      if (in.mask == nullptr || in.mask[b * r.T + t] != 0) {
        cell_forward(step, in.x + (b * r.T + t) * r.C, h, c, in, weights, r, b);
        std::copy_n(step.h, u, h);
        if (r.cell == Cell::lstm) std::copy_n(step.c, u, c);
        std::copy_n(h, u, output);
      } else {
        std::copy_n(h, u, step.h);
        if (r.cell == Cell::lstm) std::copy_n(c, u, step.c);
        if (r.zero_output_for_mask) std::fill_n(output, u, T(0));
      }
      if (r.return_sequences) std::copy_n(output, u, out.y + (b * r.T + s) * u);
    }
    if (!r.return_sequences) std::copy_n(output, u, out.y + b * u);
    if (out.h_last != nullptr) std::copy_n(h, u, out.h_last + b * u);
    if (out.c_last != nullptr) std::copy_n(c, u, out.c_last + b * u);
  }
}

template <class T>
void recurrent_backward(const RecurrentInputGradients<T>& din, const RecurrentWeightGradients<T>& dweights,
                        const RecurrentOutputGradients<T>& dout, const T* saved, const RecurrentInputs<T>& in,
                        const RecurrentWeights<T>& weights, const Recurrence& r, T* scratch, Index begin, Index end) {
  const Index u = r.units;
  for (Index b = begin; b < end; ++b) {
    T* dh = scratch;         // (u) of the state after the step at hand
    T* dc = dh + u;          // (u)
    T* doutput = dc + u;     // (u) of the output of that step, when later ones repeat it
    T* zeros = doutput + u;  // (u)
    std::fill_n(scratch, 4 * u, T(0));
    add_to(dh, dout.dh_last == nullptr ? nullptr : dout.dh_last + b * u, u);
    if (r.cell == Cell::lstm) add_to(dc, dout.dc_last == nullptr ? nullptr : dout.dc_last + b * u, u);
    for (Index s = r.T - 1; s >= 0; --s) {
      const Index t = r.go_backwards ? r.T - 1 - s : s;
      if (dout.dy != nullptr) {
        if (r.return_sequences) add_to(doutput, dout.dy + (b * r.T + s) * u, u);
        else if (s == r.T - 1) add_to(doutput, dout.dy + b * u, u);
      }
      if (in.mask == nullptr || in.mask[b * r.T + t] != 0) {
        T* const all = const_cast<T*>(saved);  // only read
        const Step<T> before(all, r, b, std::max<Index>(s - 1, 0));
        const T* h0 = in.h0 == nullptr ? zeros : in.h0 + b * u;
        const T* c0 = in.c0 == nullptr ? zeros : in.c0 + b * u;
        add_to(dh, doutput, u);
        std::fill_n(doutput, u, T(0));
        cell_backward(din.dx == nullptr ? nullptr : din.dx + (b * r.T + t) * r.C, dh, dc, dweights,
                      Step<T>(all, r, b, s), in.x + (b * r.T + t) * r.C, s > 0 ? before.h : h0, s > 0 ? before.c : c0,
                      in, weights, r, b, scratch + 4 * u);
      } else if (r.zero_output_for_mask) {
        std::fill_n(doutput, u, T(0));
      }
    }
    if (din.dh0 != nullptr) add_to(din.dh0 + b * u, dh, u);
    if (din.dc0 != nullptr) add_to(din.dc0 + b * u, dc, u);
  }
}

#define WAVETRAIN_INSTANTIATE(T)                                                                            \
  template void recurrent_forward(const RecurrentOutputs<T>&, T*, const RecurrentInputs<T>&,                \
                                  const RecurrentWeights<T>&, const Recurrence&, T*, Index, Index);         \
  template void recurrent_backward(const RecurrentInputGradients<T>&, const RecurrentWeightGradients<T>&,   \
                                   const RecurrentOutputGradients<T>&, const T*, const RecurrentInputs<T>&, \
                                   const RecurrentWeights<T>&, const Recurrence&, T*, Index, Index)
WAVETRAIN_INSTANTIATE(float);
WAVETRAIN_INSTANTIATE(double);
#undef WAVETRAIN_INSTANTIATE

}  // namespace wavetrain::reference
