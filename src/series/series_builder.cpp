#include "series/series_builder.hpp"

#include <algorithm>
#include <cmath>

#include "wavetrain/series/labels.hpp"

namespace wavetrain::series {

void SeriesBuilder::end_channel() {
  const Index length = static_cast<Index>(values_.size() - channel_begin_);
  if (case_channels_ > 0 && length != case_length_) {
    reader_.fail("channel {} has {} values, expected {} as in channel 1", case_channels_ + 1, length, case_length_);
  }
  case_length_ = length;
  ++case_channels_;
  channel_begin_ = values_.size();
}

void SeriesBuilder::end_interleaved(Index channels) {
  case_channels_ = channels;
  case_length_ = static_cast<Index>(values_.size() - case_begin_) / channels;
  interleaved_ = true;
}

void SeriesBuilder::set_label(std::string_view label) {
  const auto [found, added] = label_id_.try_emplace(std::string(label), static_cast<std::int32_t>(label_names_.size()));
  if (added) label_names_.emplace_back(label);
  label_ids_.push_back(found->second);
}

// From (channels, time) to (time, channels).
void SeriesBuilder::interleave(Index length) {
  const Index channels = case_channels_;
  scratch_.assign(values_.begin() + static_cast<std::ptrdiff_t>(case_begin_), values_.end());
  float* out = values_.data() + case_begin_;
  for (Index t = 0; t < length; ++t) {
    for (Index c = 0; c < channels; ++c) *out++ = scratch_[static_cast<std::size_t>(c * length + t)];
  }
  interleaved_ = true;
}

void SeriesBuilder::trim_missing_end() {
  if (!interleaved_ && case_channels_ > 1) interleave(case_length_);
  interleaved_ = true;
  while (case_length_ > 1) {
    const auto step = values_.end() - case_channels_;
    if (!std::all_of(step, values_.end(), [](float value) { return std::isnan(value); })) break;
    values_.erase(step, values_.end());
    --case_length_;
  }
}

void SeriesBuilder::end_case() {
  if (case_length_ == 0) reader_.fail("the case has no values, expected at least one");
  if (lengths_.empty()) {
    channels_ = case_channels_;
    first_line_ = reader_.line();
  } else if (case_channels_ != channels_) {
    reader_.fail("the case has {} channel{}, expected {} as in the first case (line {})", case_channels_,
                 case_channels_ == 1 ? "" : "s", channels_, first_line_);
  }
  if (!interleaved_ && channels_ > 1) interleave(case_length_);
  lengths_.push_back(case_length_);
  longest_ = std::max(longest_, case_length_);
  if (static_cast<Index>(values_.size()) > options_.max_values ||
      samples() > options_.max_values / (longest_ * channels_)) {
    reader_.fail("{} cases of {} steps and {} channels, padding included, are more than the {} values allowed",
                 samples(), longest_, channels_, options_.max_values);
  }
  case_begin_ = channel_begin_ = values_.size();
  case_channels_ = case_length_ = 0;
  interleaved_ = false;
}

Array SeriesBuilder::padded(Index time) {
  const Shape shape{samples(), time, channels_};
  if (static_cast<Index>(values_.size()) == shape.size()) return Array(shape, std::span<const float>(values_));
  Array result(shape);
  const float* from = values_.data();
  for (Index i = 0; i < samples(); ++i) {
    const Index count = lengths_[static_cast<std::size_t>(i)] * channels_;
    std::copy_n(from, count, result.data() + i * time * channels_);
    from += count;
  }
  return result;
}

void SeriesBuilder::encode_labels(const std::vector<std::string>& declared_classes, SeriesSet& set) {
  // The few distinct names are encoded, then every case takes over its name's number.
  EncodedLabels encoded;
  if (!options_.class_names.empty()) {
    encoded.class_names = options_.class_names;
    try {
      encoded.labels = encode_with_classes(label_names_, options_.class_names);
    } catch (const ValueError& error) {
      throw ValueError(fmt::format("{}: {}", reader_.name(), error.what()));
    }
  } else {
    encoded = series::encode_labels(label_names_, declared_classes);
  }
  set.class_names = std::move(encoded.class_names);
  set.labels = Labels(Shape{samples()});
  for (Index i = 0; i < samples(); ++i) set.labels[i] = encoded.labels[label_ids_[static_cast<std::size_t>(i)]];
}

SeriesSet SeriesBuilder::finish(const std::vector<std::string>& declared_classes) {
  if (lengths_.empty()) reader_.fail_at(0, reader_.line() == 0 ? "the file is empty" : "the file holds no cases");
  SeriesSet set;
  set.source = reader_.name();
  set.has_missing = std::any_of(values_.begin(), values_.end(), [](float value) { return std::isnan(value); });
  set.equal_length = std::all_of(lengths_.begin(), lengths_.end(), [&](Index length) { return length == longest_; });
  set.values = padded(longest_);
  values_ = {};
  if (!label_ids_.empty()) encode_labels(declared_classes, set);
  if (!targets_.empty()) set.targets = Array(Shape{samples()}, std::span<const float>(targets_));
  set.time_stamps = std::move(time_stamps_);
  set.lengths = std::move(lengths_);
  return set;
}

}  // namespace wavetrain::series
