#include "wavetrain/learning_rate.hpp"

#include <map>

#include "training/golden.hpp"

namespace wavetrain {
namespace {

using namespace optimizers::schedules;

TEST(LearningRate, SchedulesAreKeras) {
  const std::vector<GoldenSchedule> golden{
#include "training/golden/schedules.inc"
  };
  const std::map<std::string, LearningRateSchedule> cases{
      {"exponential", ExponentialDecay{0.1, 7, 0.5}},
      {"exponential_staircase",
       ExponentialDecay{.initial_learning_rate = 0.1, .decay_steps = 7, .decay_rate = 0.5, .staircase = true}},
      {"inverse_time", InverseTimeDecay{0.1, 7, 0.5}},
      {"inverse_time_staircase", InverseTimeDecay{0.1, 7, 0.5, true}},
      {"piecewise", PiecewiseConstantDecay{.boundaries = {5, 12}, .values = {1.0, 0.5, 0.1}}},
      {"polynomial", PolynomialDecay{.initial_learning_rate = 0.1, .decay_steps = 10, .power = 2.0}},
      {"polynomial_cycle",
       PolynomialDecay{.initial_learning_rate = 0.1, .decay_steps = 10, .end_learning_rate = 0.01, .cycle = true}},
      {"cosine", CosineDecay{.initial_learning_rate = 0.1, .decay_steps = 20, .alpha = 0.1}},
      {"cosine_warmup",
       CosineDecay{.initial_learning_rate = 0.01, .decay_steps = 20, .warmup_target = 0.1, .warmup_steps = 6}},
      {"restarts",
       CosineDecayRestarts{.initial_learning_rate = 0.1, .first_decay_steps = 5, .m_mul = 0.8, .alpha = 0.05}},
      {"restarts_equal",
       CosineDecayRestarts{.initial_learning_rate = 0.1, .first_decay_steps = 5, .t_mul = 1.0, .m_mul = 0.9}},
  };
  for (const GoldenSchedule& expected : golden) {
    const LearningRateSchedule& schedule = cases.at(expected.name);
    std::vector<double> rates;
    for (Index step = 0; step < 40; ++step) rates.push_back(schedule.at(step));
    expect_close(rates, expected.rates, 1e-7, expected.name);
    EXPECT_EQ(LearningRateSchedule(schedule.config()), schedule) << expected.name;
  }
}

TEST(LearningRate, Refuses) {
  EXPECT_THROW(LearningRateSchedule(ExponentialDecay{0.1, 0, 0.5}), ValueError);
  EXPECT_THROW(LearningRateSchedule(PiecewiseConstantDecay{.boundaries = {1}, .values = {1.0}}), ValueError);
  EXPECT_THROW(Codec<LearningRate>::from_config(Config(1)), ValueError);
  EXPECT_THROW(Codec<LearningRate>::from_config(Config("adam")), ValueError);
}

}  // namespace
}  // namespace wavetrain
