// A set of series, prepared for one model: what `train`, `classify` and `regress` share.
#pragma once

#include <cstdint>
#include <string>

#include "training.hpp"
#include "wavetrain/series/validation.hpp"

namespace wavetrain::app {

// Sets as they were read; `test` may be empty.
struct SeriesData {
  series::SeriesSet train, test;
};

// Reads --data and --test, the test set by the classes of the training set. `task` says what labels are when the
// options do not. Throws FileError and ValueError, also when there is nothing to learn.
SeriesData read_series_data(const TrainOptions& options, Task task);

// Training samples scaled, padded, masked and encoded; `held` likewise (test or validation), or empty.
struct SeriesProblem {
  Settings settings;
  series::SeriesSet train, held;
  Array train_mask, held_mask;  // empty: no masks
  Index outputs = 1;
  Array y, y_held;  // set by make_series_model

  DataView mask() const { return train_mask.empty() ? DataView() : DataView(train_mask); }
  DataView mask_held() const { return held_mask.empty() ? DataView() : DataView(held_mask); }
  presets::Problem problem() const;
};
SeriesProblem pose(const TrainOptions& options, series::SeriesSet train, series::SeriesSet held);

// The same with the test part of a fold held out of the training samples.
SeriesProblem hold_out(const SeriesProblem& whole, const series::Fold& fold);

// The model for it, compiled; encodes the targets by its loss.
ModelChoice make_series_model(SeriesProblem& problem, const TrainOptions& options);

}  // namespace wavetrain::app
