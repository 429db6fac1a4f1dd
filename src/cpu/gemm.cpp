#include "cpu/gemm.hpp"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/gemm.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/gemm-inl.h"
#include "cpu/gemm_column-inl.h"
#include "cpu/gemm_narrow-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

template <class Epilogue>
HWY_INLINE void RunAny(const Gemm& g, const Epilogue& epilogue) {
  if (g.eight_chains) RunColumn(g, epilogue);
  else RunGemm(g, epilogue);
}

void RunGemmBias(const Gemm& g) {
  if (IsNarrow(g)) return RunNarrowGemm(g);
  if (g.gate) return RunAny(g, GateEpilogue{g.gate.scale});
  const auto floor = [](Activation activation) {
    return activation == Activation::relu ? 0.0f : -std::numeric_limits<float>::infinity();
  };
  const BiasActivation product{g.bias, floor(g.activation)};
  if (g.norm.mean != nullptr) return RunAny(g, BiasNormalization{product, g.norm, floor(g.norm.activation)});
  if (g.bias == nullptr && g.activation == Activation::linear) return RunAny(g, NoEpilogue());
  RunAny(g, product);
}

Index PackedFloats(Index K, Index N) { return K * ((N + kLanes - 1) / kLanes) * kLanes; }

// Packing a panel costs about as much as two tiles of rows that read B in place.
Index PackingPaysFrom() { return 48; }

void Pack(const PackSource& s, float* packed) {
  for (Index n = 0; n < s.N; n += kPanel) {
    const Index columns = std::min(s.N - n, kPanel);
    const int vectors = columns > kLanes ? 2 : 1;
    for (Index tap = 0; tap < s.taps; ++tap) {
      const float* b = s.b + tap * s.tap_stride + n * s.n_stride;
      if (s.n_stride == 1) {
        PackTail(b, s.k_stride, s.width, columns, vectors, packed);
        packed += s.width * vectors * kLanes;
        continue;
      }
      for (Index w = 0; w < s.width; ++w, b += s.k_stride, packed += vectors * kLanes) {
        for (Index j = 0; j < columns; ++j) packed[j] = b[j * s.n_stride];
        for (Index j = columns; j < vectors * kLanes; ++j) packed[j] = 0.0f;
      }
    }
  }
}

void Transpose(Index rows, Index columns, const float* from, Index stride, float* to, Index ld) {
  TransposeRows(from, stride, rows, rows, columns, to, ld);
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(RunGemmBias);
WAVETRAIN_EXPORT(PackedFloats);
WAVETRAIN_EXPORT(PackingPaysFrom);
WAVETRAIN_EXPORT(Pack);
WAVETRAIN_EXPORT(Transpose);

void gemm(const Gemm& g) { WAVETRAIN_DISPATCH(RunGemmBias)(g); }
Index packed_floats(Index K, Index N) { return WAVETRAIN_DISPATCH(PackedFloats)(K, N); }
Index packing_pays_from() { return WAVETRAIN_DISPATCH(PackingPaysFrom)(); }
void pack_b(const PackSource& source, float* packed) { WAVETRAIN_DISPATCH(Pack)(source, packed); }
void pack_b(Index K, Index N, const float* b, Index ldb, float* packed) {
  pack_b(PackSource{.b = b, .taps = 1, .width = K, .N = N, .tap_stride = 0, .k_stride = ldb, .n_stride = 1}, packed);
}

void transpose(Index rows, Index columns, const float* from, Index stride, float* to, Index ld) {
  WAVETRAIN_DISPATCH(Transpose)(rows, columns, from, stride, to, ld);
}

}  // namespace wavetrain::cpu
#endif
