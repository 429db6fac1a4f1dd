// Recurrent layers in plain loops, forward and backward: what every faster version is compared with. Options, shapes
// and formulas are in reference/recurrent_options.hpp. T is double (the oracle) or float (the kernel that accepts
// everything).
//
// Samples are independent: a call computes those in [begin, end), so different ranges may run at the same time, except
// that weight gradients are sums over samples. Nothing here allocates: `saved` belongs to the whole batch, `scratch` to
// the call.
#pragma once

#include "reference/recurrent_options.hpp"

namespace wavetrain::reference {

// Values of `saved`, which the forward pass leaves for the backward pass, and of `scratch` of either.
Index recurrent_saved(const Recurrence& r);
Index recurrent_scratch(const Recurrence& r);

template <class T>
void recurrent_forward(const RecurrentOutputs<T>& out, T* saved, const RecurrentInputs<T>& in,
                       const RecurrentWeights<T>& weights, const Recurrence& r, T* scratch, Index begin, Index end);

// Adds to all gradients that are not null, in the order of samples and, within one, backwards in time.
template <class T>
void recurrent_backward(const RecurrentInputGradients<T>& din, const RecurrentWeightGradients<T>& dweights,
                        const RecurrentOutputGradients<T>& dout, const T* saved, const RecurrentInputs<T>& in,
                        const RecurrentWeights<T>& weights, const Recurrence& r, T* scratch, Index begin, Index end);

}  // namespace wavetrain::reference
