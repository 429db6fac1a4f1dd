#include "layers/registry.hpp"

#include "wavetrain/layers.hpp"

namespace wavetrain {

void register_builtin_layers() {
  register_layer<layers::Activation>();
  register_layer<layers::ActivityRegularization>();
  register_layer<layers::AdaptiveAveragePooling1D>();
  register_layer<layers::AdaptiveMaxPooling1D>();
  register_layer<layers::AlphaDropout>();
  register_layer<layers::AveragePooling1D>();
  register_layer<layers::BatchNormalization>();
  register_layer<layers::Bidirectional>();
  register_layer<layers::CategoryEncoding>();
  register_layer<layers::Conv1D>();
  register_layer<layers::Conv1DTranspose>();
  register_layer<layers::ConvLSTM1D>();
  register_layer<layers::Cropping1D>();
  register_layer<layers::Dense>();
  register_layer<layers::DepthwiseConv1D>();
  register_layer<layers::Discretization>();
  register_layer<layers::Dropout>();
  register_layer<layers::ELU>();
  register_layer<layers::EinsumDense>();
  register_layer<layers::Embedding>();
  register_layer<layers::Flatten>();
  register_layer<layers::GRU>();
  register_layer<layers::GRUCell>();
  register_layer<layers::GaussianDropout>();
  register_layer<layers::GaussianNoise>();
  register_layer<layers::GlobalAveragePooling1D>();
  register_layer<layers::GlobalMaxPooling1D>();
  register_layer<layers::GroupNormalization>();
  register_layer<layers::Identity>();
  register_layer<layers::LSTM>();
  register_layer<layers::LSTMCell>();
  register_layer<layers::LayerNormalization>();
  register_layer<layers::LeakyReLU>();
  register_layer<layers::Masking>();
  register_layer<layers::MaxPooling1D>();
  register_layer<layers::Nested>();
  register_layer<layers::Normalization>();
  register_layer<layers::PReLU>();
  register_layer<layers::Permute>();
  register_layer<layers::RMSNormalization>();
  register_layer<layers::RNN>();
  register_layer<layers::ReLU>();
  register_layer<layers::RepeatVector>();
  register_layer<layers::Rescaling>();
  register_layer<layers::Reshape>();
  register_layer<layers::SeparableConv1D>();
  register_layer<layers::SimpleRNN>();
  register_layer<layers::SimpleRNNCell>();
  register_layer<layers::Softmax>();
  register_layer<layers::SpatialDropout1D>();
  register_layer<layers::SpectralNormalization>();
  register_layer<layers::StackedRNNCells>();
  register_layer<layers::TimeDistributed>();
  register_layer<layers::UnitNormalization>();
  register_layer<layers::UpSampling1D>();
  register_layer<layers::ZeroPadding1D>();
}

}  // namespace wavetrain
