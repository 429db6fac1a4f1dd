// Data that comes batch by batch: what does not fit into memory, or is made as it is needed (Keras: PyDataset,
// generators).
//
//     class Windows : public DataSource {
//       void restart() override { position_ = 0; }
//       bool next(Batch& batch) override { ...; batch.x = x_; batch.y = y_; return true; }
//     };
//     Windows windows;
//     model.fit(windows, {.epochs = 10});
//
// A memory-mapped file (files/npy.hpp) needs none: a DataView of it goes to `fit` as any other data, and only the rows
// of a batch are read.
#pragma once

#include <functional>
#include <optional>

#include "wavetrain/array.hpp"

namespace wavetrain {

// Some samples. What the views show must stay until the source is asked again.
struct Batch {
  DataView x{};
  DataView y{};
  DataView sample_weight{};
  DataView mask{};  // as FitOptions::mask; in all batches or in none
};

class DataSource {
 public:
  DataSource() = default;
  DataSource(const DataSource&) = delete;
  DataSource& operator=(const DataSource&) = delete;
  virtual ~DataSource() = default;

  // Begins at the front again. Called before every pass, also before the first.
  virtual void restart() = 0;
  // Fills `batch`; false at the end of the pass. The first dimension may differ from batch to batch, the others not.
  virtual bool next(Batch& batch) = 0;
  // How many batches a pass has, where that is known.
  virtual std::optional<Index> batches() const { return std::nullopt; }
};

// A source of two functions.
class FunctionSource final : public DataSource {
 public:
  FunctionSource(std::function<bool(Batch&)> next, std::function<void()> restart)
      : next_(std::move(next)), restart_(std::move(restart)) {}
  void restart() override {
    if (restart_) restart_();
  }
  bool next(Batch& batch) override { return next_(batch); }

 private:
  std::function<bool(Batch&)> next_;
  std::function<void()> restart_;
};

}  // namespace wavetrain
