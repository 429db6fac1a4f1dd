#include "cpu/dense.hpp"

#include <algorithm>

#include "cpu/activation.hpp"

namespace wavetrain::cpu {
namespace {

// Columns of dx that are computed at a time; bounds the scratch and keeps it in the first-level cache.
constexpr Index kColumns = 96;

}  // namespace

void dense_forward(Index C, Index F, const float* x, const float* weights, bool packed, const float* bias,
                   Activation activation, float* y, Index begin, Index end) {
  gemm({.M = end - begin,
        .N = F,
        .a = {x + begin * C, C, C},
        .b = weights,
        .ldb = F,
        .packed = packed,
        .c = y + begin * F,
        .ldc = F,
        .bias = bias,
        .activation = activation,
        .eight_chains = F == 1});
}

Index dense_backward_input_scratch_floats(Index M, Index C, Index F) {
  return packed_floats(F, M) + std::min(C, kColumns) * M;
}

void dense_backward_input(Index M, Index C, Index F, const float* dy, const float* weights, float* dx, Index begin,
                          Index end, bool accumulate, float* scratch, const Gate& gate) {
  float* const dy_transposed = scratch;                        // (F, M), packed
  float* const dx_transposed = scratch + packed_floats(F, M);  // (columns, M)
  pack_b({.b = dy, .taps = 1, .width = F, .N = M, .tap_stride = 0, .k_stride = 1, .n_stride = F}, dy_transposed);
  for (Index c = begin; c < end; c += kColumns) {
    const Index columns = std::min(kColumns, end - c);
    // The chain of an element starts from dx, so what is there takes part before it is overwritten.
    if (accumulate) transpose(M, columns, dx + c, C, dx_transposed, M);
    gemm({.M = columns,
          .N = M,
          .a = {weights + c * F, F, F},
          .b = dy_transposed,
          .packed = true,
          .c = dx_transposed,
          .ldc = M,
          .accumulate = accumulate});
    transpose(columns, M, dx_transposed, M, dx + c, C);
    for (Index m = 0; m < M && gate; ++m) {
      const Index row = m * C + c;
      relu_backward(columns, gate.y + row, gate.scale, dx + row, dx + row);
    }
  }
}

void dense_pack_transposed(Index C, Index F, const float* weights, float* packed) {
  pack_b({.b = weights, .taps = 1, .width = F, .N = C, .tap_stride = 0, .k_stride = 1, .n_stride = F}, packed);
}

void dense_backward_input_packed(Index C, Index F, const float* dy, const float* packed, float* dx, Index begin,
                                 Index end, bool accumulate, const Gate& gate) {
  gemm({.M = end - begin,
        .N = C,
        .a = {dy + begin * F, F, F},
        .b = packed,
        .packed = true,
        .c = dx + begin * C,
        .ldc = C,
        .accumulate = accumulate,
        .gate = gate.from(begin * C)});
}

// Packing moves C·F values one by one, the other way C·M.
bool dense_backward_prefers_packed(Index M, Index F) { return F <= M || M >= 4 * packing_pays_from(); }

}  // namespace wavetrain::cpu
