// Collects the cases that a reader finds into a SeriesSet, and checks what every format must satisfy.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "series/text.hpp"
#include "wavetrain/series/read.hpp"
#include "wavetrain/series/series_set.hpp"

namespace wavetrain::series {

// Use: for every case add its channels one after the other (values, then end_channel), its label or target, then
// end_case; at last finish. Errors name the line that `reader` is at.
class SeriesBuilder {
 public:
  SeriesBuilder(const LineReader& reader, const ReadOptions& options) : reader_(reader), options_(options) {}

  // Values of the current channel are appended here.
  std::vector<float>& values() { return values_; }
  // For values that come step by step with all channels (time, channels) instead of channel by channel.
  void end_interleaved(Index channels);
  void end_channel();
  void set_label(std::string_view label);
  void set_target(float target) { targets_.push_back(target); }
  void set_time_stamps(std::vector<std::string> stamps) { time_stamps_.push_back(std::move(stamps)); }
  // Cuts steps off the end of the case while all channels miss them; at least one step stays.
  void trim_missing_end();
  void end_case();

  Index samples() const { return static_cast<Index>(lengths_.size()); }
  // Channels and steps of the case just ended (or of the first one); 0 before.
  Index channels() const { return channels_; }
  Index last_length() const { return lengths_.empty() ? 0 : lengths_.back(); }
  Index first_length() const { return lengths_.empty() ? 0 : lengths_.front(); }
  Index first_line() const { return first_line_; }
  // Label texts in order of appearance, and the one of every case.
  const std::vector<std::string>& label_names() const { return label_names_; }

  // `declared_classes`: what a header lists. Throws FileError for a file without cases.
  SeriesSet finish(const std::vector<std::string>& declared_classes = {});

 private:
  void interleave(Index length);
  void encode_labels(const std::vector<std::string>& declared_classes, SeriesSet& set);
  Array padded(Index time);

  const LineReader& reader_;
  const ReadOptions& options_;
  std::vector<float> values_;  // all cases, each (time, channels); the current one still (channels, time)
  std::vector<float> scratch_;
  std::size_t case_begin_ = 0;
  std::size_t channel_begin_ = 0;
  Index case_channels_ = 0;
  Index case_length_ = 0;
  bool interleaved_ = false;
  Index channels_ = 0;
  Index first_line_ = 0;
  Index longest_ = 0;
  std::vector<Index> lengths_;
  std::vector<std::int32_t> label_ids_;
  std::vector<std::string> label_names_;
  std::unordered_map<std::string, std::int32_t> label_id_;
  std::vector<float> targets_;
  std::vector<std::vector<std::string>> time_stamps_;
};

}  // namespace wavetrain::series
