#include "training/model_files.hpp"

#include <mutex>

#include <fmt/format.h>

namespace wavetrain {
namespace {

std::mutex mutex;
ModelFiles installed;

ModelFiles functions_for(const std::string& path) {
  const std::lock_guard lock(mutex);
  if (installed.save_model == nullptr || installed.save_weights == nullptr) {
    throw NotSupported(
        fmt::format("Cannot save to '{}': the program has no file formats. Link wavetrain::files and include "
                    "wavetrain/wavetrain.hpp or wavetrain/files/keras_model.hpp.",
                    path));
  }
  return installed;
}

}  // namespace

void set_model_files(const ModelFiles& functions) {
  const std::lock_guard lock(mutex);
  installed = functions;
}

void Sequential::load_weights(const std::string& path) {
  const auto load = functions_for(path).load_weights;
  if (load == nullptr) return TrainingHost::load_weights(path);
  load(*this, path);
}

std::string Sequential::to_json() const {
  const std::lock_guard lock(mutex);
  return installed.to_json == nullptr ? "" : installed.to_json(*this);
}

void Sequential::save(const std::string& path) const { functions_for(path).save_model(*this, path); }
void Sequential::save_weights(const std::string& path) const { functions_for(path).save_weights(*this, path); }

}  // namespace wavetrain
