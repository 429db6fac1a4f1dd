// Texts are those of Keras 3.15.1 on TensorFlow, printed by make_summaries.py.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "training/text_table.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {
namespace {

class Summary : public ::testing::Test {
 protected:
  void SetUp() override { clear_session(); }

  static std::string in_80_columns(const Sequential& model, const SummaryOptions& options = {}) {
    ::setenv("COLUMNS", "80", 1);
    return "\n" + model.summary(options);
  }
  static Sequential classify() {
    return Sequential({layers::Conv1D{.filters = 32, .kernel_size = 3, .activation = "relu", .input_shape = {100, 1}},
                       layers::MaxPooling1D{.pool_size = 2}, layers::Flatten{},
                       layers::Dense{.units = 128, .activation = "relu"},
                       layers::Dense{.units = 1, .activation = "sigmoid"}});
  }
};

TEST_F(Summary, Classify) {
  Sequential model = classify();
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy"});
  model.train_on_batch(Array(Shape{2, 100, 1}, 0.0f), Array(Shape{2, 1}, 0.0f));
  EXPECT_EQ(in_80_columns(model), R"(
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ conv1d (Conv1D)                 │ (None, 98, 32)         │           128 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ max_pooling1d (MaxPooling1D)    │ (None, 49, 32)         │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ flatten (Flatten)               │ (None, 1568)           │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense (Dense)                   │ (None, 128)            │       200,832 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense_1 (Dense)                 │ (None, 1)              │           129 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 603,269 (2.30 MB)
 Trainable params: 201,089 (785.50 KB)
 Non-trainable params: 0 (0.00 B)
 Optimizer params: 402,180 (1.53 MB)
)");
}

TEST_F(Summary, Trainable) {
  const Sequential model = classify();
  Layer(model.layers()[0]).set_trainable(false);
  EXPECT_EQ(in_80_columns(model, {.show_trainable = true}), R"(
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━┓
┃ Layer (type)                ┃ Output Shape          ┃    Param # ┃ Trai… ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━┩
│ conv1d (Conv1D)             │ (None, 98, 32)        │        128 │   N   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ max_pooling1d               │ (None, 49, 32)        │          0 │   -   │
│ (MaxPooling1D)              │                       │            │       │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ flatten (Flatten)           │ (None, 1568)          │          0 │   -   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ dense (Dense)               │ (None, 128)           │    200,832 │   Y   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ dense_1 (Dense)             │ (None, 1)             │        129 │   Y   │
└─────────────────────────────┴───────────────────────┴────────────┴───────┘
 Total params: 201,089 (785.50 KB)
 Trainable params: 200,961 (785.00 KB)
 Non-trainable params: 128 (512.00 B)
)");
}

TEST_F(Summary, OpensModelsInside) {
  const Sequential deep({layers::Dense{.units = 2, .name = "c"}}, "deep");
  const Sequential inner({layers::Dense{.units = 4, .name = "a"}, layers::Nested{deep}}, "inner");
  const Sequential model({layers::Conv1D{.filters = 4, .kernel_size = 3, .name = "conv", .input_shape = {6, 3}},
                          layers::Nested{inner}, layers::Dense{.units = 1, .name = "last"}},
                         "model");
  EXPECT_EQ("\n" + model.summary({.line_length = 80, .expand_nested = true}), R"(
Model: "model"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                      ┃ Output Shape             ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ conv (Conv1D)                     │ (None, 4, 4)             │            40 │
├───────────────────────────────────┼──────────────────────────┼───────────────┤
│ inner (Sequential)                │ (None, 4, 2)             │            30 │
├───────────────────────────────────┼──────────────────────────┼───────────────┤
│    └ a (Dense)                    │ (None, 4, 4)             │            20 │
├───────────────────────────────────┼──────────────────────────┼───────────────┤
│    └ deep (Sequential)            │ (None, 4, 2)             │            10 │
├───────────────────────────────────┼──────────────────────────┼───────────────┤
│       └ c (Dense)                 │ (None, 4, 2)             │            10 │
├───────────────────────────────────┼──────────────────────────┼───────────────┤
│ last (Dense)                      │ (None, 4, 1)             │             3 │
└───────────────────────────────────┴──────────────────────────┴───────────────┘
 Total params: 73 (292.00 B)
 Trainable params: 73 (292.00 B)
 Non-trainable params: 0 (0.00 B)
)");
}

TEST_F(Summary, Narrow) {
  EXPECT_EQ("\n" + classify().summary({.line_length = 40}), R"(
Model: "sequential"
┏━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━┓
┃                 ┃ Output     ┃ Param ┃
┃ Layer (type)    ┃ Shape      ┃     # ┃
┡━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━┩
│ conv1d (Conv1D) │ (None, 98, │   128 │
│                 │ 32)        │       │
├─────────────────┼────────────┼───────┤
│ max_pooling1d   │ (None, 49, │     0 │
│ (MaxPooling1D)  │ 32)        │       │
├─────────────────┼────────────┼───────┤
│ flatten         │ (None,     │     0 │
│ (Flatten)       │ 1568)      │       │
├─────────────────┼────────────┼───────┤
│ dense (Dense)   │ (None,     │ 200,… │
│                 │ 128)       │       │
├─────────────────┼────────────┼───────┤
│ dense_1 (Dense) │ (None, 1)  │   129 │
└─────────────────┴────────────┴───────┘
 Total params: 201,089 (785.50 KB)
 Trainable params: 201,089 (785.50 KB)
 Non-trainable params: 0 (0.00 B)
)");
}

TEST_F(Summary, Channels) {
  const Sequential model(
      {layers::Conv1D{.filters = 64, .kernel_size = 5, .activation = "relu", .input_shape = {100, 3}},
       layers::BatchNormalization{}, layers::Conv1D{.filters = 128, .kernel_size = 3, .activation = "relu"},
       layers::GlobalAveragePooling1D{}, layers::Dense{.units = 10, .activation = "softmax"}},
      "sequential");
  EXPECT_EQ(in_80_columns(model), R"(
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ conv1d (Conv1D)                 │ (None, 96, 64)         │         1,024 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ batch_normalization             │ (None, 96, 64)         │           256 │
│ (BatchNormalization)            │                        │               │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ conv1d_1 (Conv1D)               │ (None, 94, 128)        │        24,704 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ global_average_pooling1d        │ (None, 128)            │             0 │
│ (GlobalAveragePooling1D)        │                        │               │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense (Dense)                   │ (None, 10)             │         1,290 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 27,274 (106.54 KB)
 Trainable params: 27,146 (106.04 KB)
 Non-trainable params: 128 (512.00 B)
)");
}

TEST_F(Summary, Recurrent) {
  const Sequential model(
      {layers::Conv1D{.filters = 64, .kernel_size = 7, .activation = "relu", .input_shape = {200, 1}},
       layers::MaxPooling1D{.pool_size = 2}, layers::LSTM{.units = 128, .return_sequences = true},
       layers::LSTM{.units = 64}, layers::Dense{.units = 1}},
      "sequential");
  EXPECT_EQ(in_80_columns(model), R"(
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ conv1d (Conv1D)                 │ (None, 194, 64)        │           512 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ max_pooling1d (MaxPooling1D)    │ (None, 97, 64)         │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ lstm (LSTM)                     │ (None, 97, 128)        │        98,816 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ lstm_1 (LSTM)                   │ (None, 64)             │        49,408 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense (Dense)                   │ (None, 1)              │            65 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 148,801 (581.25 KB)
 Trainable params: 148,801 (581.25 KB)
 Non-trainable params: 0 (0.00 B)
)");
}

TEST_F(Summary, Unbuilt) {
  const Sequential model({layers::Conv1D{.filters = 4, .kernel_size = 3}, layers::Dropout{.rate = 0.5},
                          layers::Flatten{}, layers::Dense{.units = 2}});
  EXPECT_EQ(in_80_columns(model), R"(
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ conv1d (Conv1D)                 │ ?                      │   0 (unbuilt) │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dropout (Dropout)               │ ?                      │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ flatten (Flatten)               │ ?                      │   0 (unbuilt) │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense (Dense)                   │ ?                      │   0 (unbuilt) │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 0 (0.00 B)
 Trainable params: 0 (0.00 B)
 Non-trainable params: 0 (0.00 B)
)");
}

TEST_F(Summary, Empty) {
  EXPECT_EQ(in_80_columns(Sequential()), R"(
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 0 (0.00 B)
 Trainable params: 0 (0.00 B)
 Non-trainable params: 0 (0.00 B)
)");
}

TEST_F(Summary, TooNarrowIsRefused) { EXPECT_THROW(classify().summary({.line_length = 12}), ValueError); }

TEST(WrapText, BreaksBetweenWordsAndCutsLongOnes) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrap_text("", 4), Lines{""});
  EXPECT_EQ(wrap_text("ab cd ef", 5), (Lines{"ab cd", "ef"}));
  EXPECT_EQ(wrap_text("abcdefg h", 5), (Lines{"abcd…", "h"}));
  EXPECT_EQ(wrap_text("äöüäö", 5), Lines{"äöüäö"});
}

}  // namespace
}  // namespace wavetrain
