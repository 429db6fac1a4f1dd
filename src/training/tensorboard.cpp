#include <algorithm>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "training/event_file.hpp"
#include "wavetrain/callbacks.hpp"

namespace wavetrain::callbacks {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// A weight as pictures: a vector is one row, a matrix one picture lying on its longer side, (K, C, F) one picture (K,
// C) for each F; dimensions of 1 are left out. At most three, as TensorBoard's default.
std::vector<Picture> pictures_of(const Array& weight) {
  constexpr Index kMost = 3;
  Shape shape;
  for (const Index dim : weight.shape()) {
    if (dim != 1) shape.push_back(dim);
  }
  const auto make = [&weight](Index rows, Index columns, Index start, Index row_stride, Index column_stride) {
    Picture picture{rows, columns, {}};
    for (Index r = 0; r < rows; ++r) {
      for (Index c = 0; c < columns; ++c) picture.values.push_back(weight[start + r * row_stride + c * column_stride]);
    }
    return picture;
  };
  if (weight.empty() || shape.rank() == 0 || shape.rank() > 3) return {};
  if (shape.rank() == 1) return {make(1, shape[0], 0, 0, 1)};
  if (shape.rank() == 2 && shape[0] > shape[1]) return {make(shape[1], shape[0], 0, 1, shape[1])};
  if (shape.rank() == 2) return {make(shape[0], shape[1], 0, shape[1], 1)};
  std::vector<Picture> result;
  for (Index f = 0; f < std::min(shape[2], kMost); ++f) {
    result.push_back(make(shape[0], shape[1], f, shape[1] * shape[2], shape[2]));
  }
  return result;
}

class Board final : public Callback {
 public:
  explicit Board(const TensorBoard& settings) : settings_(settings) {}

  bool wants_batches() const override { return settings_.update_freq.batches() > 0; }

  void on_train_begin() override {
    train_.reset();
    validation_.reset();
    train_batches_ = 0;
    if (!settings_.write_graph) return;
    const std::string json = model().to_json();
    if (!json.empty()) train().keras_model("keras", json, 0);
  }

  void on_train_end(const Logs&) override {
    train_.reset();
    validation_.reset();
  }

  void on_test_end(const Logs& logs) override {
    for (const auto& [name, value] : logs) {
      validation().scalar(fmt::format("evaluation_{}_vs_iterations", name), value, model().optimizer().iterations());
    }
    validation().flush();
  }

  void on_train_batch_begin(Index) override {
    ++train_batches_;
    batch_start_ = Clock::now();
  }

  void on_train_batch_end(Index, const Logs& logs) override {
    if (train_batches_ % settings_.update_freq.batches() != 0) return;
    if (settings_.write_steps_per_second) {
      train().scalar("batch_steps_per_second", 1 / seconds_since(batch_start_), train_batches_);
    }
    for (const auto& [name, value] : logs) train().scalar("batch_" + name, value, train_batches_);
  }

  void on_epoch_begin(Index) override {
    epoch_start_ = Clock::now();
    iterations_before_ = model().optimizer().iterations();
  }

  void on_epoch_end(Index epoch, Logs& logs) override {
    if (logs.empty()) return;
    for (const auto& [name, value] : logs) {
      if (name.starts_with("val_")) validation().scalar("epoch_" + name.substr(4), value, epoch);
      else if (name != "learning_rate") train().scalar("epoch_" + name, value, epoch);
    }
    train().scalar("epoch_learning_rate", model().optimizer().learning_rate(), epoch);
    if (settings_.write_steps_per_second) {
      const auto steps = static_cast<double>(model().optimizer().iterations() - iterations_before_);
      train().scalar("epoch_steps_per_second", steps / seconds_since(epoch_start_), epoch);
    }
    if (settings_.histogram_freq > 0 && epoch % settings_.histogram_freq == 0) log_weights(epoch);
    train().flush();
    if (validation_) validation_->flush();
  }

 private:
  EventFile& train() { return file(train_, "train"); }
  EventFile& validation() { return file(validation_, "validation"); }
  EventFile& file(std::optional<EventFile>& held, const char* folder) {
    if (!held) held.emplace(fmt::format("{}/{}", settings_.log_dir, folder));
    return *held;
  }

  void log_weights(Index epoch) {
    for (const auto& [path, weight] : model().weights_by_path()) {
      train().histogram(path + "/histogram", weight.span(), epoch);
      if (settings_.write_images) train().pictures(path + "/image", pictures_of(weight), epoch);
    }
  }

  TensorBoard settings_;
  std::optional<EventFile> train_, validation_;
  std::int64_t train_batches_ = 0;
  std::int64_t iterations_before_ = 0;
  Clock::time_point batch_start_, epoch_start_;
};

}  // namespace

UpdateFrequency::UpdateFrequency(const std::string& text) : batches_(text == "batch" ? 1 : 0) {
  if (text != "batch" && text != "epoch") {
    throw ValueError(fmt::format("`update_freq` is 'epoch', 'batch' or a number of batches. Received: '{}'", text));
  }
}

UpdateFrequency::UpdateFrequency(Index batches) : batches_(batches) {
  if (batches <= 0) throw ValueError(fmt::format("update_freq needs at least 1 batch. Received: {}", batches));
}

const Description& TensorBoard::description() {
  using T = TensorBoard;
  const auto zero = [](const Config& value) -> std::string {
    return value == Config(0) ? "" : "0: it is not supported here";
  };
  static const Description instance = Describe<T>("TensorBoard", "keras.callbacks")
                                          .field("log_dir", &T::log_dir)
                                          .field("histogram_freq", &T::histogram_freq, non_negative())
                                          .field("write_graph", &T::write_graph)
                                          .field("write_images", &T::write_images)
                                          .field("write_steps_per_second", &T::write_steps_per_second)
                                          .field("update_freq", &T::update_freq)
                                          .field("profile_batch", &T::profile_batch, zero)
                                          .field("embeddings_freq", &T::embeddings_freq, zero)
                                          .field("embeddings_metadata", &T::embeddings_metadata);
  return instance;
}

std::shared_ptr<Callback> TensorBoard::make() const {
  description().validate(this);
  return std::make_shared<Board>(*this);
}

}  // namespace wavetrain::callbacks

namespace wavetrain {

Config Codec<callbacks::UpdateFrequency>::to_config(const callbacks::UpdateFrequency& value) {
  return value.batches() == 0 ? Config("epoch") : value.batches() == 1 ? Config("batch") : Config(value.batches());
}

callbacks::UpdateFrequency Codec<callbacks::UpdateFrequency>::from_config(const Config& config) {
  if (config.is_string()) return config.as_string();
  return Codec<Index>::from_config(config);
}

}  // namespace wavetrain
