// How Sequential::save reaches the files library, which the core does not link.
#pragma once

#include <string>

#include "wavetrain/sequential.hpp"

namespace wavetrain {

struct ModelFiles {
  void (*save_model)(const Sequential& model, const std::string& path) = nullptr;
  void (*save_weights)(const Sequential& model, const std::string& path) = nullptr;
  void (*load_weights)(Sequential& model, const std::string& path) = nullptr;
  std::string (*to_json)(const Sequential& model) = nullptr;
};

// Process-wide. Thread-safe, as the last call wins whole; null functions take it back.
void set_model_files(const ModelFiles& functions);

}  // namespace wavetrain
