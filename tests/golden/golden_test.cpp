// Stored cases: what Keras 3.15.1 computes in double precision for hundreds of small models, and how far Keras' own
// float32 backends are from it. tests/python/parity/goldens.py writes the archives and says what is in them.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/job.hpp"
#include "support/tolerance.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/files/npy.hpp"

namespace wavetrain::tests {
namespace {

Shape shape_of(const Config& list) {
  Shape shape;
  for (const Config& size : list.as_list()) shape.push_back(size.as_int());
  return shape;
}

// One archive in memory.
class Pack {
 public:
  explicit Pack(const std::string& name) {
    for (auto& [key, array] : files::read_npz(std::filesystem::path(WAVETRAIN_TEST_DIR) / "golden" / (name + ".npz"))) {
      arrays_.emplace(key, std::move(array));
    }
    cases_ = files::parse_json(files::as_text(arrays_.at("cases").bytes));
  }

  void check_all() {
    ASSERT_FALSE(cases_.as_list().empty());
    for (const Config& item : cases_.as_list()) check(item);
  }

 private:
  // Takes the next values of a flat array.
  DataView next(const std::string& kind, const Shape& shape) {
    const DataView flat = arrays_.at(kind).view();
    const Index begin = used_[kind];
    used_[kind] += shape.size();
    const auto bytes = static_cast<Index>(size_of(flat.type()));
    Shape strides = ConstView::contiguous_strides(shape);
    for (int axis = 0; axis < shape.rank(); ++axis) strides[axis] *= bytes;
    return DataView(static_cast<const char*>(flat.data()) + begin * bytes, flat.type(), shape, strides);
  }

  void check(const Config& item) {
    const std::string& name = item.at("name").as_string();
    SCOPED_TRACE(name);
    JobData data;
    for (const Config& input : item.at("inputs").as_list()) {
      const Config::List& entry = input.as_list();
      data.emplace(entry[0].as_string(), next(entry[2].as_string(), shape_of(entry[1])));
    }
    const JobResults results = run(item, data);
    for (const Config& expected : item.at("expected").as_list()) {
      const Config::List& entry = expected.as_list();
      SCOPED_TRACE(entry[0].as_string());
      const Shape shape = shape_of(entry[1]);
      const DataView truth = next("expected", shape);
      if (entry[2].is_null()) continue;  // a tensor whose exact gradient is zero
      const auto ours = results.find(entry[0].as_string());
      if (ours == results.end()) {
        ADD_FAILURE() << "not computed";
        continue;
      }
      EXPECT_EQ(ours->second.shape(), shape);
      const std::span<const double> r(static_cast<const double*>(truth.data()), static_cast<std::size_t>(shape.size()));
      EXPECT_TRUE(within(ours->second.span(), r, entry[2].as_double()));
    }
  }

  // Everything that the job computes, with the optimizer's state when it saves a file. What it throws fails the case.
  static JobResults run(const Config& item, const JobData& data) {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / ("golden_" + name);
    std::filesystem::create_directories(folder);
    JobResults results;
    try {
      results = Job(item, data, folder).run();
      if (const auto file = folder / "wavetrain.after.keras"; std::filesystem::exists(file)) {
        results.merge(optimizer_state(file));
      }
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    std::filesystem::remove_all(folder);
    return results;
  }

  std::map<std::string, files::TypedArray> arrays_;
  std::map<std::string, Index> used_;
  Config cases_;
};

TEST(Golden, Convolutions) { Pack("conv").check_all(); }
TEST(Golden, Pooling) { Pack("pooling").check_all(); }
TEST(Golden, DenseAndFlatten) { Pack("dense").check_all(); }
TEST(Golden, ActivationsAndNormalisation) { Pack("activations_and_normalisation").check_all(); }
TEST(Golden, Layers) { Pack("layers").check_all(); }
TEST(Golden, LayerGradients) { Pack("layer_gradients").check_all(); }
TEST(Golden, LSTM) { Pack("lstm").check_all(); }
TEST(Golden, GRU) { Pack("gru").check_all(); }
TEST(Golden, SimpleRNN) { Pack("simple_rnn").check_all(); }
TEST(Golden, Networks) { Pack("networks").check_all(); }
TEST(Golden, Masks) { Pack("masked").check_all(); }
TEST(Golden, Training) { Pack("training").check_all(); }

}  // namespace
}  // namespace wavetrain::tests
