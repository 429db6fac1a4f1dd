#include "training/progbar.hpp"

#include "training/golden.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/console.hpp"

namespace wavetrain {
namespace {

TEST(Progbar, WritesWhatKerasWrites) {
  const std::vector<GoldenProgbar> golden{
#include "training/golden/progbar.inc"
  };
  for (const GoldenProgbar& expected : golden) {
    const Index steps = expected.target > 0 ? std::min<Index>(expected.target, 5) : 5;
    double now = 1000;
    std::string text;
    Progbar bar(expected.target, expected.verbose == 1 ? ProgbarStyle::bar : ProgbarStyle::line, now);
    for (Index step = 1; step <= steps; ++step) {
      now += step == 1 ? 2.0 : 1 / expected.speed;
      const auto s = static_cast<double>(step);
      if (expected.verbose == 1) {
        const Logs logs{{"accuracy", 0.1 * s / static_cast<double>(steps)}, {"loss", 3.0 / (s * s * s)}};
        text += bar.update(step, logs, false, now);
      }
    }
    if (expected.target == 0) bar.set_target(steps);
    const Index last = expected.target > 0 ? expected.target : steps;
    text += bar.update(last, {{"loss", -0.00012}, {"val_loss", 12.5}}, true, now);
    EXPECT_EQ(text, expected.text) << expected.target << " steps at " << expected.speed << " per second";
  }
}

// Runs two epochs of three batches with the logger and gives back what it printed.
std::string training_output(int verbose, bool terminal) {
  std::string text;
  const Console before = set_console({[&text](std::string_view part) { text += part; }, terminal});
  CallbackList list({callbacks::ProgbarLogger{}}, nullptr, {.verbose = verbose, .epochs = 2, .steps = 3});
  list.on_train_begin();
  for (Index epoch = 0; epoch < 2; ++epoch) {
    list.on_epoch_begin(epoch);
    if (list.wants_batches()) {
      for (Index batch = 0; batch < 3; ++batch) list.on_train_batch_end(batch, {{"loss", 0.5}});
    }
    list.on_test_begin();
    list.on_test_end({{"loss", 0.25}});
    Logs logs{{"loss", 0.5}, {"val_loss", 0.25}};
    list.on_epoch_end(epoch, logs);
  }
  list.on_train_end({});
  set_console(before);
  return text;
}

TEST(ProgbarLogger, OneLinePerEpochWithoutATerminal) {
  for (const int verbose : {1, 2}) {
    std::string text = training_output(verbose, false);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\b'), std::string::npos);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
    EXPECT_EQ(text.substr(0, 21), "Epoch 1/2\n3/3 - 0s - ");
    EXPECT_NE(text.find(" - loss: 0.5000 - val_loss: 0.2500\nEpoch 2/2\n3/3 - "), std::string::npos) << text;
  }
  EXPECT_EQ(training_output(2, true).find('\x1b'), std::string::npos);
}

TEST(ProgbarLogger, ABarOnATerminal) {
  const std::string text = training_output(1, true);
  EXPECT_EQ(text.substr(0, 11), "Epoch 1/2\n\r");
  EXPECT_NE(text.find("\x1b[1m3/3\x1b[0m \x1b[32m"), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
}

}  // namespace
}  // namespace wavetrain
