// The arguments of the initializers and the names that they go by.
#include "wavetrain/initializers.hpp"
#include "wavetrain/stft.hpp"

namespace wavetrain {
namespace initializers {
namespace {

constexpr const char* kModule = "keras.initializers";

template <class T>
Description seed_and_axes(const char* class_name) {
  return Describe<T>(class_name, kModule)
      .field("seed", &T::seed)
      .field("input_axes", &T::input_axes)
      .field("output_axes", &T::output_axes);
}

}  // namespace

const Description& Zeros::description() {
  static const Description instance = Describe<Zeros>("Zeros", kModule);
  return instance;
}

const Description& Ones::description() {
  static const Description instance = Describe<Ones>("Ones", kModule);
  return instance;
}

const Description& Constant::description() {
  static const Description instance = Describe<Constant>("Constant", kModule).field("value", &Constant::value);
  return instance;
}

const Description& Identity::description() {
  static const Description instance = Describe<Identity>("Identity", kModule).field("gain", &Identity::gain);
  return instance;
}

const Description& RandomNormal::description() {
  static const Description instance = Describe<RandomNormal>("RandomNormal", kModule)
                                          .field("mean", &RandomNormal::mean)
                                          .field("stddev", &RandomNormal::stddev)
                                          .field("seed", &RandomNormal::seed);
  return instance;
}

const Description& RandomUniform::description() {
  static const Description instance = Describe<RandomUniform>("RandomUniform", kModule)
                                          .field("minval", &RandomUniform::minval)
                                          .field("maxval", &RandomUniform::maxval)
                                          .field("seed", &RandomUniform::seed);
  return instance;
}

const Description& TruncatedNormal::description() {
  static const Description instance = Describe<TruncatedNormal>("TruncatedNormal", kModule)
                                          .field("mean", &TruncatedNormal::mean)
                                          .field("stddev", &TruncatedNormal::stddev)
                                          .field("seed", &TruncatedNormal::seed);
  return instance;
}

const Description& VarianceScaling::description() {
  using T = VarianceScaling;
  static const Description instance =
      Describe<T>("VarianceScaling", kModule)
          .field("scale", &T::scale, positive())
          .field("mode", &T::mode, one_of({"fan_in", "fan_out", "fan_avg"}))
          .field("distribution", &T::distribution,
                 one_of({"normal", "truncated_normal", "untruncated_normal", "uniform"}))
          .field("seed", &T::seed)
          .field("input_axes", &T::input_axes)
          .field("output_axes", &T::output_axes);
  return instance;
}

const Description& GlorotUniform::description() {
  static const Description instance = seed_and_axes<GlorotUniform>("GlorotUniform");
  return instance;
}
const Description& GlorotNormal::description() {
  static const Description instance = seed_and_axes<GlorotNormal>("GlorotNormal");
  return instance;
}
const Description& HeUniform::description() {
  static const Description instance = seed_and_axes<HeUniform>("HeUniform");
  return instance;
}
const Description& HeNormal::description() {
  static const Description instance = seed_and_axes<HeNormal>("HeNormal");
  return instance;
}
const Description& LecunUniform::description() {
  static const Description instance = seed_and_axes<LecunUniform>("LecunUniform");
  return instance;
}
const Description& LecunNormal::description() {
  static const Description instance = seed_and_axes<LecunNormal>("LecunNormal");
  return instance;
}

const Description& Orthogonal::description() {
  static const Description instance =
      Describe<Orthogonal>("Orthogonal", kModule).field("gain", &Orthogonal::gain).field("seed", &Orthogonal::seed);
  return instance;
}

}  // namespace initializers

Registry& InitializerFamily::registry() {
  using namespace initializers;
  static Registry& instance = *[] {
    auto* registry = new Registry("initializer");  // never destroyed: other statics may still use it while they end
    registry->add<InitializerFamily, Zeros>({"zero"});
    registry->add<InitializerFamily, Ones>({"one"});
    registry->add<InitializerFamily, Constant>();
    registry->add<InitializerFamily, Identity>({"IdentityInitializer"});
    registry->add<InitializerFamily, RandomNormal>({"normal"});
    registry->add<InitializerFamily, RandomUniform>({"uniform"});
    registry->add<InitializerFamily, TruncatedNormal>();
    registry->add<InitializerFamily, VarianceScaling>();
    registry->add<InitializerFamily, GlorotUniform>();
    registry->add<InitializerFamily, GlorotNormal>();
    registry->add<InitializerFamily, HeUniform>();
    registry->add<InitializerFamily, HeNormal>();
    registry->add<InitializerFamily, LecunUniform>();
    registry->add<InitializerFamily, LecunNormal>();
    registry->add<InitializerFamily, Orthogonal>({"OrthogonalInitializer"});
    registry->add<InitializerFamily, STFT>({"STFTInitializer"});
    return registry;
  }();
  return instance;
}

}  // namespace wavetrain
