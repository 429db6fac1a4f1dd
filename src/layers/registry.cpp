#include "layers/registry.hpp"

#include "wavetrain/layers.hpp"

namespace wavetrain {

void register_builtin_layers() {
  register_layer<layers::Activation>();
  register_layer<layers::AveragePooling1D>();
  register_layer<layers::BatchNormalization>();
  register_layer<layers::Bidirectional>();
  register_layer<layers::Conv1D>();
  register_layer<layers::Dense>();
  register_layer<layers::Dropout>();
  register_layer<layers::Embedding>();
  register_layer<layers::Flatten>();
  register_layer<layers::GRU>();
  register_layer<layers::GRUCell>();
  register_layer<layers::GlobalAveragePooling1D>();
  register_layer<layers::GlobalMaxPooling1D>();
  register_layer<layers::LSTM>();
  register_layer<layers::LSTMCell>();
  register_layer<layers::Masking>();
  register_layer<layers::MaxPooling1D>();
  register_layer<layers::Nested>();
  register_layer<layers::RNN>();
  register_layer<layers::ReLU>();
  register_layer<layers::SimpleRNN>();
  register_layer<layers::SimpleRNNCell>();
  register_layer<layers::Softmax>();
  register_layer<layers::StackedRNNCells>();
  register_layer<layers::TimeDistributed>();
}

}  // namespace wavetrain
