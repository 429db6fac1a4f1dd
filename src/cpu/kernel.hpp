// How operations run on the CPU: kernels register stages, a plan strings them together.
//
// A kernel is made when a plan is compiled. It asks for memory (slots), and registers stages: functions over a range of
// samples, over a number of independent tasks, or called once. Neighbouring per-sample stages, also of different
// operations, run as one parallel loop, each thread taking its samples through all of them while they are warm. Running
// allocates nothing, looks nothing up, and makes no virtual call.
//
// The bits of a result may not depend on how samples or tasks are cut over threads.
#pragma once

#include <memory>
#include <vector>

#include "cpu/sample_blocks.hpp"
#include "wavetrain/activations.hpp"
#include "wavetrain/graph.hpp"

namespace wavetrain::cpu {

// A block of floats: an activation, a gradient, something saved. Resolved to a pointer by the workspace.
using SlotId = int;
inline constexpr SlotId kNoSlot = -1;

// What a stage sees. Everything is resolved; a stage finds its blocks under the numbers it got when it was compiled.
struct Run {
  float* const* slot;  // by SlotId
  const Shape* shape;  // by ValueId, of this batch
  float* scratch;      // per thread
  Index scratch_floats;
  Index batch;  // samples of this batch
  // Training may run a batch in pieces (Plan::piece): `batch` are then those of one, which begins at sample `first` of `whole`.
  // Gradients of weights add up over them.
  Index first = 0, whole = 0;
  bool training;
  std::uint64_t step;  // counts batches, for random numbers

  SampleBlocks blocks() const { return {batch, whole}; }
  bool continues() const { return first > 0; }
  float* scratch_of(int thread) const { return scratch + thread * scratch_floats; }
};

struct Stage {
  // `once` runs on the calling thread; `samples` over ranges of the batch; `tasks` over count() independent pieces.
  enum class Split { once, samples, tasks };
  using Function = void (*)(const void* kernel, const Run& run, Index begin, Index end, int thread);
  using Count = Index (*)(const void* kernel, const Run& run);

  Split split;
  Function run;
  Count count;  // tasks only
  const void* kernel;
  int node;
  bool whole = false;  // samples only: takes all samples of a thread at once, not those that fit the cache
  // Tasks only, or null: does what all tasks of a block of samples (sample_blocks.hpp) do, for a range of that block's samples,
  // which come in ascending order. The bits are the same; the samples may still be in the cache.
  Function by_samples = nullptr;
};

// What a kernel registers with while its plan is compiled. Shapes and sizes are those of the plan's capacity.
class KernelBuilder {
 public:
  KernelBuilder(class PlanCompiler& compiler, int node) : compiler_(compiler), node_(node) {}

  const GraphNode& node() const;
  const Op& op() const { return *node().op; }
  bool training() const;
  // The plan runs pieces of larger batches: see Run.
  bool in_pieces() const;
  // Threads that stages may be cut over at most: the number of scratch blocks.
  int max_threads() const;

  // Shapes at capacity; rank 0 for an optional input left out.
  const Shape& input_shape(int i) const;
  const Shape& output_shape() const;
  ValueId input_value(int i) const { return node().inputs[static_cast<std::size_t>(i)]; }
  // The value that this kernel writes: of the activation fused behind it, if there is one.
  ValueId output_value() const;

  // True when input i is an activation, with the batch first; false for a weight and what is computed from weights
  // alone.
  bool carries_batch(int i) const;

  // Slots of values; kNoSlot for an input left out.
  SlotId input(int i) const;
  SlotId state(int i) const;
  SlotId output() const;
  // Slots of gradients; kNoSlot where none is wanted.
  SlotId input_grad(int i);
  SlotId output_grad() const;
  bool wants_grad(int i) const;

  // The activation to apply to the output (linear if none).
  const wavetrain::Activation& epilogue() const;

  // In prediction: the normalisation with moving statistics that follows, or null, and whether relu follows that.
  const GraphNode* normalization() const;
  bool normalization_relu() const;
  SlotId weight(ValueId id) const;

  // The activation whose derivative backward has to apply: epilogue(), or linear when this is the model's last
  // activation and the loss gives the gradient in front of it, or when the reader of the output takes it over.
  const wavetrain::Activation& backward_epilogue() const;
  // The same for an activation that is an operation of its own.
  bool gradient_by_loss() const;

  // Takes over the derivative of a relu that is fused into the operation before: true when input 0 comes out of one, nobody
  // else gives it a gradient, and it has one. The gradient of input 0 then has to be 0 where input 0 is not above 0, and the
  // operation before takes it as that in front of its relu. Saves it a pass over value and gradient.
  bool takes_relu_derivative();
  // The same for a kernel that can take over the derivative of a dropout between the two as well: what to multiply the gradient
  // by where it is not 0; 0 when there is nothing to take over.
  float takes_relu_and_dropout_derivative();
  // True for a dropout whose reader has done so; its gradients then share their memory, and it has no backward pass.
  bool derivative_taken() const;

  // Tells that backward reads the value; other values may be overwritten after forward.
  void backward_reads_input(int i);
  void backward_reads_output();

  // Memory: from forward to backward (only while training, else within forward), within forward, within backward, and
  // for packed weights (kept between runs until weights change).
  SlotId saved(Index floats);
  SlotId forward_temporary(Index floats);
  SlotId backward_temporary(Index floats);
  SlotId packed(Index floats);
  // Per thread, shared by all kernels of the plan: call with the most floats that any stage needs.
  void scratch(Index floats);

  // The kernel object, owned by the plan from now on.
  template <class K>
  const K& own(K kernel) {
    auto owned = std::make_shared<const K>(std::move(kernel));
    keep(owned);
    return *owned;
  }

  // Stages run in the order of registration. Per-sample methods are
  //   void f(const Run& run, Index first, Index last, int thread) const;   samples first .. last-1
  // tasks get a range of tasks in the same way, and `once` methods take just the Run. Packing runs before forward, in
  // training for every batch, else only after weights have changed.
  template <auto Method, class K>
  void pack(const K& kernel) {
    add(0, {Stage::Split::once, once<Method, K>, nullptr, &kernel, node_});
  }
  template <auto Method, class K>
  void forward_samples(const K& kernel) {
    add(1, {Stage::Split::samples, ranged<Method, K>, nullptr, &kernel, node_});
  }
  template <auto Method, class K>
  void forward_once(const K& kernel) {
    add(1, {Stage::Split::once, once<Method, K>, nullptr, &kernel, node_});
  }
  template <auto Method, auto Count, class K>
  void forward_tasks(const K& kernel) {
    add(1, {Stage::Split::tasks, ranged<Method, K>, counted<Count, K>, &kernel, node_});
  }
  template <auto Method, class K>
  void backward_samples(const K& kernel) {
    add(2, {Stage::Split::samples, ranged<Method, K>, nullptr, &kernel, node_});
  }
  template <auto Method, class K>
  void backward_once(const K& kernel) {
    add(2, {Stage::Split::once, once<Method, K>, nullptr, &kernel, node_});
  }
  template <auto Method, auto Count, class K>
  void backward_tasks(const K& kernel) {
    add(2, {Stage::Split::tasks, ranged<Method, K>, counted<Count, K>, &kernel, node_});
  }
  template <auto Method, auto Count, auto BySamples, class K>
  void backward_tasks(const K& kernel) {
    Stage stage{Stage::Split::tasks, ranged<Method, K>, counted<Count, K>, &kernel, node_};
    stage.by_samples = ranged<BySamples, K>;
    add(2, stage);
  }

 private:
  template <auto Method, class K>
  static void ranged(const void* kernel, const Run& run, Index begin, Index end, int thread) {
    (static_cast<const K*>(kernel)->*Method)(run, begin, end, thread);
  }
  template <auto Method, class K>
  static void once(const void* kernel, const Run& run, Index, Index, int) {
    (static_cast<const K*>(kernel)->*Method)(run);
  }
  template <auto Count, class K>
  static Index counted(const void* kernel, const Run& run) {
    return (static_cast<const K*>(kernel)->*Count)(run);
  }
  void add(int phase, const Stage& stage);
  void keep(std::shared_ptr<const void> kernel);

  class PlanCompiler& compiler_;
  int node_;
};

// A kernel's factory: returns false, having registered nothing, when it does not serve this operation.
using KernelFactory = bool (*)(KernelBuilder& builder);

// The ordered table: the first factory that accepts wins; the last one, the reference mathematics in float, always
// does.
struct KernelEntry {
  const char* name;
  KernelFactory compile;
};
const std::vector<KernelEntry>& kernel_table();

// True when some kernel in the table can run `activation` as the epilogue of `op`.
bool can_fuse(const Op& op, const wavetrain::Activation& activation);
// True when its kernel can normalise its output, in prediction.
bool can_normalize(const Op& op);

}  // namespace wavetrain::cpu
