#include "wavetrain/callbacks.hpp"

namespace wavetrain::callbacks {
namespace {

class Swapper final : public Callback {
 public:
  explicit Swapper(const SwapEMAWeights& settings) : settings_(settings) {}

  void on_epoch_begin(Index) override {
    if (settings_.swap_on_epoch) take(false);
  }

  void on_epoch_end(Index epoch, Logs&) override {
    if (!settings_.swap_on_epoch) return;
    take(true);
    // At the end of `fit` the averages become the weights; they are what the model has now.
    if (epoch == params().epochs - 1) model().averages_from_weights();
  }

  void on_test_begin() override { take(true); }
  void on_test_end(const Logs&) override { take(false); }
  void on_predict_begin() override { take(true); }
  void on_predict_end() override { take(false); }

 private:
  void take(bool averages) {
    if (averages == averaged_) return;
    model().swap_averages();
    averaged_ = averages;
  }

  SwapEMAWeights settings_;
  bool averaged_ = false;  // the model has the averages
};

}  // namespace

const Description& SwapEMAWeights::description() {
  static const Description instance = Describe<SwapEMAWeights>("SwapEMAWeights", "keras.callbacks")
                                          .field("swap_on_epoch", &SwapEMAWeights::swap_on_epoch);
  return instance;
}

std::shared_ptr<Callback> SwapEMAWeights::make() const { return std::make_shared<Swapper>(*this); }

}  // namespace wavetrain::callbacks
