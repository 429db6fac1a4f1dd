// What this machine can do right now, measured in the same process as what is compared with it: the only honest ceiling
// on a shared or throttling machine.
#pragma once

#include <cstddef>

namespace wavetrain::bench {

// Floating-point operations per second of one thread on the target in use (wavetrain/target.hpp): independent chains of
// multiply-adds (or of multiplications and additions where the target has none fused) that never leave their registers.
// The best of several slices that together take about `seconds`. On a shared machine short slices find quiet moments
// that longer work does not: what is compared with the peak should take as long as a slice.
double measure_fma_peak(double seconds = 0.02, double slice = 50e-6);
// The same of so many threads at the same time, all together.
double measure_fma_peak_of_threads(int threads, double seconds = 0.05);

// Bytes per second that one thread reads from an array of `bytes`: choose 16 KiB for the first-level cache, 512 KiB for
// the second, four times the last-level cache for memory.
double measure_read_bandwidth(std::size_t bytes, double seconds = 0.02);

// min(peak, bandwidth · intensity), the attainable flop/s at `intensity` flop per byte.
double roofline(double peak, double bandwidth, double intensity);

}  // namespace wavetrain::bench
