// The arguments of the losses and the names that they go by.
#include <cmath>

#include "wavetrain/losses.hpp"

namespace wavetrain {
namespace losses {
namespace {

constexpr const char* kModule = "keras.losses";

// A fraction; 1 would leave nothing of the labels but is allowed, as in Keras.
Check fraction() { return in_range(0, 1); }

}  // namespace

const Description& MeanSquaredError::description() {
  using T = MeanSquaredError;
  static const Description instance = Describe<T>("MeanSquaredError", kModule)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& MeanAbsoluteError::description() {
  using T = MeanAbsoluteError;
  static const Description instance = Describe<T>("MeanAbsoluteError", kModule)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& MeanAbsolutePercentageError::description() {
  using T = MeanAbsolutePercentageError;
  static const Description instance = Describe<T>("MeanAbsolutePercentageError", kModule)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& MeanSquaredLogarithmicError::description() {
  using T = MeanSquaredLogarithmicError;
  static const Description instance = Describe<T>("MeanSquaredLogarithmicError", kModule)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& Huber::description() {
  using T = Huber;
  static const Description instance = Describe<T>("Huber", kModule)
                                          .field("delta", &T::delta, positive())
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& LogCosh::description() {
  using T = LogCosh;
  static const Description instance = Describe<T>("LogCosh", kModule)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& Poisson::description() {
  using T = Poisson;
  static const Description instance = Describe<T>("Poisson", kModule)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& KLDivergence::description() {
  using T = KLDivergence;
  static const Description instance = Describe<T>("KLDivergence", kModule)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& CosineSimilarity::description() {
  using T = CosineSimilarity;
  static const Description instance = Describe<T>("CosineSimilarity", kModule)
                                          .field("axis", &T::axis)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& Hinge::description() {
  using T = Hinge;
  static const Description instance =
      Describe<T>("Hinge", kModule).field("reduction", &T::reduction).field("name", &T::name).field("dtype", &T::dtype);
  return instance;
}

const Description& SquaredHinge::description() {
  using T = SquaredHinge;
  static const Description instance = Describe<T>("SquaredHinge", kModule)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& CategoricalHinge::description() {
  using T = CategoricalHinge;
  static const Description instance = Describe<T>("CategoricalHinge", kModule)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& BinaryCrossentropy::description() {
  using T = BinaryCrossentropy;
  static const Description instance = Describe<T>("BinaryCrossentropy", kModule)
                                          .field("from_logits", &T::from_logits)
                                          .field("label_smoothing", &T::label_smoothing, fraction())
                                          .field("axis", &T::axis)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& CategoricalCrossentropy::description() {
  using T = CategoricalCrossentropy;
  static const Description instance = Describe<T>("CategoricalCrossentropy", kModule)
                                          .field("from_logits", &T::from_logits)
                                          .field("label_smoothing", &T::label_smoothing, fraction())
                                          .field("axis", &T::axis)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& SparseCategoricalCrossentropy::description() {
  using T = SparseCategoricalCrossentropy;
  static const Description instance = Describe<T>("SparseCategoricalCrossentropy", kModule)
                                          .field("from_logits", &T::from_logits)
                                          .field("ignore_class", &T::ignore_class)
                                          .field("reduction", &T::reduction)
                                          .field("axis", &T::axis)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& BinaryFocalCrossentropy::description() {
  using T = BinaryFocalCrossentropy;
  static const Description instance = Describe<T>("BinaryFocalCrossentropy", kModule)
                                          .field("apply_class_balancing", &T::apply_class_balancing)
                                          .field("alpha", &T::alpha)
                                          .field("gamma", &T::gamma)
                                          .field("from_logits", &T::from_logits)
                                          .field("label_smoothing", &T::label_smoothing, fraction())
                                          .field("axis", &T::axis)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& CategoricalFocalCrossentropy::description() {
  using T = CategoricalFocalCrossentropy;
  static const Description instance = Describe<T>("CategoricalFocalCrossentropy", kModule)
                                          .field("alpha", &T::alpha)
                                          .field("gamma", &T::gamma)
                                          .field("from_logits", &T::from_logits)
                                          .field("label_smoothing", &T::label_smoothing, fraction())
                                          .field("axis", &T::axis)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& CategoricalGeneralizedCrossEntropy::description() {
  using T = CategoricalGeneralizedCrossEntropy;
  static const Description instance =
      Describe<T>("CategoricalGeneralizedCrossEntropy", kModule)
          .field("q", &T::q,
                 [](const Config& value) -> std::string {
                   const double given = value.as_double();
                   return given > 0 && given < 1 ? "" : "a value between 0 and 1, both excluded";
                 })
          .field("reduction", &T::reduction)
          .field("name", &T::name)
          .field("dtype", &T::dtype);
  return instance;
}

const Description& Dice::description() {
  static const Description instance = Describe<Dice>("Dice", kModule)
                                          .field("reduction", &Dice::reduction)
                                          .field("name", &Dice::name)
                                          .field("axis", &Dice::axis)
                                          .field("dtype", &Dice::dtype);
  return instance;
}

const Description& Tversky::description() {
  using T = Tversky;
  static const Description instance = Describe<T>("Tversky", kModule)
                                          .field("alpha", &T::alpha)
                                          .field("beta", &T::beta)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("axis", &T::axis)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& Circle::description() {
  using T = Circle;
  static const Description instance = Describe<T>("Circle", kModule)
                                          .field("gamma", &T::gamma)
                                          .field("margin", &T::margin)
                                          .field("remove_diagonal", &T::remove_diagonal)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

const Description& CTC::description() {
  static const Description instance = Describe<CTC>("CTC", kModule)
                                          .field("reduction", &CTC::reduction)
                                          .field("name", &CTC::name)
                                          .field("dtype", &CTC::dtype);
  return instance;
}

const Description& CompiledCrossentropy::description() {
  using T = CompiledCrossentropy;
  static const Description instance = Describe<T>("CompiledCrossentropy", kModule)
                                          .field("reduction", &T::reduction)
                                          .field("name", &T::name)
                                          .field("dtype", &T::dtype);
  return instance;
}

}  // namespace losses

Registry& LossFamily::registry() {
  using namespace losses;
  static Registry& instance = *[] {
    auto* registry = new Registry("loss");  // never destroyed: other statics may still use it while they end
    registry->add<LossFamily, MeanSquaredError>({"mse"});
    registry->add<LossFamily, MeanAbsoluteError>({"mae"});
    registry->add<LossFamily, MeanAbsolutePercentageError>({"mape"});
    registry->add<LossFamily, MeanSquaredLogarithmicError>({"msle"});
    registry->add<LossFamily, Huber>();
    // logcosh and the other long names are Keras 2's; its files have them.
    registry->add<LossFamily, LogCosh>({"logcosh"});
    registry->add<LossFamily, Poisson>();
    registry->add<LossFamily, KLDivergence>({"kld", "kl_divergence", "kullback_leibler_divergence"});
    registry->add<LossFamily, CosineSimilarity>();
    registry->add<LossFamily, Hinge>();
    registry->add<LossFamily, SquaredHinge>();
    registry->add<LossFamily, CategoricalHinge>();
    registry->add<LossFamily, BinaryCrossentropy>({"bce"});
    registry->add<LossFamily, CategoricalCrossentropy>();
    registry->add<LossFamily, SparseCategoricalCrossentropy>();
    registry->add<LossFamily, BinaryFocalCrossentropy>();
    registry->add<LossFamily, CategoricalFocalCrossentropy>();
    registry->add<LossFamily, CategoricalGeneralizedCrossEntropy>({"categorical_generalized_cross_entropy"});
    registry->add<LossFamily, Dice>();
    registry->add<LossFamily, Tversky>();
    registry->add<LossFamily, Circle>();
    registry->add<LossFamily, CTC>({"ctc"});
    registry->add<LossFamily, Quantile>({"pinball"});
    registry->add<LossFamily, CompiledCrossentropy>({"crossentropy", "ce"});
    return registry;
  }();
  return instance;
}

}  // namespace wavetrain
