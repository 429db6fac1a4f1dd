#include "core/snake_case.hpp"

#include <gtest/gtest.h>

namespace wavetrain {
namespace {

// From keras.src.utils.naming.to_snake_case.
TEST(SnakeCase, AsKeras) {
  const std::pair<const char*, const char*> cases[] = {
      {"Dense", "dense"},
      {"Conv1D", "conv1d"},
      {"Conv1DTranspose", "conv1d_transpose"},
      {"MaxPooling1D", "max_pooling1d"},
      {"GlobalAveragePooling1D", "global_average_pooling1d"},
      {"ReLU", "re_lu"},
      {"PReLU", "p_re_lu"},
      {"LeakyReLU", "leaky_re_lu"},
      {"ELU", "elu"},
      {"LSTM", "lstm"},
      {"LSTMCell", "lstm_cell"},
      {"SimpleRNN", "simple_rnn"},
      {"StackedRNNCells", "stacked_rnn_cells"},
      {"ConvLSTM1D", "conv_lstm1d"},
      {"RMSNormalization", "rms_normalization"},
      {"SpatialDropout1D", "spatial_dropout1d"},
      {"UpSampling1D", "up_sampling1d"},
      {"RMSprop", "rm_sprop"},
      {"AdamW", "adam_w"},
      {"SGD", "sgd"},
      {"L1L2", "l1l2"},
      {"MeanIoU", "mean_io_u"},
      {"FBetaScore", "f_beta_score"},
      {"F1Score", "f1_score"},
      {"AUC", "auc"},
      {"GLU", "glu"},
      {"my layer!", "mylayer"},
      {"", ""},
  };
  for (const auto& [name, expected] : cases) EXPECT_EQ(snake_case(name), expected) << name;
}

}  // namespace
}  // namespace wavetrain
