#include "wavetrain/series/write.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "series/text.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/npy.hpp"

namespace wavetrain::series {
namespace {

// The fewest digits that give the same float again.
void append(std::string& text, float value, std::string_view missing) {
  if (std::isnan(value)) text += missing;
  else fmt::format_to(std::back_inserter(text), "{}", value);
}

const std::string& class_of(const SeriesSet& set, Index i) {
  return set.class_names[static_cast<std::size_t>(set.labels[i])];
}

void check_targets(const SeriesSet& set, const char* format) {
  if (!set.has_targets() || set.targets.size() == set.samples()) return;
  throw ValueError(fmt::format("{} holds one number to predict for each series. Received: targets of shape {}", format,
                               to_string(set.targets.shape())));
}

void check_names(const SeriesSet& set, const char* format) {
  for (const std::string& name : set.class_names) {
    if (!name.empty() && name.find_first_of(" \t\r\n,:\"") == std::string::npos) continue;
    throw ValueError(
        fmt::format("{} cannot hold class names with blanks, commas or colons. Received: {}", format, in_quotes(name)));
  }
}

// Where shorter series are padded with NaN, one that ends in a missing value would come back shorter.
void check_ends(const SeriesSet& set, const char* format) {
  for (Index i = 0; i < set.samples(); ++i) {
    const Index last = set.lengths[static_cast<std::size_t>(i)] - 1;
    bool missing = last >= 0;
    for (Index c = 0; c < set.channels() && missing; ++c) missing = std::isnan(set.values(i, last, c));
    if (missing) {
      throw ValueError(
          fmt::format("{} cannot tell a missing value at the end of a series from its end: series {}. "
                      "Expected a name that ends in .ts.",
                      format, i));
    }
  }
}

std::string to_ts(const SeriesSet& set, const std::string& name) {
  check_names(set, ".ts");
  check_targets(set, ".ts");
  const bool stamps = !set.time_stamps.empty();
  std::string text = fmt::format("@problemName {}\n@timeStamps {}\n@missing {}\n@univariate {}\n", name, stamps,
                                 set.has_missing, set.channels() == 1);
  if (set.channels() > 1) text += fmt::format("@dimensions {}\n", set.channels());
  text += fmt::format("@equalLength {}\n", set.equal_length);
  if (set.equal_length) text += fmt::format("@seriesLength {}\n", set.time());
  if (set.has_labels()) text += fmt::format("@classLabel true {}\n", fmt::join(set.class_names, " "));
  else text += set.has_targets() ? "@targetLabel true\n" : "@classLabel false\n";
  text += "@data\n";
  for (Index i = 0; i < set.samples(); ++i) {
    const auto sample = static_cast<std::size_t>(i);
    for (Index c = 0; c < set.channels(); ++c) {
      if (c > 0) text += ':';
      for (Index t = 0; t < set.lengths[sample]; ++t) {
        if (t > 0) text += ',';
        if (stamps) text += fmt::format("({},", set.time_stamps[sample][static_cast<std::size_t>(t)]);
        append(text, set.values(i, t, c), "?");
        if (stamps) text += ')';
      }
    }
    if (set.has_labels()) text += ":" + class_of(set, i);
    else if (set.has_targets()) append(text += ':', set.targets[i], "?");
    text += '\n';
  }
  return text;
}

std::string to_ucr(const SeriesSet& set, char separator) {
  if (set.channels() > 1) {
    throw ValueError(
        fmt::format("Text of the UCR archive holds series of one channel. Received: {} channels; expected "
                    "a name that ends in .ts.",
                    set.channels()));
  }
  check_names(set, "Text of the UCR archive");
  check_targets(set, "Text of the UCR archive");
  check_ends(set, "Text of the UCR archive");
  std::string text;
  for (Index i = 0; i < set.samples(); ++i) {
    std::string row;
    if (set.has_labels()) row = class_of(set, i);
    else if (set.has_targets()) append(row, set.targets[i], "NaN");
    const Index length = set.lengths[static_cast<std::size_t>(i)];
    for (Index t = 0; t < set.time(); ++t) {
      if (!row.empty()) row += separator;
      if (t < length) append(row, set.values(i, t, Index{0}), "NaN");
      else row += "NaN";
    }
    (text += row) += '\n';
  }
  return text;
}

void write_npz(const std::filesystem::path& path, const SeriesSet& set) {
  check_ends(set, ".npz");
  Array values = set.values;
  for (Index i = 0; i < set.samples(); ++i) {
    for (Index t = set.lengths[static_cast<std::size_t>(i)]; t < set.time(); ++t) {
      for (Index c = 0; c < set.channels(); ++c) values(i, t, c) = std::numeric_limits<float>::quiet_NaN();
    }
  }
  std::vector<std::pair<std::string, DataView>> arrays{{"x", DataView(values)}};
  std::vector<std::int64_t> labels;
  if (set.has_labels()) {
    for (Index i = 0; i < set.samples(); ++i) {
      Index number = 0;
      if (!parse_integer(class_of(set, i), number)) {
        throw ValueError(
            fmt::format(".npz holds labels that are whole numbers. Received: {}; expected a name that "
                        "ends in .ts.",
                        in_quotes(class_of(set, i))));
      }
      labels.push_back(number);
    }
    arrays.emplace_back("y", DataView(labels));
  } else if (set.has_targets()) {
    arrays.emplace_back("y", DataView(set.targets));
  }
  files::write_npz(path, arrays);
}

// In quotes where a reader would take it apart.
void append_field(std::string& text, std::string_view field) {
  if (field.find_first_of(",\"\n\r") == std::string_view::npos && trimmed(field) == field) {
    text += field;
    return;
  }
  text += '"';
  for (const char c : field) text.append(c == '"' ? 2 : 1, c);
  text += '"';
}

}  // namespace

void write_series(const std::filesystem::path& path, const SeriesSet& set) {
  const std::string ending = path.extension().string();
  if (ending == ".ts") {
    std::string name = path.stem().string();
    std::replace_if(name.begin(), name.end(), is_blank, '_');
    files::write_file_atomically(path, to_ts(set, name));
  } else if (ending == ".csv" || ending == ".tsv") {
    files::write_file_atomically(path, to_ucr(set, ending == ".csv" ? ',' : '\t'));
  } else if (ending == ".npz") {
    write_npz(path, set);
  } else {
    throw ValueError(
        fmt::format("Series are written to .ts, .csv, .tsv and .npz. Received: {}", in_quotes(path.string())));
  }
}

void write_table(const std::filesystem::path& path, const Table& table) {
  if (path.extension() != ".csv") {
    throw ValueError(fmt::format("Tables are written to .csv. Received: {}", in_quotes(path.string())));
  }
  std::vector<const TextColumn*> words;
  if (const TextColumn* stamps = table.time_stamps()) words.push_back(stamps);
  for (const TextColumn& column : table.text) {
    if (&column != table.time_stamps()) words.push_back(&column);
  }
  std::string text;
  const auto separate = [&](bool first) {
    if (!first) text += ',';
  };
  for (std::size_t k = 0; k < words.size(); ++k) {
    separate(k == 0);
    append_field(text, words[k]->name);
  }
  for (std::size_t k = 0; k < table.columns.size(); ++k) {
    separate(k == 0 && words.empty());
    append_field(text, table.columns[k]);
  }
  text += '\n';
  for (Index row = 0; row < table.rows(); ++row) {
    const std::size_t start = text.size();
    for (std::size_t k = 0; k < words.size(); ++k) {
      separate(k == 0);
      append_field(text, (*words[k])[row]);
    }
    for (std::size_t k = 0; k < table.columns.size(); ++k) {
      separate(k == 0 && words.empty());
      append(text, table.values(row, static_cast<Index>(k)), "");
    }
    if (text.size() == start) text += "NaN";  // an empty line would be no row
    text += '\n';
  }
  files::write_file_atomically(path, text);
}

}  // namespace wavetrain::series
