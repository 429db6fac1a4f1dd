// The extension module wavetrain._core: the library as it is, for the Python side to give it Keras' face.
#include "convert.hpp"

NB_MODULE(_core, m) {
  using namespace wavetrain::python;
  nanobind::set_leak_warnings(false);
  register_exceptions();
  bind_registries(m);
  bind_families(m);
  bind_layers(m);
  bind_callbacks(m);
  bind_recorded(m);
  bind_model(m);
  bind_predictor(m);
  bind_search(m);
  bind_process(m);
}
