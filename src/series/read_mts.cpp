// Text with one row per time step: sample, step, class, then one value per channel; blanks, tabs or commas between.
// The rows of a sample follow each other, and its steps count up by one (Baydogan's multivariate sets, SFA's .mts).

#include <unordered_set>

#include "series/readers.hpp"
#include "series/series_builder.hpp"
#include "wavetrain/series/labels.hpp"

namespace wavetrain::series {
namespace {

constexpr Index kFirstValue = 3;  // columns before the values

class MtsReader {
 public:
  MtsReader(LineReader& reader, const ReadOptions& options)
      : reader_(reader), options_(options), builder_(reader, options), separator_(options.separator) {}

  SeriesSet read() {
    std::string_view line;
    while (reader_.next(line)) {
      line = trimmed(line);
      if (line.empty()) continue;
      if (separator_ == 0) separator_ = line.find(',') != std::string_view::npos ? ',' : ' ';
      row(line);
    }
    if (channels_ > 0) end_sample();
    return builder_.finish();
  }

 private:
  void row(std::string_view line) {
    const Index sample = integer(take_field(line), 1, "a sample number");
    const Index step = integer(take_field(line), 2, "a step number");
    const std::string_view label = take_field(line);
    if (channels_ > 0 && sample != sample_) {
      end_sample();
      if (!seen_.insert(sample_).second) reader_.fail("sample {} goes on, but its rows must stand together", sample_);
      channels_ = 0;
    }
    if (channels_ == 0) begin_sample(sample, label);
    else if (step != step_ + 1) reader_.fail("step {} of sample {}, expected step {}", step, sample, step_ + 1);
    else if (label != label_) {
      reader_.fail("class {} of sample {}, expected {} as in its first row", in_quotes(label), sample,
                   in_quotes(label_));
    }
    step_ = step;
    values(line);
  }

  void begin_sample(Index sample, std::string_view label) {
    if (seen_.count(sample) != 0) reader_.fail("sample {} goes on, but its rows must stand together", sample);
    sample_ = sample;
    label_ = std::string(label);
    if (options_.labels == LabelKind::targets) {
      float target;
      if (!parse_field(label, target)) reader_.fail("target {}, expected a number", explain_bad_value(label));
      builder_.set_target(target);
    } else if (options_.labels == LabelKind::classes) {
      if (label.empty() || label == "?") reader_.fail("the label in column {} is missing", kFirstValue);
      builder_.set_label(canonical_label(label));
    }
  }

  void end_sample() {
    builder_.end_interleaved(channels_);
    builder_.end_case();
  }

  void values(std::string_view line) {
    const ParsedValues parsed = append_values(line, separator_, separator_ != ' ', builder_.values());
    if (parsed.failed) {
      reader_.fail("{} in column {}, expected a number", explain_bad_value(parsed.bad), kFirstValue + parsed.count + 1);
    }
    const Index expected = width_ == 0 ? parsed.count : width_;
    if (parsed.count != expected || parsed.count == 0) {
      reader_.fail("the row has {} columns, expected {}", kFirstValue + parsed.count,
                   width_ == 0 ? "sample, step, class and values" : std::to_string(kFirstValue + expected));
    }
    channels_ = width_ = expected;
  }

  std::string_view take_field(std::string_view& line) const {
    const std::size_t stop =
        std::min(separator_ == ' ' ? line.find_first_of(" \t") : line.find(separator_), line.size());
    const std::string_view field = trimmed(line.substr(0, stop));
    line = trimmed(line.substr(std::min(stop + 1, line.size())));
    return field;
  }

  Index integer(std::string_view field, int column, const char* expected) const {
    Index value = 0;
    if (!parse_integer(field, value)) reader_.fail("{} in column {}, expected {}", in_quotes(field), column, expected);
    return value;
  }

  LineReader& reader_;
  const ReadOptions& options_;
  SeriesBuilder builder_;
  char separator_;
  std::unordered_set<Index> seen_;
  Index sample_ = 0;
  Index step_ = 0;
  std::string label_;
  Index channels_ = 0;  // of the current sample; 0 before its first row
  Index width_ = 0;
};

}  // namespace

SeriesSet read_mts(LineReader& reader, const ReadOptions& options) { return MtsReader(reader, options).read(); }

}  // namespace wavetrain::series
