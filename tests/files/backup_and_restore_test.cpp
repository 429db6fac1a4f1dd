// BackupAndRestore needs the file formats.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "files/data.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/files/keras_model.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain {
namespace {

using files::testing::TemporaryDirectory;
namespace fs = std::filesystem;

Array ramp(const Shape& shape) {
  Array values(shape);
  for (Index i = 0; i < values.size(); ++i) values[i] = static_cast<float>((i * 7) % 11) / 11 - 0.4f;
  return values;
}

Sequential make_model() {
  set_random_seed(5);
  Sequential model{layers::Flatten{.input_shape = {6, 2}}, layers::Dense{.units = 3, .activation = "tanh"},
                   layers::Dense{.units = 1}};
  model.compile({.optimizer = "adam", .loss = "mse"});
  return model;
}

TEST(BackupAndRestore, TrainingGoesOnWhereItEnded) {
  const TemporaryDirectory directory;
  const std::string folder = (directory.path() / "backup").string();
  const Array x = ramp({9, 6, 2}), y = ramp({9, 1});
  const FitOptions options{.batch_size = 4, .epochs = 5, .verbose = 0, .shuffle = false};
  Sequential straight = make_model();
  straight.fit(x, y, options);

  FitOptions interrupted = options;
  interrupted.callbacks = {callbacks::BackupAndRestore{.backup_dir = folder, .double_checkpoint = true},
                           callbacks::LambdaCallback{.on_epoch_begin = [](Index epoch) {
                             if (epoch == 3) throw std::runtime_error("power cut");
                           }}};
  {
    Sequential first = make_model();
    EXPECT_THROW(first.fit(x, y, interrupted), std::runtime_error);
  }
  std::ifstream metadata(folder + "/training_metadata.json");
  const std::string text{std::istreambuf_iterator<char>(metadata), {}};
  EXPECT_EQ(text, "{\"epoch\": 3, \"batch\": 0}");
  // The last backup is damaged: the one before it is taken.
  std::ofstream(folder + "/latest.weights.h5") << "no weights";
  FitOptions resumed = options;
  resumed.callbacks = {callbacks::BackupAndRestore{.backup_dir = folder}};
  Sequential second = make_model();
  const History history = second.fit(x, y, resumed);
  EXPECT_EQ(history.epoch(), (std::vector<Index>{2, 3, 4}));
  EXPECT_EQ(second.get_weights(), straight.get_weights());
  EXPECT_FALSE(fs::exists(folder)) << "it is removed at the end";
}

TEST(BackupAndRestore, NeedsABuiltModel) {
  const TemporaryDirectory directory;
  Sequential model{layers::Flatten{}, layers::Dense{.units = 1}};
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const std::shared_ptr<Callback> backup = callbacks::BackupAndRestore{.backup_dir = (directory.path() / "b").string()};
  CallbackList list({backup}, &model, {});
  EXPECT_THROW(list.on_train_begin(), ValueError);
}

}  // namespace
}  // namespace wavetrain
