// .tsf, the format of the Monash forecasting archive (Godahewa et al. 2021): a header of @attribute lines, @frequency,
// @horizon, @missing and @equallength, then @data and one series per line, attributes and values separated by colons:
//     T1:1979-01-01 00-00-00:25092.2,24271.5,?
#include <charconv>

#include "series/readers.hpp"
#include "series/series_builder.hpp"

namespace wavetrain::series {
namespace {

class TsfReader {
 public:
  TsfReader(LineReader& reader, const ReadOptions& options) : reader_(reader), builder_(reader, options) {}

  SeriesSet read() {
    std::string_view line;
    bool in_data = false;
    while (reader_.next(line)) {
      line = trimmed(line);
      if (line.empty() || line[0] == '#') continue;
      if (in_data) series(line);
      else if (line[0] == '@') in_data = header(line);
      else reader_.fail("{} in the header, expected a line that begins with '@'", in_quotes(line));
    }
    if (!in_data) reader_.fail_at(0, "the header ends without an '@data' line");
    SeriesSet set = builder_.finish();
    if (claims_equal_ && !set.equal_length) {
      reader_.fail_at(0, "the header says that all series are of equal length, but they differ");
    }
    if (claims_complete_ && set.has_missing)
      reader_.fail_at(0, "the header says that no value is missing, but some are");
    set.names = std::move(names_);
    if (!starts_.empty()) set.time_stamps = std::move(starts_);
    if (!frequency_.empty()) set.notes.push_back(fmt::format("the frequency is {}", frequency_));
    if (!horizon_.empty()) set.notes.push_back(fmt::format("the horizon of the archive is {}", horizon_));
    return set;
  }

 private:
  // Returns whether it was @data.
  bool header(std::string_view line) {
    const std::size_t stop = std::min(line.find_first_of(" \t"), line.size());
    const std::string key = lower(line.substr(1, stop - 1));
    const std::string_view value = trimmed(line.substr(stop));
    if (key == "data") return true;
    if (key == "attribute") {
      const std::size_t space = value.find_last_of(" \t");
      if (space == std::string_view::npos) reader_.fail("{}, expected a name and a type", in_quotes(line));
      attributes_.emplace_back(trimmed(value.substr(0, space)));
      types_.push_back(lower(value.substr(space + 1)));
      if (types_.back() != "string" && types_.back() != "date" && types_.back() != "numeric") {
        reader_.fail("the type {} of attribute {}, expected string, date or numeric", in_quotes(types_.back()),
                     in_quotes(attributes_.back()));
      }
    } else if (key == "frequency") {
      frequency_ = value;
    } else if (key == "horizon") {
      horizon_ = value;
    } else if (key == "missing") {
      claims_complete_ = !truth(value);
    } else if (key == "equallength") {
      claims_equal_ = truth(value);
    } else if (key != "relation") {
      reader_.fail("{}, expected @relation, @attribute, @frequency, @horizon, @missing, @equallength or @data",
                   in_quotes(line));
    }
    return false;
  }

  bool truth(std::string_view value) const {
    if (equal_ignoring_case(value, "true")) return true;
    if (equal_ignoring_case(value, "false")) return false;
    reader_.fail("{}, expected true or false", in_quotes(value));
  }

  void series(std::string_view line) {
    std::string name = fmt::format("{}", builder_.samples());
    bool named = false;
    for (std::size_t i = 0; i < attributes_.size(); ++i) {
      const std::size_t stop = line.find(':');
      if (stop == std::string_view::npos) {
        reader_.fail("the series has {} attributes, expected {}: {}", i, attributes_.size(),
                     in_quotes_all(attributes_));
      }
      const std::string_view field = trimmed(line.substr(0, stop));
      if (types_[i] == "string" && !named) {
        name = field;
        named = true;
      }
      if (types_[i] == "date") start_ = field;
      line.remove_prefix(stop + 1);
    }
    const ParsedValues parsed = append_values(line, ',', true, builder_.values());
    if (parsed.failed)
      reader_.fail("{} is value {}, expected a number or ?", explain_bad_value(parsed.bad), parsed.count + 1);
    builder_.end_channel();
    builder_.end_case();
    names_.push_back(std::move(name));
    if (!start_.empty()) starts_.push_back({start_});
  }

  LineReader& reader_;
  SeriesBuilder builder_;
  std::vector<std::string> attributes_, types_, names_;
  std::vector<std::vector<std::string>> starts_;  // of each series only the first time stamp is in the file
  std::string frequency_, horizon_, start_;
  bool claims_equal_ = false, claims_complete_ = false;
};

}  // namespace

SeriesSet read_tsf(LineReader& reader, const ReadOptions& options) { return TsfReader(reader, options).read(); }

}  // namespace wavetrain::series
