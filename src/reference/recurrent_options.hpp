// What a recurrence is and what it reads and writes: shared by the reference (reference/recurrent.hpp, float or double)
// and the kernels (cpu/recurrent.hpp, float). It equals the cells LSTMCell, GRUCell and SimpleRNNCell of Keras 3.15.1
// together with the loop over time that Keras' RNN layer puts around them (keras/src/backend/tensorflow/rnn.py).
//
// Letters: B samples, T steps, C features, u units, G gates (LSTM 4: i, f, c, o; GRU 3: z, r, h; SimpleRNN 1). All
// arrays are row-major and without gaps.
//
//   simple_rnn   h' = act(x·W + h·U + b)
//   lstm         i, f, o = rec(x·W + h·U + b)   g = act(x·W_c + h·U_c + b_c)   c' = f·c + i·g   h' = o·act(c')
//   gru          z, r = rec(x·W + b0 + h·U + b1)   h' = z·h + (1 - z)·g
//     reset_after      g = act(x·W_h + b0_h + r·(h·U_h + b1_h))
//     otherwise        g = act(x·W_h + b_h + (r·h)·U_h), and one bias
#pragma once

#include <cstdint>

#include "wavetrain/activations.hpp"
#include "wavetrain/shape.hpp"

namespace wavetrain {

enum class Cell { simple_rnn, gru, lstm };

struct Recurrence {
  Cell cell = Cell::lstm;
  Index B = 0, T = 0, C = 0, units = 0;
  Activation activation = ActivationKind::tanh;               // not glu, which halves its axis
  Activation recurrent_activation = ActivationKind::sigmoid;  // of the gates; SimpleRNN has none
  bool reset_after = true;                                    // GRU
  bool return_sequences = false;                              // y is (B,T,u), else (B,u): the last output
  bool go_backwards = false;          // time runs from T-1 to 0; y is in the order of processing
  bool zero_output_for_mask = false;  // a masked step puts out zeros, else the output before it
  // Dropout: number of masks in RecurrentInputs, 0 for none. Of the input: 1 for all gates together (Keras'
  // implementation 2) or one per gate (implementation 1); of the state: one per gate.
  Index input_masks = 0, recurrent_masks = 0;

  Index gates() const { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }
  bool has_two_biases() const { return cell == Cell::gru && reset_after; }
  Index bias_size() const { return gates() * units * (has_two_biases() ? 2 : 1); }
  Index outputs() const { return B * (return_sequences ? T : 1) * units; }
};

template <class T>
struct RecurrentWeights {
  const T* kernel = nullptr;            // W (C, G·u)
  const T* recurrent_kernel = nullptr;  // U (u, G·u)
  const T* bias = nullptr;              // (G·u), for GRU with reset_after (2, G·u); null without bias
};

template <class T>
struct RecurrentInputs {
  const T* x = nullptr;  // (B,T,C)
  // (B,T): 0 marks a step that leaves the state as it is. Or null.
  const std::uint8_t* mask = nullptr;
  // Dropout masks, already scaled, one value for all steps: x·mask takes the place of x, and h·mask that of h where h
  // meets U (not in z·h).
  const T* input_dropout = nullptr;      // (input_masks, B, C)
  const T* recurrent_dropout = nullptr;  // (recurrent_masks, B, u)
  const T* h0 = nullptr;                 // (B,u), null for zeros
  const T* c0 = nullptr;                 // (B,u), LSTM
};

// The state after the last step goes to h_last and c_last (B,u) unless they are null. It is not always the last output:
// a mask may have zeroed that one.
template <class T>
struct RecurrentOutputs {
  T* y = nullptr;
  T* h_last = nullptr;
  T* c_last = nullptr;
};

// Gradients that arrive, each null for zeros: of y, and of the final state.
template <class T>
struct RecurrentOutputGradients {
  const T* dy = nullptr;
  const T* dh_last = nullptr;
  const T* dc_last = nullptr;
};

// Gradients that leave, each null when nobody wants it. Shapes are those of the values.
template <class T>
struct RecurrentInputGradients {
  T* dx = nullptr;
  T* dh0 = nullptr;
  T* dc0 = nullptr;
};

template <class T>
struct RecurrentWeightGradients {
  T* dkernel = nullptr;
  T* drecurrent_kernel = nullptr;
  T* dbias = nullptr;
};

}  // namespace wavetrain
