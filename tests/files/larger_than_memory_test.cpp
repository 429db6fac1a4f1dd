// Training from a file that no memory holds: it is mapped, and only the rows of a batch are read.

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "wavetrain/files/npy.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {
namespace {

constexpr Index kSteps = 65536, kFeatures = 4, kRow = kSteps * kFeatures;  // a row is 1 MiB

// A .npy file of `rows` rows that takes no room on the disk but for its header and one row.
class SparseNpy {
 public:
  explicit SparseNpy(Index rows)
      : path_(std::filesystem::temp_directory_path() / ("wavetrain_sparse_" + std::to_string(getpid()) + ".npy")) {
    std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                       std::to_string(kSteps) + ", " + std::to_string(kFeatures) + "), }";
    dict.resize(117, ' ');
    dict += '\n';
    std::ofstream file(path_, std::ios::binary);
    file.write("\x93NUMPY\1\0", 8);
    file.put(static_cast<char>(dict.size())).put('\0');
    file << dict;
    file.close();
    std::filesystem::resize_file(path_, 128 + static_cast<std::uintmax_t>(rows * kRow) * sizeof(float));
    // The last row is ones.
    const std::vector<float> ones(static_cast<std::size_t>(kRow), 1.0f);
    std::fstream end(path_, std::ios::binary | std::ios::in | std::ios::out);
    end.seekp(-static_cast<std::streamoff>(ones.size() * sizeof(float)), std::ios::end);
    end.write(reinterpret_cast<const char*>(ones.data()), static_cast<std::streamsize>(ones.size() * sizeof(float)));
  }
  ~SparseNpy() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Index physical_memory() {
  return static_cast<Index>(sysconf(_SC_PHYS_PAGES)) * static_cast<Index>(sysconf(_SC_PAGESIZE));
}

// Until it dies, the process gets at most so many bytes more than it has.
class DataLimit {
 public:
  explicit DataLimit(rlim_t more) {
    getrlimit(RLIMIT_DATA, &before_);
    std::ifstream status("/proc/self/status");
    rlim_t has = 0;
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmData:")) has = std::stoull(line.substr(7)) * 1024;
    }
    const rlimit limited{has + more, before_.rlim_max};
    set_ = has > 0 && setrlimit(RLIMIT_DATA, &limited) == 0;
  }
  ~DataLimit() { setrlimit(RLIMIT_DATA, &before_); }
  bool set() const { return set_; }

 private:
  rlimit before_{};
  bool set_ = false;
};

TEST(LargerThanMemory, FitEvaluateAndPredictReadTheRowsOfABatch) {
  const Index rows = 2 * physical_memory() / (kRow * static_cast<Index>(sizeof(float)));
  std::unique_ptr<SparseNpy> file;
  try {
    file = std::make_unique<SparseNpy>(rows);
  } catch (const std::filesystem::filesystem_error& error) {
    GTEST_SKIP() << "this file system has no files of that size: " << error.what();
  }
  Array y(Shape{rows, 1});
  y[rows - 1] = 3.0f;
  const DataView targets = y;
  Sequential model{layers::Input{.shape = {kSteps, kFeatures}}, layers::GlobalAveragePooling1D{},
                   layers::Dense{.units = 1}};
  model.compile({.optimizer = "sgd", .loss = "mse"});

  const DataLimit limit(rlim_t{512} << 20);
  ASSERT_TRUE(limit.set());
#ifndef __SANITIZE_ADDRESS__  // its allocator does not throw but ends the process
  EXPECT_THROW(Array(Shape{rows, kSteps, kFeatures}), std::bad_alloc);  // the limit limits
#endif
  const files::MappedNpy mapped(file->path());
  ASSERT_TRUE(mapped.mapped());
  const DataView& x = mapped.view();
  ASSERT_EQ(x.rows(), rows);
  // Rows from all over the file.
  const History history = model.fit(x, y, {.batch_size = 4, .verbose = 0, .steps_per_epoch = 12});
  EXPECT_EQ(history["loss"].size(), 1u);
  // Its end, in order, through a source.
  Index at = 0;
  FunctionSource source(
      [&](Batch& batch) {
        if (at == 6) return false;
        batch.x = x.slice(rows - 12 + 2 * at, 2);
        batch.y = targets.slice(rows - 12 + 2 * at, 2);
        ++at;
        return true;
      },
      [&at] { at = 0; });
  model.fit(source, {.epochs = 2, .verbose = 0});
  const Array last = model.predict(x.slice(rows - 2, 2));
  EXPECT_NE(last[0], last[1]);  // ones in the last row only
  const Logs logs = model.evaluate(x.slice(rows - 2, 2), targets.slice(rows - 2, 2));
  EXPECT_GT(logs.at("loss"), 0.0);
}

}  // namespace
}  // namespace wavetrain
