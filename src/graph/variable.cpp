#include "wavetrain/variable.hpp"

#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "graph/weight_budget.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain {
namespace {

std::atomic<std::uint64_t> assignment_count{0};

}  // namespace

std::uint64_t Variable::assignments() { return assignment_count.load(std::memory_order_relaxed); }

struct Variable::State {
  WeightSpec spec;
  std::string group;
  std::shared_ptr<AlignedVector<float>> segment;
  Index offset = 0;
};

Variable::Variable(const WeightSpec& spec, std::string group) : state_(std::make_shared<State>()) {
  state_->spec = spec;
  state_->group = std::move(group);
  const auto size = static_cast<std::size_t>(spec.shape.size());
  const bool is_read = WeightBudget::charge(size);
  state_->segment = std::make_shared<AlignedVector<float>>(size);
  if (!is_read) initialize();
}

const std::string& Variable::name() const { return state_->spec.name; }
const std::string& Variable::group() const { return state_->group; }
const Shape& Variable::shape() const { return state_->spec.shape; }
Index Variable::size() const { return state_->spec.shape.size(); }
bool Variable::trainable() const { return state_->spec.trainable; }
bool Variable::integer() const { return state_->spec.integer; }
const Regularizer& Variable::regularizer() const { return state_->spec.regularizer; }
const Constraint& Variable::constraint() const { return state_->spec.constraint; }
float* Variable::data() const { return state_->segment->data() + state_->offset; }

void Variable::assign(const ConstView& values) {
  if (values.shape() != shape()) {
    throw ValueError(fmt::format("Weight '{}' has shape {}. Received values of shape {}.", name(), to_string(shape()),
                                 to_string(values.shape())));
  }
  const Array copy = Array::copy_of(values);
  std::copy(copy.begin(), copy.end(), data());
  ++assignment_count;
}

void Variable::initialize() {
  state_->spec.initializer.fill(shape(), std::span<float>(data(), static_cast<std::size_t>(size())), next_seed());
  ++assignment_count;
}

void Variable::bind(std::shared_ptr<AlignedVector<float>> segment, Index offset) {
  std::copy_n(data(), size(), segment->data() + offset);
  state_->segment = std::move(segment);
  state_->offset = offset;
  ++assignment_count;  // its memory is another one
}

}  // namespace wavetrain
