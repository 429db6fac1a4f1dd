#include "wavetrain/series/read.hpp"

#include <fstream>

#include "series/readers.hpp"
#include "wavetrain/series/labels.hpp"

namespace wavetrain::series {
namespace {

namespace fs = std::filesystem;

Format format_of_extension(const fs::path& path) {
  const std::string extension = lower(path.extension().string());
  if (extension == ".ts") return Format::ts;
  if (extension == ".arff") return Format::arff;
  if (extension == ".mts") return Format::mts;
  if (extension == ".tsf") return Format::tsf;
  if (extension == ".npy") return Format::npy;
  if (extension == ".npz") return Format::npz;
  // .txt, .csv, .tsv and names without an extension say little: sktime writes .ts content into .txt.
  return Format::automatic;
}

// A first line that begins with '@', behind comments, makes a .ts or an .arff file; everything else is UCR text.
Format format_of_content(std::string_view text) {
  const bool has_frequency = text.find("\n@frequency") != std::string_view::npos;  // only .tsf has it
  while (!text.empty()) {
    const std::size_t stop = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, stop));
    text = text.substr(std::min(stop + 1, text.size()));
    if (line.empty() || line == "\r" || line[0] == '%' || line[0] == '#') continue;
    if (line[0] != '@') break;
    const std::string start = lower(line.substr(0, 10));
    if (has_frequency) return Format::tsf;
    return start.starts_with("@relation") || start.starts_with("@attribute") ? Format::arff : Format::ts;
  }
  return Format::ucr;
}

SeriesSet read_text(LineReader& reader, const ReadOptions& options) {
  Format format = options.id_column.empty() ? options.format : Format::long_table;
  if (format == Format::automatic) format = format_of_content(reader.beginning());
  switch (format) {
    case Format::ts: return read_ts(reader, options);
    case Format::arff: return read_arff(reader, options);
    case Format::mts: return read_mts(reader, options);
    case Format::tsf: return read_tsf(reader, options);
    case Format::long_table: return read_long(reader, options);
    case Format::ucr:
    case Format::automatic: return read_ucr(reader, options);
    case Format::npy:
    case Format::npz: break;
  }
  throw ValueError(fmt::format("{}: .npy and .npz are read from files, not from streams.", reader.name()));
}

// max_values of 0 or less would refuse everything.
void check(const ReadOptions& options) {
  if (options.max_values >= 1) return;
  throw ValueError(fmt::format("max_values must be positive. Received: {}", options.max_values));
}

}  // namespace

SeriesSet read_series(std::istream& in, const ReadOptions& options, const std::string& name) {
  check(options);
  LineReader reader(in, name);
  return read_text(reader, options);
}

SeriesSet read_series(const fs::path& path, const ReadOptions& options) {
  check(options);
  ReadOptions chosen = options;
  if (chosen.format == Format::automatic) chosen.format = format_of_extension(path);
  std::ifstream in = open_text(path);
  if (chosen.format == Format::automatic && fs::is_regular_file(path)) {  // a pipe cannot go back
    // Numpy's files are recognised by their first bytes, too.
    char start[6] = {};
    in.read(start, sizeof start);
    if (std::string_view(start, 6) == "\x93NUMPY") chosen.format = Format::npy;
    else if (std::string_view(start, 4) == "PK\x03\x04") chosen.format = Format::npz;
    in.clear();
    in.seekg(0);
  }
  if (chosen.format == Format::npy) return read_npy(path, chosen);
  if (chosen.format == Format::npz) return read_npz(path, chosen);
  return read_series(in, chosen, path.string());
}

SplitSet read_split(const fs::path& train, const fs::path& test, const ReadOptions& options) {
  SplitSet split{read_series(train, options), read_series(test, options)};
  if (split.train.channels() != split.test.channels()) {
    throw ValueError(fmt::format("{} has {} channels, expected {} as in {}", split.test.source, split.test.channels(),
                                 split.train.channels(), split.train.source));
  }
  if (split.train.has_labels() != split.test.has_labels() || split.train.has_targets() != split.test.has_targets()) {
    throw ValueError(
        fmt::format("{} and {} differ in what they predict: one has classes or targets that the other lacks",
                    split.train.source, split.test.source));
  }
  if (split.train.has_labels()) match_classes(split.test, split.train.class_names);
  const Index time = std::max(split.train.time(), split.test.time());
  if (split.train.time() < time) split.train = pad_to(split.train, time);
  if (split.test.time() < time) split.test = pad_to(split.test, time);
  return split;
}

}  // namespace wavetrain::series
