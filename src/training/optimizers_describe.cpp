// The arguments of the optimizers and the names that they go by.
#include "wavetrain/optimizer.hpp"

namespace wavetrain {
namespace optimizers {
namespace {

constexpr const char* kModule = "keras.optimizers";

template <class T>
Describe<T>& common_but_weight_decay(Describe<T>& describe) {
  return describe.field("clipnorm", &T::clipnorm)
      .field("clipvalue", &T::clipvalue)
      .field("global_clipnorm", &T::global_clipnorm)
      .field("use_ema", &T::use_ema)
      .field("ema_momentum", &T::ema_momentum)
      .field("ema_overwrite_frequency", &T::ema_overwrite_frequency)
      .field("loss_scale_factor", &T::loss_scale_factor)
      .field("gradient_accumulation_steps", &T::gradient_accumulation_steps)
      .field("name", &T::name);
}

template <class T>
Description with_common(Describe<T>& describe) {
  return common_but_weight_decay(describe.field("weight_decay", &T::weight_decay));
}

Check fraction() { return in_range(0, 1); }

}  // namespace

const Description& SGD::description() {
  static const Description instance = with_common(Describe<SGD>("SGD", kModule)
                                                      .field("learning_rate", &SGD::learning_rate)
                                                      .field("momentum", &SGD::momentum, fraction())
                                                      .field("nesterov", &SGD::nesterov));
  return instance;
}

const Description& RMSprop::description() {
  static const Description instance = with_common(Describe<RMSprop>("RMSprop", kModule)
                                                      .field("learning_rate", &RMSprop::learning_rate)
                                                      .field("rho", &RMSprop::rho)
                                                      .field("momentum", &RMSprop::momentum)
                                                      .field("epsilon", &RMSprop::epsilon)
                                                      .field("centered", &RMSprop::centered));
  return instance;
}

const Description& Adam::description() {
  static const Description instance = with_common(Describe<Adam>("Adam", kModule)
                                                      .field("learning_rate", &Adam::learning_rate)
                                                      .field("beta_1", &Adam::beta_1)
                                                      .field("beta_2", &Adam::beta_2)
                                                      .field("epsilon", &Adam::epsilon)
                                                      .field("amsgrad", &Adam::amsgrad));
  return instance;
}

const Description& AdamW::description() {
  static const Description instance = common_but_weight_decay(Describe<AdamW>("AdamW", kModule)
                                                                  .field("learning_rate", &AdamW::learning_rate)
                                                                  .field("weight_decay", &AdamW::weight_decay)
                                                                  .field("beta_1", &AdamW::beta_1)
                                                                  .field("beta_2", &AdamW::beta_2)
                                                                  .field("epsilon", &AdamW::epsilon)
                                                                  .field("amsgrad", &AdamW::amsgrad));
  return instance;
}

const Description& Adagrad::description() {
  using T = Adagrad;
  static const Description instance = with_common(Describe<T>("Adagrad", kModule)
                                                      .field("learning_rate", &T::learning_rate)
                                                      .field("initial_accumulator_value", &T::initial_accumulator_value)
                                                      .field("epsilon", &T::epsilon));
  return instance;
}

const Description& Adadelta::description() {
  static const Description instance = with_common(Describe<Adadelta>("Adadelta", kModule)
                                                      .field("learning_rate", &Adadelta::learning_rate)
                                                      .field("rho", &Adadelta::rho)
                                                      .field("epsilon", &Adadelta::epsilon));
  return instance;
}

const Description& Adamax::description() {
  static const Description instance = with_common(Describe<Adamax>("Adamax", kModule)
                                                      .field("learning_rate", &Adamax::learning_rate)
                                                      .field("beta_1", &Adamax::beta_1)
                                                      .field("beta_2", &Adamax::beta_2)
                                                      .field("epsilon", &Adamax::epsilon));
  return instance;
}

const Description& Nadam::description() {
  static const Description instance = with_common(Describe<Nadam>("Nadam", kModule)
                                                      .field("learning_rate", &Nadam::learning_rate)
                                                      .field("beta_1", &Nadam::beta_1)
                                                      .field("beta_2", &Nadam::beta_2)
                                                      .field("epsilon", &Nadam::epsilon));
  return instance;
}

const Description& Ftrl::description() {
  using T = Ftrl;
  const auto not_positive = [](const Config& value) -> std::string {
    return value.as_double() <= 0 ? "" : "a value <= 0";
  };
  static const Description instance = with_common(
      Describe<T>("Ftrl", kModule)
          .field("learning_rate", &T::learning_rate)
          .field("learning_rate_power", &T::learning_rate_power, not_positive)
          .field("initial_accumulator_value", &T::initial_accumulator_value, non_negative())
          .field("l1_regularization_strength", &T::l1_regularization_strength, non_negative())
          .field("l2_regularization_strength", &T::l2_regularization_strength, non_negative())
          .field("l2_shrinkage_regularization_strength", &T::l2_shrinkage_regularization_strength, non_negative())
          .field("beta", &T::beta));
  return instance;
}

const Description& Lion::description() {
  const auto beta = [](const Config& value) -> std::string {
    const double b = value.as_double();
    return b > 0 && b <= 1 ? "" : "a value above 0 and at most 1, since 0 degenerates to SignSGD";
  };
  static const Description instance = with_common(Describe<Lion>("Lion", kModule)
                                                      .field("learning_rate", &Lion::learning_rate)
                                                      .field("beta_1", &Lion::beta_1, beta)
                                                      .field("beta_2", &Lion::beta_2));
  return instance;
}

const Description& Lamb::description() {
  static const Description instance = with_common(Describe<Lamb>("Lamb", kModule)
                                                      .field("learning_rate", &Lamb::learning_rate)
                                                      .field("beta_1", &Lamb::beta_1)
                                                      .field("beta_2", &Lamb::beta_2)
                                                      .field("epsilon", &Lamb::epsilon));
  return instance;
}

const Description& Adafactor::description() {
  using T = Adafactor;
  static const Description instance = with_common(Describe<T>("Adafactor", kModule)
                                                      .field("learning_rate", &T::learning_rate)
                                                      .field("beta_2_decay", &T::beta_2_decay)
                                                      .field("epsilon_1", &T::epsilon_1)
                                                      .field("epsilon_2", &T::epsilon_2)
                                                      .field("clip_threshold", &T::clip_threshold)
                                                      .field("relative_step", &T::relative_step));
  return instance;
}

const Description& Muon::description() {
  using T = Muon;
  static const Description instance = common_but_weight_decay(Describe<T>("Muon", kModule)
                                                                  .field("learning_rate", &T::learning_rate)
                                                                  .field("adam_beta_1", &T::adam_beta_1)
                                                                  .field("adam_beta_2", &T::adam_beta_2)
                                                                  .field("adam_weight_decay", &T::adam_weight_decay)
                                                                  .field("epsilon", &T::epsilon)
                                                                  .field("weight_decay", &T::weight_decay))
                                          .field("exclude_layers", &T::exclude_layers)
                                          .field("exclude_embeddings", &T::exclude_embeddings)
                                          .field("muon_a", &T::muon_a)
                                          .field("muon_b", &T::muon_b)
                                          .field("muon_c", &T::muon_c)
                                          .field("adam_lr_ratio", &T::adam_lr_ratio)
                                          .field("momentum", &T::momentum)
                                          .field("ns_steps", &T::ns_steps, non_negative())
                                          .field("nesterov", &T::nesterov)
                                          .field("rms_rate", &T::rms_rate);
  return instance;
}

const Description& ScheduleFreeAdamW::description() {
  using T = ScheduleFreeAdamW;
  static const Description instance = with_common(Describe<T>("ScheduleFreeAdamW", kModule)
                                                      .field("learning_rate", &T::learning_rate)
                                                      .field("beta_1", &T::beta_1)
                                                      .field("beta_2", &T::beta_2)
                                                      .field("epsilon", &T::epsilon)
                                                      .field("warmup_steps", &T::warmup_steps));
  return instance;
}

}  // namespace optimizers

Registry& OptimizerFamily::registry() {
  using namespace optimizers;
  static Registry& instance = *[] {
    auto* registry = new Registry("optimizer");  // never destroyed: other statics may still use it while they end
    registry->add<OptimizerFamily, SGD>();
    registry->add<OptimizerFamily, RMSprop>();
    registry->add<OptimizerFamily, Adam>();
    registry->add<OptimizerFamily, AdamW>();
    registry->add<OptimizerFamily, Adagrad>();
    registry->add<OptimizerFamily, Adadelta>();
    registry->add<OptimizerFamily, Adamax>();
    registry->add<OptimizerFamily, Nadam>();
    registry->add<OptimizerFamily, Ftrl>();
    registry->add<OptimizerFamily, Lion>();
    registry->add<OptimizerFamily, Lamb>();
    registry->add<OptimizerFamily, Adafactor>();
    registry->add<OptimizerFamily, Muon>();
    registry->add<OptimizerFamily, ScheduleFreeAdamW>();
    return registry;
  }();
  return instance;
}

}  // namespace wavetrain
