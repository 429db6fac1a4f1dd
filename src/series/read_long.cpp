// A table with many series below each other: one row per time step, a column that says which series it belongs to, and
// perhaps one with its class or target, the same in all its rows. The rows of a series need not stand together.
#include <algorithm>
#include <unordered_map>

#include "series/csv.hpp"
#include "series/readers.hpp"
#include "wavetrain/series/labels.hpp"
#include "wavetrain/series/table.hpp"

namespace wavetrain::series {
namespace {

const TextColumn& text_column(const Table& table, const std::string& name) {
  for (const TextColumn& column : table.text) {
    if (column.name == name) return column;
  }
  std::vector<std::string> names = table.columns;
  for (const TextColumn& column : table.text) names.push_back(column.name);
  throw ValueError(
      fmt::format("{}: there is no column {}. Columns: {}", table.source, in_quotes(name), in_quotes_all(names)));
}

// Rows of each series in the order of the file, series in the order of their first row.
struct Groups {
  std::vector<std::string> names;
  std::vector<std::vector<Index>> rows;
};
Groups group(const TextColumn& ids) {
  Groups groups;
  std::unordered_map<std::string, std::size_t> known;
  for (Index row = 0; row < ids.size(); ++row) {
    const auto [found, added] = known.try_emplace(std::string(ids[row]), groups.names.size());
    if (added) {
      groups.names.emplace_back(ids[row]);
      groups.rows.emplace_back();
    }
    groups.rows[found->second].push_back(row);
  }
  return groups;
}

}  // namespace

SeriesSet read_long(LineReader& reader, const ReadOptions& options) {
  if (options.id_column.empty()) throw ValueError(fmt::format("{}: a long table needs an id column.", reader.name()));
  TableOptions table_options{.separator = options.separator,
                             .decimal_comma = options.decimal_comma,
                             .text_columns = {options.id_column},
                             .max_values = options.max_values};
  const bool labelled = options.labels != LabelKind::none && !options.label_name.empty();
  if (labelled) table_options.text_columns.push_back(options.label_name);
  if (!options.time_column.empty()) table_options.time_column = options.time_column;
  const Table table = read_table(reader, table_options);
  const Groups groups = group(text_column(table, options.id_column));
  const std::vector<std::string>& columns = options.columns.empty() ? table.columns : options.columns;
  std::vector<Index> positions;
  for (const std::string& column : columns) positions.push_back(table.column_index(column));

  SeriesSet set;
  set.source = table.source;
  set.notes = table.notes;
  set.names = groups.names;
  set.channel_names = columns;
  const auto samples = static_cast<Index>(groups.rows.size()), channels = static_cast<Index>(positions.size());
  Index time = 0;
  for (const std::vector<Index>& rows : groups.rows) time = std::max(time, static_cast<Index>(rows.size()));
  if (samples * time > options.max_values / channels) {
    throw ValueError(fmt::format("{}: {} series of up to {} steps and {} channels are more than the {} values allowed.",
                                 table.source, samples, time, channels, options.max_values));
  }
  set.values = Array(Shape{samples, time, channels});
  const TextColumn* stamps = table.time_stamps();
  for (std::size_t i = 0; i < groups.rows.size(); ++i) {
    const std::vector<Index>& rows = groups.rows[i];
    set.lengths.push_back(static_cast<Index>(rows.size()));
    if (stamps != nullptr) set.time_stamps.emplace_back();
    for (std::size_t t = 0; t < rows.size(); ++t) {
      for (Index c = 0; c < channels; ++c) {
        const float value = table.values(rows[t], positions[static_cast<std::size_t>(c)]);
        set.values(static_cast<Index>(i), static_cast<Index>(t), c) = value;
        set.has_missing = set.has_missing || value != value;
      }
      if (stamps != nullptr) set.time_stamps.back().emplace_back((*stamps)[rows[t]]);
    }
  }
  set.equal_length = std::all_of(set.lengths.begin(), set.lengths.end(), [&](Index length) { return length == time; });
  if (!labelled) return set;

  const TextColumn& labels = text_column(table, options.label_name);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < groups.rows.size(); ++i) {
    const std::string_view first = labels[groups.rows[i][0]];
    for (const Index row : groups.rows[i]) {
      if (labels[row] == first) continue;
      throw ValueError(fmt::format("{}: series {} has the labels {} and {}, expected one for all its rows",
                                   table.source, in_quotes(groups.names[i]), in_quotes(first), in_quotes(labels[row])));
    }
    names.push_back(options.labels == LabelKind::targets ? std::string(first) : canonical_label(first));
  }
  if (options.labels == LabelKind::targets) {
    set.targets = Array(Shape{samples});
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (parse_field(names[i], set.targets[static_cast<Index>(i)])) continue;
      throw ValueError(fmt::format("{}: {} of series {}, expected a number to predict", table.source,
                                   explain_bad_value(names[i]), in_quotes(groups.names[i])));
    }
    return set;
  }
  EncodedLabels encoded;
  if (options.class_names.empty()) encoded = encode_labels(names);
  else encoded = {options.class_names, encode_with_classes(names, options.class_names)};
  set.class_names = std::move(encoded.class_names);
  set.labels = std::move(encoded.labels);
  return set;
}

}  // namespace wavetrain::series
