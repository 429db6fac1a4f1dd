#include <cmath>
#include <filesystem>
#include <limits>

#include <gtest/gtest.h>
#include <unistd.h>

#include "wavetrain/error.hpp"
#include "wavetrain/files/npy.hpp"
#include "wavetrain/log.hpp"
#include "wavetrain/series/read.hpp"

namespace wavetrain::series {
namespace {

const float kNaN = std::numeric_limits<float>::quiet_NaN();

class ReadNpy : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("wavetrain_read_npy_" + std::to_string(::getpid()));
};

TEST_F(ReadNpy, ValuesAlone) {
  const Array x(Shape{2, 3, 1}, std::vector<float>{1, 2, 3, 4, kNaN, 6});
  files::write_npy(path("a.npy"), x);
  const SeriesSet set = read_series(path("a.npy"));
  EXPECT_EQ(set.values.shape(), x.shape());
  EXPECT_TRUE(set.has_missing);
  EXPECT_FALSE(set.has_labels());
  files::write_npy(path("b.npy"), Array{{1, 2}, {3, 4}});
  EXPECT_EQ(read_series(path("b.npy")).values.shape(), (Shape{2, 2, 1}));
}

TEST_F(ReadNpy, SaysWhenTimeAndChannelsLookExchanged) {
  std::string said;
  const LogSink before = set_log_sink([&](LogLevel, std::string_view message) { said += message; });
  const auto reading = [&](const Shape& shape, bool channels_first) {
    said.clear();
    files::write_npy(path("a.npy"), Array(shape));
    read_series(path("a.npy"), {.channels_first = channels_first});
    return said;
  };
  EXPECT_NE(reading({2, 3, 40}, false).find("3 time steps of 40 channels"), std::string::npos);
  EXPECT_EQ(reading({2, 3, 40}, true), "");
  EXPECT_EQ(reading({2, 40, 3}, false), "");
  EXPECT_EQ(reading({2, 3, 8}, false), "");  // a short series of a few channels
  set_log_sink(before);
}

TEST_F(ReadNpy, ValuesAndLabels) {
  const Array x(Shape{2, 2, 2}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
  files::write_npz(path("a.npz"), {{"x_train", x}, {"y_train", Labels{3, -1}}});
  const SeriesSet set = read_series(path("a.npz"));
  EXPECT_EQ(set.values, x);
  EXPECT_EQ(set.class_names, (std::vector<std::string>{"-1", "3"}));
  EXPECT_EQ(set.labels, (Labels{1, 0}));
  EXPECT_EQ(read_series(path("a.npz"), {.channels_first = true}).values(0, 0, 1), 3.0f);
  EXPECT_EQ(read_series(path("a.npz"), {.labels = LabelKind::targets}).targets, (Array{3, -1}));
  EXPECT_FALSE(read_series(path("a.npz"), {.labels = LabelKind::none}).has_labels());
  EXPECT_EQ(read_series(path("a.npz"), {.class_names = {"3", "-1"}}).labels, (Labels{0, 1}));
  // The content decides where the name does not.
  std::filesystem::rename(path("a.npz"), path("a.data"));
  EXPECT_EQ(read_series(path("a.data")).values, x);
}

TEST_F(ReadNpy, NamedArrays) {
  const Array x{{1, 2}};
  files::write_npz(path("a.npz"), {{"X_train", x}, {"X_test", x}, {"Y_test", Array{0.5f}}});
  EXPECT_THROW(read_series(path("a.npz")), FileError);
  EXPECT_EQ(read_series(path("a.npz"), {.labels = LabelKind::targets, .x_name = "X_test"}).targets, (Array{0.5f}));
  EXPECT_THROW(read_series(path("a.npz"), {.x_name = "X_test"}), FileError);  // 0.5 is no class
  EXPECT_THROW(read_series(path("a.npz"), {.x_name = "Z"}), FileError);
  files::write_npz(path("b.npz"), {{"curves", x}, {"labels", Array{1}}});
  EXPECT_EQ(read_series(path("b.npz")).labels, (Labels{0}));
}

TEST_F(ReadNpy, PaddingOfNaN) {
  files::write_npy(path("a.npy"), Array{{1, kNaN, kNaN}, {kNaN, 2, 3}});
  const SeriesSet set = read_series(path("a.npy"), {.unequal_length = true});
  EXPECT_EQ(set.lengths, (std::vector<Index>{1, 3}));
  EXPECT_EQ(set.values(0, 2, 0), 0.0f);
  EXPECT_EQ(set.first_missing(), (Position{.sample = 1, .channel = 0, .step = 0}));
}

TEST_F(ReadNpy, Errors) {
  files::write_npy(path("a.npy"), Array{1, 2, 3});
  EXPECT_THROW(read_series(path("a.npy")), FileError);
  files::write_npz(path("b.npz"), {{"x", Array{{1, 2}}}, {"y", Labels{1, 2}}});
  EXPECT_THROW(read_series(path("b.npz")), FileError);
  files::write_npy(path("c.npy"), Array{{1, 2, 3}});
  EXPECT_THROW(read_series(path("c.npy"), {.max_values = 2}), FileError);
  EXPECT_THROW(read_series(path("missing.npy")), FileError);
}

}  // namespace
}  // namespace wavetrain::series
