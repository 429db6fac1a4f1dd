// Nothing allocates in a step of `fit`, in a step of its validation, and in `predict` into a view, once a batch has
// been seen.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <vector>

#include <sys/mman.h>

#include "allocation/allocation_counter.hpp"
#include "support/training_cases.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/op.hpp"
#include "wavetrain/predictor.hpp"
#include "wavetrain/threads.hpp"

namespace wavetrain::tests {
namespace {

constexpr Index kBatch = 8;
constexpr Index kSteps = 5;
constexpr Index kSamples = kBatch * (kSteps - 1) + 3;  // the last batch is smaller
constexpr Index kEpochs = 2;

// Counts from the end of an epoch's first batch to the end of its last one, apart for training and validation.
class StepCounter : public Callback {
 public:
  bool wants_batches() const override { return true; }
  void on_train_batch_end(Index batch, const Logs& /*logs*/) override { observe(batch, training); }
  void on_test_batch_end(Index batch, const Logs& /*logs*/) override { observe(batch, validation); }

  std::vector<long> training, validation;  // by epoch

 private:
  void observe(Index batch, std::vector<long>& epochs) {
    if (batch == 0) counter_.emplace();
    if (batch != kSteps - 1) return;
    const long count = counter_->count();
    counter_.reset();
    epochs.push_back(count);
  }
  std::optional<AllocationCounter> counter_;
};

std::shared_ptr<StepCounter> count_steps(Sequential& model, const TrainingCase& c,
                                         std::vector<std::shared_ptr<Callback>> others = {}) {
  const TrainingData data = make_data(c, kSamples);
  auto counter = std::make_shared<StepCounter>();
  FitOptions options = fit_options(c, data, kBatch, kEpochs);
  options.validation_data = {data.x, data.y, c.sample_weight ? DataView(data.weights) : DataView()};
  options.callbacks = std::move(others);
  options.callbacks.push_back(counter);
  model.fit(data.x, data.y, options);
  return counter;
}

class StepAllocations : public ::testing::TestWithParam<TrainingCase> {
 protected:
  void TearDown() override { set_num_threads(0); }
};

TEST_P(StepAllocations, FitAndValidation) {
  WAVETRAIN_NEEDS_ALLOCATION_COUNTER();
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    Sequential model = make_model(GetParam());
    const auto counter = count_steps(model, GetParam());
    const std::vector<long> none(kEpochs, 0);
    EXPECT_EQ(counter->training, none) << threads << " threads";
    EXPECT_EQ(counter->validation, none) << threads << " threads";
  }
}

TEST_P(StepAllocations, Predict) {
  WAVETRAIN_NEEDS_ALLOCATION_COUNTER();
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    const Sequential model = make_model(GetParam());
    const Array x = make_data(GetParam(), kSamples).x;
    const Array expected = model.predict(x, {.batch_size = kBatch});
    Array y(expected.shape());
    const PredictOptions options{.batch_size = kBatch};
    const DataView input = x;
    const AllocationCounter counter;
    model.predict(input, y.view(), options);
    EXPECT_EQ(counter.count(), 0) << threads << " threads";
    EXPECT_EQ(y, expected);
  }
}

TEST_P(StepAllocations, Predictor) {
  WAVETRAIN_NEEDS_ALLOCATION_COUNTER();
  const Sequential model = make_model(GetParam());
  const Array x = make_data(GetParam(), 1).x;
  if (model.input_shape().rank() == 0) GTEST_SKIP() << "built by its data";
  Predictor predictor(model, x.shape());
  const AllocationCounter counter;
  predictor.run(std::span(x.data(), static_cast<std::size_t>(x.size())));
  EXPECT_EQ(counter.count(), 0);
}

INSTANTIATE_TEST_SUITE_P(, StepAllocations, ::testing::ValuesIn(training_cases()),
                         [](const auto& test) { return std::string(test.param.name); });

// --- Would it be noticed? --------------------------------------------------------------------------------------------

enum class Way { vector, array, malloc, mmap };

// The identity, which asks for memory in every forward, in one of four ways.
struct LeakyOp final : OpMath<LeakyOp> {
  Way way;
  explicit LeakyOp(Way how) : way(how) {}

  std::string_view name() const override { return "leaky"; }
  Shape infer(std::span<const Shape> inputs) const override { return inputs[0]; }
  template <class T>
  void run_forward(const OpCall<T>& call) const {
    allocate();
    std::copy_n(call.input[0], call.output_shape.size(), call.output);
  }
  template <class T>
  void run_backward(const OpCall<T>& call) const {
    if (call.input_grad[0]) std::copy_n(call.output_grad, call.output_shape.size(), call.input_grad[0]);
  }
  void allocate() const {
    switch (way) {
      case Way::vector: keep(std::vector<int>(3).data()); break;
      case Way::array: keep(Array(Shape{3}).data()); break;
      case Way::malloc: {
        void* memory = std::malloc(3);
        keep(memory);
        std::free(memory);
        break;
      }
      case Way::mmap: {
        void* pages = ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        keep(pages);
        ::munmap(pages, 4096);
        break;
      }
    }
  }
  template <class T>
  static void keep(T* memory) {
    asm volatile("" : : "r"(memory) : "memory");
  }
};

struct Leaky {
  Index way = 0;
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description() {
    static const Description instance = Describe<Leaky>("Leaky", "tests").field("way", &Leaky::way).layer_fields();
    return instance;
  }
  Tensor lower(Lowering& graph, Tensor x) const { return graph.apply(LeakyOp(static_cast<Way>(way)), {x}); }
};

const TrainingCase kSmall{.name = "small", .sample = {6, 2}, .layers = "Flatten() Dense(1)"};

TEST(StepAllocationsNoticed, InAnOperation) {
  WAVETRAIN_NEEDS_ALLOCATION_COUNTER();
  for (const Way way : {Way::vector, Way::array, Way::malloc, Way::mmap}) {
    Sequential model{layers::Input{kSmall.sample}, layers::Flatten{}, Leaky{.way = static_cast<Index>(way)},
                     layers::Dense{.units = 1}};
    model.compile({.optimizer = "adam", .loss = "mse"});
    const auto counter = count_steps(model, kSmall);
    const Array x = make_data(kSmall, kSamples).x;
    Array y(Shape{kSamples, 1});
    model.predict(x, y.view(), {.batch_size = kBatch});
    const AllocationCounter predicting;
    model.predict(x, y.view(), {.batch_size = kBatch});
    EXPECT_GE(predicting.count(), 1) << "way " << static_cast<int>(way);  // as many batches as the library likes
    ASSERT_EQ(counter->training.size(), std::size_t{kEpochs});
    for (std::size_t epoch = 0; epoch < kEpochs; ++epoch) {
      EXPECT_GE(counter->training[epoch], kSteps - 1) << "way " << static_cast<int>(way);
      EXPECT_GE(counter->validation[epoch], kSteps - 1) << "way " << static_cast<int>(way);
    }
  }
}

TEST(StepAllocationsNoticed, InACallback) {
  WAVETRAIN_NEEDS_ALLOCATION_COUNTER();
  struct Allocating : Callback {
    bool wants_batches() const override { return true; }
    void on_train_batch_begin(Index) override { LeakyOp::keep(std::vector<int>(3).data()); }
  };
  Sequential model = make_model(kSmall);
  const auto counter = count_steps(model, kSmall, {std::make_shared<Allocating>()});
  EXPECT_EQ(counter->training, std::vector<long>(kEpochs, kSteps - 1));
  EXPECT_EQ(counter->validation, std::vector<long>(kEpochs, 0));
}

}  // namespace
}  // namespace wavetrain::tests
