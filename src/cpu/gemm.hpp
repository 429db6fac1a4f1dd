// Matrix products, float32, row-major: C = activation(A · B + bias), and A^T · B for weight gradients.
//
// Summation is a contract: every element of C is ONE ascending chain of fused multiply-adds over K, from zero (or from
// C, with `accumulate`), and the bias is added after it. Main tiles, remainders, the one-row case, packed and plain B
// all keep to it, so an element's bits depend neither on M, nor on how rows are split over calls and threads, nor on
// packing. K is cut into blocks, which continue the chain through C exactly. On targets without fused multiply-add
// (SSE4, scalar) every step is a multiplication and an addition instead. Who wants a single column may ask for eight chains.
//
// Nothing here allocates, throws or checks. C must not overlap A, B or the bias. Layouts of packed matrices belong to
// the target in use (wavetrain/target.hpp).
#pragma once

#include "wavetrain/shape.hpp"

namespace wavetrain::cpu {

// What is applied to an element while it is still in a register. Costlier functions run as a second pass over the tile.
enum class Activation { linear, relu };

// The left matrix, M rows of K = taps · width values: row m is made of `taps` runs of `width` neighbouring values, run
// t at data + m·row_stride + t·tap_stride. Rows may overlap (row_stride < K), which makes a matrix of a series without
// copying: a convolution over (T, C) with kernel size K, stride s and dilation d has row_stride s·C, and taps K, width
// C, tap_stride d·C, or for d = 1 one run of K·C.
struct Rows {
  const float* data = nullptr;
  Index row_stride = 0;
  Index width = 0;
  Index taps = 1;
  Index tap_stride = 0;

  Index k() const { return taps * width; }
};

// What may follow bias and activation while the result is in registers, per column: (c - mean)·scale + shift, then
// another activation. Has the bits of batch_normalize (normalize.hpp).
struct GemmNormalization {
  const float* mean = nullptr;   // (N), or none: nothing follows
  const float* scale = nullptr;  // (N)
  const float* shift = nullptr;  // (N) or none
  Activation activation = Activation::linear;

  GemmNormalization from(Index column) const {
    if (mean == nullptr) return {};
    return {mean + column, scale + column, shift == nullptr ? nullptr : shift + column, activation};
  }
};

// The derivative of relu behind a product, in place of all that: c·scale where `y`, which has the shape and strides of C, is
// above 0, else 0. y is what relu gave, or what a dropout made of that, which multiplied by `scale` what it kept.
struct Gate {
  const float* y = nullptr;  // or none
  float scale = 1.0f;

  explicit operator bool() const { return y != nullptr; }
  Gate from(Index offset) const { return {y == nullptr ? nullptr : y + offset, scale}; }
};

struct Gemm {
  Index M = 0, N = 0;
  Rows a;
  const float* b = nullptr;  // (K, N): by pack_b when `packed`, else plain rows with stride `ldb`
  Index ldb = 0;
  bool packed = false;
  float* c = nullptr;  // (M, N), rows with stride ldc
  Index ldc = 0;
  const float* bias = nullptr;  // (N) or none
  Activation activation = Activation::linear;
  GemmNormalization norm{};
  bool accumulate = false;  // start from C, not from zero
  Gate gate{};
  // N = 1 only: chain i takes the steps k ≡ i (mod 8), C starts chain 0, and ((c0 + c4) + (c2 + c6)) + ((c1 + c5) + (c3 + c7))
  // is the sum. One row alone would else wait for every multiply-add of its chain.
  bool eight_chains = false;
  // The same product for several samples with one B, which costs less than a call for each.
  Index samples = 1, a_sample_stride = 0, c_sample_stride = 0;  // the gate moves with C
};

// Fastest when b and c are aligned to 64 bytes (as owning arrays are), with packed b: 10 % on AVX-512.
void gemm(const Gemm& g);

// From how many rows on it pays to pack a B that is used once. (One that is used again should always be packed.)
Index packing_pays_from();

// Floats that a packed (K, N) takes: N is rounded up to whole vectors.
Index packed_floats(Index K, Index N);

// Packs element (k, n) = b[k·ldb + n]. `packed` needs packed_floats(K, N).
void pack_b(Index K, Index N, const float* b, Index ldb, float* packed);

// The general form: K = taps · width, element (t·width + w, n) = b[t·tap_stride + w·k_stride + n·n_stride]. Strides may
// be negative. A transposed matrix has k_stride 1 and n_stride ld; the input gradient of a convolution with kernel (K,
// C, F) has taps K, width F, N = C, b = last tap, tap_stride -C·F, k_stride 1, n_stride F.
struct PackSource {
  const float* b = nullptr;
  Index taps = 1, width = 0, N = 0;
  Index tap_stride = 0, k_stride = 0, n_stride = 1;
};
void pack_b(const PackSource& source, float* packed);

// to[i·ld + r] = from[r·stride + i] for r < rows, i < columns.
void transpose(Index rows, Index columns, const float* from, Index stride, float* to, Index ld);

// The weight gradient: dW (K, N) = sum over samples s and rows r of A_s[r, :]^T · B_s[r, :], one ascending chain over
// (s, r) per element, from zero or from dW. A is `a` as above with `rows` rows, s-th sample at + s·a_sample_stride; B
// (the output gradient) has plain rows of N values with stride ldb, s-th sample at + s·b_sample_stride. dW has rows
// with stride ldw. No packing, no scratch.
struct GemmTn {
  Index samples = 1, rows = 0, N = 0;
  Rows a;
  Index a_sample_stride = 0;
  const float* b = nullptr;
  Index ldb = 0;
  Index b_sample_stride = 0;
  float* w = nullptr;
  Index ldw = 0;
  bool accumulate = false;
};

// dW is cut into tiles that can be computed independently; a thread computes those in [begin, end).
Index gemm_tn_tiles(const GemmTn& g);
void gemm_tn(const GemmTn& g, Index begin, Index end);
inline void gemm_tn(const GemmTn& g) { gemm_tn(g, 0, gemm_tn_tiles(g)); }

// sums[n] = sum over samples and rows of b (the bias gradient), from zero or, with `accumulate`, from `sums`: sample by sample,
// each in four ascending chains, of the rows r ≡ 0, 1, 2, 3 (mod 4), as (c0 + c1) + (c2 + c3).
void column_sums(Index samples, Index rows, Index N, const float* b, Index ldb, Index sample_stride, float* sums,
                 bool accumulate);

// sum[i] = ((parts[0][i] + parts[1][i]) + parts[2][i]) + …, i < n, in that order; parts lie `stride` floats apart. With
// `accumulate`, sum itself comes first. For partial sums over blocks of constant size.
void add_in_order(Index parts, Index n, const float* part, Index stride, float* sum, bool accumulate);

}  // namespace wavetrain::cpu
