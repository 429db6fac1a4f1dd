#include "core/naming.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace wavetrain {
namespace {

// Each was printed by keras.src.utils.naming.to_snake_case.
TEST(NamingTest, SnakeCaseIsKeras) {
  const std::pair<const char*, const char*> cases[] = {
      {"ReLU", "re_lu"},
      {"PReLU", "p_re_lu"},
      {"LeakyReLU", "leaky_re_lu"},
      {"ELU", "elu"},
      {"Conv1D", "conv1d"},
      {"Conv1DTranspose", "conv1d_transpose"},
      {"MaxPooling1D", "max_pooling1d"},
      {"LSTM", "lstm"},
      {"GRU", "gru"},
      {"SimpleRNN", "simple_rnn"},
      {"ConvLSTM1D", "conv_lstm1d"},
      {"RMSNormalization", "rms_normalization"},
      {"SpatialDropout1D", "spatial_dropout1d"},
      {"UpSampling1D", "up_sampling1d"},
      {"StackedRNNCells", "stacked_rnn_cells"},
      {"IoU", "io_u"},
      {"FBetaScore", "f_beta_score"},
      {"Dense", "dense"},
      {"BatchNormalization", "batch_normalization"},
      {"LSTMCell", "lstm_cell"},
      {"TimeDistributed", "time_distributed"},
      {"GlobalAveragePooling1D", "global_average_pooling1d"},
      {"SeparableConv1D", "separable_conv1d"},
      {"already_snake", "already_snake"},
      {"", ""},
      {"A", "a"},
      {"My-Layer 2", "my_layer2"},
      {"AaBbCc", "aa_bb_cc"},
      {"aB", "a_b"},
      {"ABc", "a_bc"},
      {"_Private", "__private"},
      {"MSE", "mse"},
      {"R2Score", "r2_score"},
      {"RMSprop", "rm_sprop"},
      {"AdamW", "adam_w"},
      {"SGD", "sgd"},
      {"L1L2", "l1l2"},
      {"MeanIoU", "mean_io_u"},
      {"F1Score", "f1_score"},
      {"AUC", "auc"},
      {"GLU", "glu"},
      {"my layer!", "mylayer"},
  };
  for (const auto& [class_name, expected] : cases) EXPECT_EQ(to_snake_case(class_name), expected) << class_name;
}

TEST(NamingTest, RepeatedNamesAreNumbered) {
  UniqueNames names;
  EXPECT_EQ(names.next("dense"), "dense");
  EXPECT_EQ(names.next("conv1d"), "conv1d");
  EXPECT_EQ(names.next("dense"), "dense_1");
  EXPECT_EQ(names.next("dense"), "dense_2");
}

}  // namespace
}  // namespace wavetrain
