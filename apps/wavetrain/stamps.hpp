// Time stamps of rows, also behind the end of a table.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "wavetrain/series/table.hpp"
#include "wavetrain/series/time_stamps.hpp"

namespace wavetrain::app {

class StampsAhead {
 public:
  explicit StampsAhead(const series::Table& table) : column_(table.time_stamps()) {
    if (column_ == nullptr) return;
    for (Index row = std::max<Index>(0, column_->size() - 100); row < column_->size(); ++row) {
      const std::optional<double> seconds = series::parse_time_stamp((*column_)[row]);
      if (!seconds) return;
      last_.push_back(*seconds);
    }
    step_ = series::usual_step(last_);
  }

  bool any() const { return column_ != nullptr; }
  std::string name() const { return column_->name.empty() ? "time" : column_->name; }
  // "" behind the end when the stamps cannot be read. Months (steps of 28 to 31 days on the same day) go on as months.
  std::string at(Index row) const {
    if (column_ == nullptr) return "";
    if (row < column_->size()) return std::string((*column_)[row]);
    if (last_.empty() || !(step_ > 0)) return "";
    const auto ahead = static_cast<double>(row - column_->size() + 1);
    constexpr double kDay = 86400;
    if (step_ < 28 * kDay || step_ > 31 * kDay) return series::format_time_stamp(last_.back() + ahead * step_);
    std::string text = series::format_time_stamp(last_.back());
    const Index month = std::stoll(text.substr(5, 2)) - 1 + static_cast<Index>(ahead);
    const Index year = std::stoll(text.substr(0, 4)) + month / 12;
    const std::string day = (*column_)[column_->size() - 1].size() == 7 ? "" : "-" + text.substr(8);
    return fmt::format("{:04}-{:02}{}", year, month % 12 + 1, day);
  }

 private:
  const series::TextColumn* column_;
  std::vector<double> last_;
  double step_ = 0;
};

}  // namespace wavetrain::app
