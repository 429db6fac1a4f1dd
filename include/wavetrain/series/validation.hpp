// Which samples to train on and which to score: folds of a set, and origins of a long series.
#pragma once

#include <cstdint>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/series/windows.hpp"

namespace wavetrain::series {

// Positions, ascending.
struct Fold {
  std::vector<Index> train;
  std::vector<Index> test;
};

// Every sample is in the test part of exactly one fold; the parts differ by one sample at most. The same seed gives the
// same folds. Throws ValueError for fewer than 2 folds or more folds than samples.
std::vector<Fold> k_fold(Index samples, Index folds, std::uint64_t seed);

// The same with every class spread over the folds as evenly as can be.
std::vector<Fold> stratified_k_fold(const Labels& labels, Index folds, std::uint64_t seed);

// One part drawn at random for testing, of every class its share (at least one where it has two); `labels` may be
// empty. Throws ValueError for a fraction outside (0, 1), and when it leaves nothing on one side.
Fold random_split(Index samples, const Labels& labels, double fraction, std::uint64_t seed);

// Rolling origin: block k of the last `origins` blocks of `test_rows` rows is forecast by a model that has been trained
// on all rows before it. Throws ValueError when fewer than 1 row is left to train on.
std::vector<TimeSplit> rolling_origins(Index rows, Index origins, Index test_rows);

}  // namespace wavetrain::series
