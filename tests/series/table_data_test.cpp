// The public tables at hand: forecasting sets, NAB, and the published error of repeating the last value.

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

#include "support/shared_data.hpp"
#include "wavetrain/series/normalize.hpp"
#include "wavetrain/series/windows.hpp"

namespace wavetrain::series {
namespace {

TEST(TableData, ExchangeRatesHaveNumbersAsNames) {
  WAVETRAIN_SHARED_DATA(path, "forecasting/exchange_rate.csv");
  const Table table = read_table(path);
  EXPECT_EQ(table.values.shape(), (Shape{7588, 8}));
  EXPECT_EQ(table.columns, (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7"}));
  EXPECT_EQ(table.time_stamps(), nullptr);
  EXPECT_EQ(table.values(0, 2), 0.861698f);
}

TEST(TableData, RepeatingExchangeRatesHasThePublishedError) {
  WAVETRAIN_SHARED_DATA(path, "forecasting/exchange_rate.csv");
  Table table = read_table(path);
  const TimeSplit split = split_in_time(table.rows(), 0.7, 0.2);
  const Normalizer scaler = Normalizer::fit(Scaling::global, table.values.view().slice(0, split.train.last));
  scaler.apply(table.values);
  struct Row {
    Index horizon, windows;
    double mse, mae;
  };
  for (const Row row : {Row{96, 1422, 0.0811, 0.1964}, Row{192, 1326, 0.1671, 0.2887}}) {
    const Windows windows = make_windows(table, {.window = 336, .horizon = row.horizon, .target_rows = split.test});
    EXPECT_EQ(windows.size(), row.windows);
    const ForecastError error = naive_forecast_error(windows);
    EXPECT_NEAR(error.mse, row.mse, 5e-5);
    EXPECT_NEAR(error.mae, row.mae, 5e-5);
  }
}

struct Expected {
  const char* file;
  Index rows;
  const char* time;
  const char* value;
  const char* first_stamp;
  float first, last;
};

TEST(TableData, ForecastingFilesWithTimeStamps) {
  for (const Expected& expected :
       {Expected{"monthly-sunspots.csv", 2820, "Month", "Sunspots", "1749-01", 58.0f, 33.4f},
        Expected{"AirPassengers.csv", 144, "Month", "#Passengers", "1949-01", 112, 432},
        Expected{"temps.csv", 3650, "Date", "Daily minimum temperatures", "1/1/1981", 20.7f, 13.0f}}) {
    WAVETRAIN_SHARED_DATA(path, std::string("forecasting/") + expected.file);
    const Table table = read_table(path);
    SCOPED_TRACE(expected.file);
    EXPECT_EQ(table.values.shape(), (Shape{expected.rows, 1}));
    EXPECT_EQ(table.columns, std::vector<std::string>{expected.value});
    ASSERT_NE(table.time_stamps(), nullptr);
    EXPECT_EQ(table.time_stamps()->name, expected.time);
    EXPECT_EQ(table.time_stamps()->size(), expected.rows);
    EXPECT_EQ((*table.time_stamps())[0], expected.first_stamp);
    EXPECT_EQ(table.values[0], expected.first);
    EXPECT_EQ(table.values[expected.rows - 1], expected.last);
  }
}

TEST(TableData, NabFilesHaveTheirNumberOfRows) {
  struct Folder {
    const char* name;
    Index rows;
  };
  for (const Folder folder : {Folder{"artificialNoAnomaly", 20160}, Folder{"artificialWithAnomaly", 24192},
                              Folder{"realKnownCause", 69561}}) {
    WAVETRAIN_SHARED_DATA(path, std::string("anomaly/NAB/data/") + folder.name);
    Index rows = 0;
    for (const auto& file : std::filesystem::directory_iterator(path)) {
      const Table table = read_table(file.path());
      EXPECT_EQ(table.columns, std::vector<std::string>{"value"});
      EXPECT_EQ(table.time_stamps()->name, "timestamp");
      rows += table.rows();
    }
    EXPECT_EQ(rows, folder.rows);
  }
}

TEST(TableData, TheSeriesOfTheKerasExampleHasItsMoments) {
  WAVETRAIN_SHARED_DATA(path, "anomaly/NAB/data/artificialNoAnomaly/art_daily_small_noise.csv");
  const Table table = read_table(path);
  const Normalizer scaler = Normalizer::fit(Scaling::global, table.values);
  const double n = static_cast<double>(table.rows());
  EXPECT_NEAR(scaler.means()[0], 42.438353, 1e-6);
  EXPECT_NEAR(scaler.deviations()[0] * std::sqrt(n / (n - 1)), 28.077122, 1e-6);
}

TEST(TableData, ResultFilesOfNabRead) {
  WAVETRAIN_SHARED_DATA(path, "anomaly/NAB/results/windowedGaussian/realKnownCause/windowedGaussian_nyc_taxi.csv");
  const Table table = read_table(path);
  EXPECT_EQ(table.columns.size(), 6u);
  EXPECT_EQ(table.column_index("anomaly_score"), 1);
  EXPECT_EQ(table.rows(), 10320);
}

}  // namespace
}  // namespace wavetrain::series
