// Files that versions of Keras from 2.2 to 3.15 wrote (make_version_fixtures.py): each loads, predicts what that version
// predicted, and goes on with training as that version did.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "files/data.hpp"
#include "files/log_recorder.hpp"
#include "wavetrain/files/keras_archive.hpp"
#include "wavetrain/files/keras_model.hpp"
#include "wavetrain/files/npy.hpp"
#include "wavetrain/files/zip.hpp"
#include "wavetrain/layers.hpp"

namespace wavetrain {
namespace {

using namespace files;
using files::testing::data_file;
using files::testing::data_path;
using files::testing::LogRecorder;
using files::testing::TemporaryDirectory;

// What one version wrote, unpacked.
class Version {
 public:
  explicit Version(const std::string& name) {
    const Bytes archive = data_file("versions/" + name + ".zip");
    const ZipReader outer(archive, name);
    const Bytes inner = outer.read("files.zip");
    const ZipReader zip(inner, name);
    for (const std::string& member : zip.names()) {
      const Bytes content = zip.read(member);
      std::ofstream(folder_ / member, std::ios::binary) << as_text(content);
      members_.push_back(member);
    }
  }

  const std::vector<std::string>& members() const { return members_; }
  bool has(const std::string& member) const {
    return std::find(members_.begin(), members_.end(), member) != members_.end();
  }
  std::string path(const std::string& member) const { return folder_ / member; }
  Array array(const std::string& member) const { return read_npy(path(member)).to_array(); }

 private:
  TemporaryDirectory folder_;
  std::vector<std::string> members_;
};

void expect_close(const Array& actual, const Array& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(actual.shape(), expected.shape()) << what;
  double worst = 0;
  for (Index i = 0; i < actual.size(); ++i) {
    const double error = std::abs(double{actual[i]} - expected[i]);
    worst = std::isnan(error) ? error : std::max(worst, error);
  }
  EXPECT_LE(worst, tolerance) << what;
}

// Where a version did one of several things: the one that is nearest to `y`.
Array nearest(const Array& several, const Array& y) {
  if (several.shape().rank() == y.shape().rank()) return several;
  Array best(y.shape());
  double least = std::numeric_limits<double>::infinity();
  for (Index first = 0; first < several.size(); first += y.size()) {
    double distance = 0;
    for (Index i = 0; i < y.size(); ++i) distance = std::max(distance, std::abs(double{several[first + i]} - y[i]));
    if (distance >= least) continue;
    least = distance;
    std::copy_n(several.begin() + first, y.size(), best.begin());
  }
  return best;
}

bool ends_with_model(const std::string& member) {
  return (member.ends_with(".h5") && !member.ends_with("weights.h5")) || member.ends_with(".keras");
}

bool is_refused(const std::string& member) {
  return member.starts_with("branched") || member.starts_with("with_lambda");
}

bool names_its_optimizer(const std::string& path) {
  const Bytes file = read_file(path);
  if (!ZipReader::recognises(file)) return true;
  const Config config = parse_keras_archive(file).config;
  const Config* compilation = config.find("compile_config");
  return compilation != nullptr && compilation->find("optimizer") != nullptr;
}

// Whether every layer of a stored model is known here.
bool is_known(const std::string& member) {
  const auto starts = [&](const char* name) { return member.starts_with(name); };
  if (starts("bits")) return find_layer_class("SeparableConv1D") != nullptr && find_layer_class("PReLU") != nullptr;
  if (starts("normalised")) return find_layer_class("LayerNormalization") != nullptr;
  if (starts("wrapped")) return find_layer_class("Bidirectional") != nullptr;
  if (starts("masked")) return find_layer_class("Embedding") != nullptr;
  return true;
}

class KerasVersions : public ::testing::TestWithParam<std::string> {};

TEST_P(KerasVersions, ModelsPredictAndTrainOn) {
  const Version version(GetParam());
  int models = 0, continued = 0;
  for (const std::string& member : version.members()) {
    if (!ends_with_model(member) || is_refused(member)) continue;
    SCOPED_TRACE(member);
    const std::string name = member.substr(0, member.find('.'));
    const LogRecorder log;
    try {
      if (!is_known(member)) continue;
      Sequential model = load_model(version.path(member));
      const Array x = version.array(name + ".x.npy");
      expect_close(model.predict(x), version.array(name + ".y.npy"), 2e-6, "predictions");
      EXPECT_TRUE(model.compiled());
      ++models;
      // A convolution's bias before a BatchNormalization has no gradient but noise, which Adam makes large.
      // An Embedding's gradient on TensorFlow is a list of rows, of which equal ones are squared one by one; elsewhere, as on
      // JAX, they are added up before.
      if (!version.has(name + ".next.npy") || name == "chain" || name == "masked") continue;
      // Keras 3 forgets the optimizer in a model's settings once it has written an .h5 file; its own default, RMSprop, takes
      // the place when the file is read, there as here.
      if (member.ends_with(".keras") && !names_its_optimizer(version.path(member))) continue;
      // Nadam of Keras 2 was another algorithm before 2.11, and multiplies its product too often since.
      if (name == "optimizer_nadam" && GetParam().find("-2.") != std::string::npos) continue;
      // Keras 2 does not write the state of its older optimizers into .keras files.
      if (member == "optimizer_decaying.keras" || member == "optimizer_legacy_adam.keras") continue;
      EXPECT_EQ(log.text(), "");
      // Keras before 2.3 counts steps only where they matter.
      const bool counted = GetParam() != "keras-2.2.4" ||
                           (name != "optimizer_rmsprop" && !name.starts_with("optimizer_ada")) ||
                           name.starts_with("optimizer_adam");
      EXPECT_TRUE(model.optimizer().built()) << "no optimizer state";
      if (counted) {
        EXPECT_GT(model.optimizer().iterations(), 0) << "no optimizer state";
      }
      const Array next = version.array(name + ".next.npy");
      // Keras 2.2 and 2.3 on TensorFlow 1 read step count, weights and accumulators before or after they change, now so, now
      // so: only plain SGD has few enough outcomes.
      if (GetParam().starts_with("keras-2.") && !name.starts_with("optimizer_sgd")) continue;
      model.train_on_batch(x, version.array(name + ".t.npy"));
      const Array y = model.predict(x);
      expect_close(y, nearest(next, y), 5e-6, "after one more step");
      ++continued;
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
  EXPECT_GE(models, 8);
  EXPECT_GE(continued, GetParam().starts_with("keras-2.") ? 2 : 5);
}

TEST_P(KerasVersions, WeightsLoadIntoTheSameModel) {
  const Version version(GetParam());
  const Array x = version.array("conv.x.npy"), y = version.array("conv.y.npy");
  for (const char* file : {"conv.h5", "conv_weights.h5", "conv.weights.h5", "conv.keras"}) {
    if (!version.has(file)) continue;
    SCOPED_TRACE(file);
    // A functional model's to_json is tried by ModelsPredictAndTrainOn's chain.
    std::ifstream json(version.path("conv.json"));
    const std::string text((std::istreambuf_iterator<char>(json)), std::istreambuf_iterator<char>());
    Sequential model = model_from_json(text);
    ASSERT_FALSE(model.predict(x)[0] == y[0]);
    load_weights(model, version.path(file));
    expect_close(model.predict(x), y, 2e-6, "predictions");
  }
}

TEST_P(KerasVersions, RefusesByName) {
  const Version version(GetParam());
  const auto message = [&](const std::string& member) -> std::string {
    try {
      load_model(version.path(member));
    } catch (const NotSupported& error) {
      return error.what();
    }
    return "";
  };
  if (version.has("branched.h5")) {
    EXPECT_NE(message("branched.h5").find("sum"), std::string::npos) << message("branched.h5");
  }
  if (version.has("with_lambda.h5")) {
    EXPECT_NE(message("with_lambda.h5").find("Layer 'twice' (Lambda)"), std::string::npos) << message("with_lambda.h5");
  }
}

std::vector<std::string> versions() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(data_path("versions"))) {
    if (entry.path().extension() == ".zip") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Files, KerasVersions, ::testing::ValuesIn(versions()), [](const auto& file) {
  std::string name = file.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

}  // namespace
}  // namespace wavetrain
