#include "wavetrain/optimizer.hpp"

#include <limits>
#include <map>

#include "training/golden.hpp"
#include "wavetrain/log.hpp"
#include "wavetrain/target.hpp"
#include "wavetrain/threads.hpp"

namespace wavetrain {
namespace {

using namespace optimizers;

const std::vector<GoldenOptimizer>& golden() {
  static const std::vector<GoldenOptimizer> cases{
#include "training/golden/optimizers.inc"
  };
  return cases;
}

// The optimizers of make.py by name.
const std::map<std::string, Optimizer>& cases() {
  using namespace schedules;
  static const std::map<std::string, Optimizer> all{
      {"sgd", "sgd"},
      {"sgd_momentum", SGD{.learning_rate = 0.05, .momentum = 0.9}},
      {"sgd_nesterov", SGD{.learning_rate = 0.05, .momentum = 0.9, .nesterov = true}},
      {"rmsprop", RMSprop{.learning_rate = 0.01}},
      {"rmsprop_momentum", RMSprop{.learning_rate = 0.01, .momentum = 0.5}},
      {"rmsprop_centered", RMSprop{.learning_rate = 0.01, .rho = 0.8, .momentum = 0.3, .centered = true}},
      {"adam", Adam{.learning_rate = 0.01}},
      {"adam_amsgrad", Adam{.learning_rate = 0.01, .beta_2 = 0.5, .amsgrad = true}},
      {"adamw", AdamW{.learning_rate = 0.01, .weight_decay = 0.1}},
      {"adagrad", Adagrad{.learning_rate = 0.1}},
      {"adadelta", Adadelta{.learning_rate = 1.0}},
      {"adamax", Adamax{.learning_rate = 0.01}},
      {"nadam", Nadam{.learning_rate = 0.01}},
      {"ftrl", Ftrl{.learning_rate = 0.1,
                    .l1_regularization_strength = 0.01,
                    .l2_regularization_strength = 0.02,
                    .l2_shrinkage_regularization_strength = 0.03,
                    .beta = 0.1}},
      {"lion", Lion{.learning_rate = 0.01}},
      {"lamb", Lamb{.learning_rate = 0.01}},
      {"sgd_decay", SGD{.learning_rate = 0.1, .weight_decay = 0.2}},
      {"adam_clipnorm", Adam{.learning_rate = 0.01, .epsilon = 0.1, .clipnorm = 0.3}},
      {"adam_global_clipnorm", Adam{.learning_rate = 0.01, .epsilon = 0.1, .global_clipnorm = 0.4}},
      {"adam_clipvalue", Adam{.learning_rate = 0.01, .epsilon = 0.1, .clipvalue = 0.1}},
      {"adam_loss_scale", Adam{.learning_rate = 0.01, .epsilon = 0.1, .loss_scale_factor = 8.0}},
      {"adam_accumulate",
       Adam{.learning_rate = 0.01, .epsilon = 0.1, .clipnorm = 0.2, .gradient_accumulation_steps = 3}},
      {"sgd_accumulate_5", SGD{.learning_rate = 0.1, .gradient_accumulation_steps = 5}},
      {"sgd_ema", SGD{.learning_rate = 0.1, .use_ema = true, .ema_momentum = 0.6}},
      {"sgd_ema_overwrite",
       SGD{.learning_rate = 0.1, .use_ema = true, .ema_momentum = 0.6, .ema_overwrite_frequency = 4}},
      {"adam_ema_accumulate", Adam{.learning_rate = 0.01,
                                   .use_ema = true,
                                   .ema_momentum = 0.6,
                                   .ema_overwrite_frequency = 2,
                                   .gradient_accumulation_steps = 2}},
      {"sgd_schedule",
       SGD{.learning_rate = ExponentialDecay{.initial_learning_rate = 0.1, .decay_steps = 3, .decay_rate = 0.5}}},
      {"adam_schedule_accumulate",
       Adam{.learning_rate = PolynomialDecay{.initial_learning_rate = 0.1, .decay_steps = 9},
            .gradient_accumulation_steps = 2}},
      {"sgd_constraint", SGD{.learning_rate = 0.1}},
      {"adagrad_start",
       Adagrad{.learning_rate = 0.1, .initial_accumulator_value = 0.0, .epsilon = 1e-3, .weight_decay = 0.01}},
      {"adadelta_rho", Adadelta{.learning_rate = 0.7, .rho = 0.8, .epsilon = 1e-4, .clipvalue = 0.2}},
      {"adamax_decay",
       Adamax{.learning_rate = 0.02, .beta_1 = 0.8, .beta_2 = 0.9, .epsilon = 1e-3, .weight_decay = 0.05}},
      {"nadam_betas",
       Nadam{.learning_rate = 0.02, .beta_1 = 0.8, .beta_2 = 0.9, .epsilon = 1e-3, .gradient_accumulation_steps = 2}},
      {"ftrl_power", Ftrl{.learning_rate = 0.1, .learning_rate_power = -0.3, .l1_regularization_strength = 0.02}},
      {"lion_decay", Lion{.learning_rate = 0.01, .beta_1 = 0.7, .beta_2 = 0.8, .weight_decay = 0.3, .use_ema = true}},
      {"lamb_decay",
       Lamb{
           .learning_rate = 0.02, .beta_1 = 0.8, .beta_2 = 0.9, .epsilon = 1e-3, .weight_decay = 0.1, .clipnorm = 0.3}},
      {"schedule_free", ScheduleFreeAdamW{.learning_rate = 0.02}},
      {"schedule_free_warmup", ScheduleFreeAdamW{.learning_rate = 0.05,
                                                 .beta_1 = 0.7,
                                                 .beta_2 = 0.9,
                                                 .epsilon = 1e-3,
                                                 .warmup_steps = 6,
                                                 .weight_decay = 0.1}},
      {"rmsprop_all", RMSprop{.learning_rate = 0.01,
                              .rho = 0.7,
                              .epsilon = 1e-3,
                              .weight_decay = 0.1,
                              .global_clipnorm = 0.3,
                              .use_ema = true,
                              .ema_momentum = 0.8,
                              .loss_scale_factor = 2.0}},
      {"adamw_amsgrad", AdamW{.learning_rate = 0.02, .beta_1 = 0.5, .beta_2 = 0.7, .amsgrad = true, .clipnorm = 0.2}},
      {"adafactor", Adafactor{.learning_rate = 0.5}},
      {"adafactor_options", Adafactor{.learning_rate = 0.2,
                                      .beta_2_decay = -0.6,
                                      .epsilon_1 = 1e-4,
                                      .epsilon_2 = 0.1,
                                      .clip_threshold = 0.7,
                                      .relative_step = false,
                                      .weight_decay = 0.1}},
      {"adafactor_schedule",
       Adafactor{.learning_rate = ExponentialDecay{.initial_learning_rate = 0.5, .decay_steps = 3, .decay_rate = 0.5},
                 .gradient_accumulation_steps = 2}},
      {"muon", Muon{.learning_rate = 0.02}},
      {"muon_options", Muon{.learning_rate = 0.05,
                            .adam_beta_1 = 0.8,
                            .adam_beta_2 = 0.9,
                            .adam_weight_decay = 0.2,
                            .epsilon = 1e-3,
                            .weight_decay = 0.1,
                            .exclude_layers = {"tal+"},
                            .muon_a = 2.0,
                            .muon_b = -1.5,
                            .muon_c = 0.5,
                            .adam_lr_ratio = 0.5,
                            .momentum = 0.8,
                            .ns_steps = 4,
                            .nesterov = false,
                            .rms_rate = std::nullopt}},
      {"muon_embeddings", Muon{.learning_rate = 0.02,
                               .adam_weight_decay = std::nullopt,
                               .global_clipnorm = 0.5,
                               .exclude_embeddings = false}},
      {"lamb_whole", Lamb{.learning_rate = 0.02, .weight_decay = 0.1}},
  };
  return all;
}

// A kernel (2, 3) and a bias (3,), next to each other in memory or not.
struct Weights {
  explicit Weights(Index between = 0) : gap(between), w(Shape{9 + between}), g(Shape{9 + between}) {
    const float values[] = {0.5f, -0.3f, 0.8f, -0.2f, 0.9f, 0.1f, 0.1f, -0.4f, 0.7f};
    for (Index i = 0; i < 9; ++i) w[at(i)] = values[i];
  }
  Index at(Index i) const { return i < 6 ? i : i + gap; }
  std::vector<OptimizerBlock> blocks(const Constraint* constraint = nullptr) {
    return {{w.data(), g.data(), {2, 3}, "kernel", constraint}, {w.data() + at(6), g.data() + at(6), {3}, "bias"}};
  }
  void set_gradient(int step) {
    for (Index i = 0; i < 9; ++i) {
      g[at(i)] = static_cast<float>(0.3 * std::sin(1.7 * double(i) + 0.9 * step) + 0.1 * std::cos(double(step)));
    }
  }
  std::vector<double> values() const {
    std::vector<double> result;
    for (Index i = 0; i < 9; ++i) result.push_back(w[at(i)]);
    return result;
  }

  Index gap;
  Array w, g;
};

std::vector<double> state(const Optimizer& optimizer, std::vector<std::string>* names = nullptr) {
  std::vector<double> numbers;
  for (const OptimizerVariable& variable : optimizer.variables()) {
    if (names) names->push_back(variable.name);
    if (const auto* count = std::get_if<std::int64_t>(&variable.value)) numbers.push_back(static_cast<double>(*count));
    else
      for (const float v : std::get<Array>(variable.value)) numbers.push_back(v);
  }
  return numbers;
}

bool looks_at_whole_weights(const std::string& name) {
  return name.starts_with("adafactor") || name.starts_with("muon") || name == "lamb_whole";
}

// Keras' names of an optimizer's variables as they are here: it gives u_product no name, and Adafactor's means the
// weight's.
std::vector<std::string> our_names(const GoldenOptimizer& golden_case) {
  std::vector<std::string> names = golden_case.variables;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].starts_with("variable")) names[i] = "u_product";
    const bool mean = golden_case.name.starts_with("adafactor") && i + 1 < names.size() && names[i] != "iteration" &&
                      names[i] != "learning_rate" && names[i].find("_velocity") == std::string::npos &&
                      names[i].find("_gradient") == std::string::npos;
    if (mean) names[i] += names[i] == names[i + 1] ? "_r" : "_c";
  }
  return names;
}

void expect_keras(const GoldenOptimizer& expected, const Optimizer& optimizer, const std::vector<double>& weights) {
  expect_close(weights, expected.weights, 2e-6, expected.name);
  std::vector<std::string> names;
  expect_close(state(optimizer, &names), expected.state, 3e-6, expected.name + " state");
  EXPECT_EQ(names, our_names(expected)) << expected.name;
}

// Weights side by side or apart, on each instruction set that the machine has.
std::vector<std::pair<Index, std::string>> weights_and_targets() {
  std::vector<std::pair<Index, std::string>> result;
  for (const std::string& target : supported_targets()) result.insert(result.end(), {{0, target}, {5, target}});
  return result;
}

TEST(Optimizer, TwelveStepsAreKeras) {
  const Constraint constraint = constraints::MaxNorm{.max_value = 0.6};
  for (const GoldenOptimizer& expected : golden()) {
    if (looks_at_whole_weights(expected.name)) continue;
    for (const auto& [gap, target] : weights_and_targets()) {
      set_target(target);
      Optimizer optimizer = cases().at(expected.name);
      Weights weights(gap);
      optimizer.build(weights.blocks(expected.name == "sgd_constraint" ? &constraint : nullptr));
      for (int step = 0; step < 12; ++step) {
        weights.set_gradient(step);
        optimizer.apply();
      }
      optimizer.finalize_variable_values();
      expect_keras(expected, optimizer, weights.values());
      EXPECT_EQ(optimizer.iterations(), 12);
    }
  }
  set_target("");
}

// The weights of make.py's WHOLE_WEIGHTS.
TEST(Optimizer, WholeWeightsAreKeras) {
  const std::vector<std::pair<std::string, Shape>> shapes{
      {"kernel", {2, 3}}, {"tall", {4, 2}}, {"token_embedding", {3, 2}}, {"filters", {3, 2, 2}}, {"bias", {3}}};
  const auto waves = [](double i, const Shape& shape, double speed, double factor) {
    Array values(shape);
    for (Index k = 0; k < values.size(); ++k)
      values[k] = static_cast<float>(factor * std::sin(speed * double(k + 1) + i));
    return values;
  };
  for (const GoldenOptimizer& expected : golden()) {
    if (!looks_at_whole_weights(expected.name)) continue;
    std::vector<Array> w, g;
    std::vector<OptimizerBlock> blocks;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      w.push_back(waves(double(i), shapes[i].second, 1.3, 1));
      g.emplace_back(shapes[i].second);
    }
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      blocks.push_back({w[i].data(), g[i].data(), shapes[i].second, shapes[i].first});
    }
    Optimizer optimizer = cases().at(expected.name);
    optimizer.build(blocks);
    for (int step = 0; step < 6; ++step) {
      for (std::size_t i = 0; i < shapes.size(); ++i) {
        const Array values = waves(double(i) + 0.9 * step, shapes[i].second, 1.7, 0.2);
        std::copy(values.begin(), values.end(), g[i].data());
      }
      optimizer.apply();
    }
    std::vector<double> weights;
    for (const Array& values : w) weights.insert(weights.end(), values.begin(), values.end());
    expect_keras(expected, optimizer, weights);
  }
}

TEST(Optimizer, StateCanBeTakenAlong) {
  for (const auto& [name, settings] : cases()) {
    Optimizer straight = settings;
    Weights a;
    straight.build(a.blocks());
    for (int step = 0; step < 7; ++step) {
      a.set_gradient(step);
      straight.apply();
    }
    Weights b = a;
    Optimizer resumed = settings;
    resumed.build(b.blocks());
    resumed.set_variables(straight.variables());
    for (int step = 7; step < 12; ++step) {
      a.set_gradient(step);
      b.set_gradient(step);
      straight.apply();
      resumed.apply();
    }
    EXPECT_EQ(a.w, b.w) << name;
  }
}

TEST(Optimizer, WrongStateChangesNothing) {
  Optimizer adam = "adam";
  Weights weights;
  adam.build(weights.blocks());
  weights.set_gradient(0);
  adam.apply();
  const std::vector<double> before = state(adam);
  auto variables = adam.variables();
  variables[2].value = Array(Shape{3, 2});
  EXPECT_THROW(adam.set_variables(variables), ValueError);
  variables.pop_back();
  EXPECT_THROW(adam.set_variables(variables), ValueError);
  EXPECT_EQ(state(adam), before);
}

// Many weights, so that parts, merging and threads matter.
Array train_large(Optimizer optimizer, int threads, bool in_pieces) {
  set_num_threads(threads);
  const Index sizes[] = {5, 40000, 1, 16384, 70001};
  Index total = 0;
  for (const Index size : sizes) total += size;
  Array w(Shape{total}), g(Shape{total});
  std::vector<OptimizerBlock> blocks;
  Index offset = 0;
  for (const Index size : sizes) {
    blocks.push_back({w.data() + offset, g.data() + offset, {size}, "w" + std::to_string(size)});
    offset += size;
  }
  for (Index i = 0; i < total; ++i) w[i] = static_cast<float>(std::sin(0.37 * double(i)));
  optimizer.build(blocks);
  for (int step = 0; step < 3; ++step) {
    for (Index i = 0; i < total; ++i) g[i] = static_cast<float>(std::cos(0.11 * double(i) + step));
    if (in_pieces) {
      if (optimizer.begin_step()) {
        for (Index part = optimizer.parts() - 1; part >= 0; --part) optimizer.update(part);
      }
      optimizer.end_step();
    } else {
      optimizer.apply();
    }
  }
  set_num_threads(0);
  return w;
}

TEST(Optimizer, BitsDoNotDependOnThreadsOrPieces) {
  for (const Optimizer& optimizer :
       {Optimizer(Adam{}), Optimizer(Adam{.clipnorm = 1.0}),
        Optimizer(SGD{.weight_decay = 0.1, .global_clipnorm = 0.7}), Optimizer(Lamb{}), Optimizer(Nadam{}),
        Optimizer(Adadelta{}), Optimizer(Adagrad{}), Optimizer(Lion{}), Optimizer(Ftrl{}), Optimizer(Adamax{}),
        Optimizer(ScheduleFreeAdamW{}), Optimizer(Adafactor{}),
        Optimizer(RMSprop{.clipvalue = 0.5, .use_ema = true, .gradient_accumulation_steps = 2})}) {
    const Array one = train_large(optimizer, 1, false);
    EXPECT_EQ(one, train_large(optimizer, 4, false)) << optimizer.class_name();
    EXPECT_EQ(one, train_large(optimizer, 4, true)) << optimizer.class_name();
  }
}

TEST(Optimizer, ClipsByTheWholeNormOfEachWeight) {
  Optimizer sgd = SGD{.learning_rate = 1.0, .clipnorm = 1.0};
  Array w(Shape{50000 + 2}), g(Shape{50000 + 2}, 3.0f);
  sgd.build(
      std::vector<OptimizerBlock>{{w.data(), g.data(), {50000}, "a"}, {w.data() + 50000, g.data() + 50000, {2}, "b"}});
  sgd.apply();
  EXPECT_NEAR(w[7], -1 / std::sqrt(50000.0), 1e-8);
  EXPECT_NEAR(w[50000], -1 / std::sqrt(2.0), 1e-6);
}

TEST(Optimizer, NonFiniteGradientsShow) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::nanf("")}) {
    Weights weights;
    Optimizer sgd = SGD{.global_clipnorm = 1.0};
    sgd.build(weights.blocks());
    weights.g[0] = bad;
    sgd.apply();
    for (const double v : weights.values()) EXPECT_TRUE(std::isnan(v));
  }
}

TEST(Optimizer, ExclusionFromDecay) {
  Optimizer sgd = SGD{.learning_rate = 0.5, .weight_decay = 0.1};
  sgd.exclude_from_weight_decay({"bias", "gamma"});
  Weights weights;
  const std::vector<double> before = weights.values();
  sgd.build(weights.blocks());
  sgd.apply();
  const std::vector<double> after = weights.values();
  EXPECT_NEAR(after[0], before[0] * 0.95, 1e-7);
  EXPECT_EQ(after[8], before[8]);
  EXPECT_THROW(sgd.exclude_from_weight_decay({"kernel"}), ValueError);
}

TEST(Optimizer, LearningRate) {
  Optimizer adam = Adam{.learning_rate = 0.1};
  EXPECT_EQ(adam.learning_rate(), 0.1);
  adam.set_learning_rate(0.05);
  EXPECT_EQ(adam.learning_rate(), 0.05);
  EXPECT_EQ(adam.config().at("config").at("learning_rate"), Config(0.05));
  EXPECT_EQ(Optimizer(adam).learning_rate(), 0.05) << "copies keep it";
  Optimizer scheduled = SGD{
      .learning_rate = schedules::ExponentialDecay{.initial_learning_rate = 1.0, .decay_steps = 1, .decay_rate = 0.5}};
  EXPECT_THROW(scheduled.set_learning_rate(0.1), TypeError);
  Weights weights;
  scheduled.build(weights.blocks());
  EXPECT_EQ(scheduled.learning_rate(), 1.0);
  scheduled.apply();
  EXPECT_EQ(scheduled.learning_rate(), 0.5);
  EXPECT_EQ(std::get<std::int64_t>(scheduled.variables().at(0).value), 1);
  EXPECT_EQ(scheduled.variables().size(), 1u) << "no learning rate in the file";
}

TEST(Optimizer, RefusesWhatCannotWork) {
  EXPECT_THROW(Optimizer(SGD{.momentum = 1.5}), ValueError);
  EXPECT_THROW(Optimizer(Adam{.clipnorm = 1, .clipvalue = 1}), ValueError);
  EXPECT_THROW(Optimizer(Adam{.gradient_accumulation_steps = 1}), ValueError);
  EXPECT_THROW(Optimizer(Adam{.use_ema = true, .ema_momentum = 2}), ValueError);
  EXPECT_THROW(Optimizer(Lion{.beta_1 = 0}), ValueError);
  EXPECT_THROW(Optimizer(Muon{.exclude_layers = {"("}}), ValueError);
  EXPECT_THROW(Optimizer("adaam"), ValueError);
  const auto from = [](Config arguments) {
    return Optimizer(Config::dict({{"class_name", "Adam"}, {"config", std::move(arguments)}}));
  };
  EXPECT_THROW(from(Config::dict({{"learning_rate", 1}})), ValueError) << "Keras wants a float";
  EXPECT_THROW(from(Config::dict({{"lr", 0.1}})), ValueError);
  EXPECT_THROW(Optimizer("adam").apply(), ValueError);
}

TEST(Optimizer, LossScalingIsLeftOut) {
  std::string said;
  const LogSink before = set_log_sink([&](LogLevel, std::string_view message) { said = message; });
  const Config sgd = Optimizer(SGD{.learning_rate = 0.1, .momentum = 0.5}).config();
  const Optimizer optimizer(
      Config::dict({{"class_name", "LossScaleOptimizer"}, {"config", Config::dict({{"inner_optimizer", sgd}})}}));
  set_log_sink(before);
  EXPECT_EQ(optimizer.config(), sgd);
  EXPECT_NE(said.find("LossScaleOptimizer"), std::string::npos);
}

TEST(Optimizer, SettingsRoundTrip) {
  for (const char* name : {"adam", "SGD", "RMSprop", "adamw", "ADAGRAD", "adadelta", "adamax", "nadam", "ftrl", "lion",
                           "adafactor", "muon", "schedulefreeadamw"}) {
    const Optimizer optimizer = name;
    EXPECT_EQ(Optimizer(optimizer.config()), optimizer) << name;
    EXPECT_TRUE(optimizer.config().is_dict()) << name;
  }
  const Optimizer scheduled =
      Adam{.learning_rate = schedules::CosineDecay{.initial_learning_rate = 1e-3, .decay_steps = 100}};
  EXPECT_EQ(Optimizer(scheduled.config()), scheduled);
  EXPECT_EQ(scheduled.config().at("config").at("learning_rate").at("module"), Config("keras.optimizers.schedules"));
}

}  // namespace
}  // namespace wavetrain
