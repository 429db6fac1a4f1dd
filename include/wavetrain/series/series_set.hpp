// A set of labelled series: what every reader returns and every model trains on.
//
// Values are (samples, time, channels), channels last as in Keras. Series of unequal length stand at the beginning of
// their row and are padded with zeros behind; `lengths` says where each ends. A missing value is NaN.
// Functions here throw ValueError for sets that do not fit together; none of them reads files.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "wavetrain/array.hpp"

namespace wavetrain::series {

// Where a value stands in a set; all positions count from 0.
struct Position {
  Index sample = 0;
  Index channel = 0;
  Index step = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

struct SeriesSet {
  Array values;                            // (samples, time, channels)
  std::vector<Index> lengths;              // (samples): time steps that belong to the series, the rest is padding
  std::vector<std::string> class_names;    // the text of class 0, 1, …; empty without classes
  Labels labels;                           // (samples): positions in class_names; empty without classes
  Array targets;                           // (samples) or (samples, outputs): regression; empty otherwise
  std::vector<std::string> channel_names;  // (channels), or empty
  // (samples)(lengths[i]): the text of every time stamp, for formats that state them; empty otherwise.
  std::vector<std::vector<std::string>> time_stamps;
  std::vector<std::string> names;  // (samples): what a file calls them, or empty
  std::vector<std::string> notes;  // what a reader has guessed, one sentence each
  std::string source;              // the file the set was read from, for messages
  bool equal_length = true;        // every length is time()
  bool has_missing = false;        // a NaN stands inside a series

  Index samples() const { return values.rank() == 3 ? values.shape()[0] : 0; }
  Index time() const { return values.rank() == 3 ? values.shape()[1] : 0; }
  Index channels() const { return values.rank() == 3 ? values.shape()[2] : 0; }
  Index classes() const { return static_cast<Index>(class_names.size()); }
  bool has_labels() const { return !labels.empty(); }
  bool has_targets() const { return !targets.empty(); }

  // Cases of each class, in the order of class_names.
  std::vector<Index> class_counts() const;
  // The first NaN inside a series, in the order sample, step, channel; none in padding.
  std::optional<Position> first_missing() const;
};

// The set with every row `time` steps long: shorter series are padded behind with `value`. Throws ValueError naming the
// first series that is longer, unless `truncate` is set, which cuts the end off.
SeriesSet pad_to(const SeriesSet& set, Index time, float value = 0.0f, bool truncate = false);

// The samples at `positions`, in that order; repeats are allowed. Throws IndexError.
SeriesSet take(const SeriesSet& set, std::span<const Index> positions);

}  // namespace wavetrain::series
