// wavetrain_read_table_bench [FILE...]: how fast tables are read, in megabytes of csv per second of processor time;
// without files, four kinds of generated text of 64 MB each, from memory.
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include "wavetrain/array.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/series/table.hpp"
#include "wavetrain/series/time_stamps.hpp"

namespace {

using namespace wavetrain;

// Rows of `columns` numbers with `digits` behind the point, with a time stamp in front of each if wanted.
std::string text_of(Index columns, int digits, char point, bool stamps) {
  constexpr std::size_t kSize = std::size_t{64} << 20;
  const Array numbers = random_normal(Shape{4096, columns}, 20, 5, 1);
  std::string text = stamps ? "time" : "";
  for (Index c = 0; c < columns; ++c) text += fmt::format("{}c{}", text.empty() ? "" : ";", c);
  text += '\n';
  for (Index row = 0; text.size() < kSize; ++row) {
    if (stamps) text += series::format_time_stamp(1.6e9 + 60.0 * static_cast<double>(row));
    for (Index c = 0; c < columns; ++c) {
      std::string number = fmt::format("{:.{}f}", numbers[row % 4096 * columns + c], digits);
      if (point == ',') number.replace(number.find('.'), 1, ",");
      text += fmt::format("{}{}", c > 0 || stamps ? ";" : "", number);
    }
    text += '\n';
  }
  return text;
}

void measure(const std::string& name, double bytes, const auto& read) {
  const std::clock_t begin = std::clock();  // time of the processor: other work on the machine does not count
  const series::Table table = read();
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::printf("%-40s %9lld rows %3zu columns %8.1f MB/s\n", name.c_str(), static_cast<long long>(table.rows()),
              table.columns.size(), bytes / 1e6 / seconds);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    for (int i = 1; i < argc; ++i) {
      const std::filesystem::path path = argv[i];
      measure(path.filename().string(), static_cast<double>(std::filesystem::file_size(path)),
              [&] { return series::read_table(path); });
    }
    if (argc > 1) return 0;
    struct Case {
      const char* name;
      Index columns;
      int digits;
      char point;
      bool stamps;
    };
    for (const Case& kind :
         {Case{"8 columns, 5 digits", 8, 5, '.', false}, Case{"8 columns, time stamps", 8, 5, '.', true},
          Case{"1 column, time stamps", 1, 3, '.', true}, Case{"8 columns, decimal commas", 8, 5, ',', false}}) {
      const std::string text = text_of(kind.columns, kind.digits, kind.point, kind.stamps);
      std::istringstream in(text);
      measure(kind.name, static_cast<double>(text.size()), [&] { return series::read_table(in); });
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
