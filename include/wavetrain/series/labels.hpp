// Class labels: from the words in a file to the integers 0 .. classes-1 that a loss wants.
//
// Case is kept. Classes are sorted by value when every name is a number (so that 2 comes before 10, and -1/1 becomes
// 0/1); otherwise they stay in the order a header declares, or are sorted as text when there is no header.
// Names that differ in spelling but are the same number ("1", "1.0000000e+00") are one class.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/series/series_set.hpp"

namespace wavetrain::series {

struct EncodedLabels {
  std::vector<std::string> class_names;
  Labels labels;  // positions in class_names
};

// Learns the classes from `names`, one per sample. `declared` lists the classes of a header, if there is one.
// Throws ValueError for a name that `declared` does not hold.
EncodedLabels encode_labels(std::span<const std::string> names, std::span<const std::string> declared = {});

// Encodes by classes known from training. Throws ValueError naming the first class that training has not seen.
Labels encode_with_classes(std::span<const std::string> names, std::span<const std::string> class_names);

// Position of `name` in `class_names`, equal as text or as a number; -1 when it is not there.
Index find_class(std::string_view name, std::span<const std::string> class_names);

// Distinct classes in the order described above.
std::vector<std::string> ordered_classes(std::vector<std::string> distinct, bool declared);

// "1.0000000e+00" becomes "1"; text that is not an integral number stays as it is.
std::string canonical_label(std::string_view text);

// Renumbers the labels of `set` to `class_names`. Throws ValueError naming the class, its first sample and the file
// when a sample's class is not there; a class that is only declared and never occurs is dropped silently.
void match_classes(SeriesSet& set, std::span<const std::string> class_names);

// Gives all sets the union of their classes.
void merge_classes(std::span<SeriesSet* const> sets);

}  // namespace wavetrain::series
