#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "training/progbar.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/console.hpp"

namespace wavetrain::callbacks {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

class Bar final : public Callback {
 public:
  // Without a bar, batches only matter where nobody knows how many there are.
  bool wants_batches() const override { return dynamic() || params().steps == 0; }

  void on_train_begin() override { fitting_ = true; }
  void on_train_end(const Logs&) override { fitting_ = false; }

  void on_epoch_begin(Index epoch) override {
    start();
    if (params().epochs > 1) print(fmt::format("Epoch {}/{}\n", epoch + 1, params().epochs));
  }
  void on_train_batch_end(Index batch, const Logs& logs) override { update(batch, logs); }
  void on_epoch_end(Index, Logs& logs) override { finish(logs); }

  // `evaluate` inside `fit` shows nothing of its own.
  void on_test_begin() override {
    if (!fitting_) start();
  }
  void on_test_batch_end(Index batch, const Logs& logs) override {
    if (!fitting_) update(batch, logs);
  }
  void on_test_end(const Logs& logs) override {
    if (!fitting_) finish(logs);
  }

  void on_predict_begin() override { start(); }
  void on_predict_batch_end(Index batch) override { update(batch, {}); }
  void on_predict_end() override { finish({}); }

 private:
  bool dynamic() const { return params().verbose != 2 && console_is_terminal(); }

  void start() {
    seen_ = 0;
    if (target_ == 0) target_ = params().steps;
    bar_.emplace(target_, dynamic() ? ProgbarStyle::bar : ProgbarStyle::line, now());
  }

  void update(Index batch, const Logs& logs) {
    seen_ = batch + 1;
    if (!bar_ || !dynamic()) return;
    if (const std::string text = bar_->update(seen_, logs, false, now()); !text.empty()) print(text);
  }

  void finish(const Logs& logs) {
    if (!bar_) return;
    // The number of steps is known from now on.
    if (target_ == 0) bar_->set_target(target_ = seen_);
    if (const std::string text = bar_->update(target_, logs, true, now()); !text.empty()) print(text);
  }

  bool fitting_ = false;
  Index target_ = 0;
  Index seen_ = 0;
  std::optional<Progbar> bar_;
};

}  // namespace

std::shared_ptr<Callback> ProgbarLogger::make() const { return std::make_shared<Bar>(); }

}  // namespace wavetrain::callbacks
