// Layers: plain structs that say their arguments and how they lower to operations; `Layer` holds any of them.
//
// A layer of one's own is a struct with a `description()` (describe.hpp), the four common fields
//
//     std::string name{}; bool trainable = true; DType dtype{}; OptionalShape input_shape{};
//
// and `Tensor lower(Lowering& graph, Tensor x) const`, which declares weights and applies operations. A field
// `Regularizer activity_regularizer{}` is applied to its output. One that holds other layers has `std::vector<Sublayer>
// sublayers()` too. `register_layer<T>()` makes it known to files and to the command line.
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include "wavetrain/activations.hpp"
#include "wavetrain/describe.hpp"
#include "wavetrain/graph.hpp"

namespace wavetrain {

// A value of the graph being built, with the mask that travels along ((batch, time), nonzero where a step counts).
struct Tensor {
  ValueId value = kNoValue;
  ValueId mask = kNoValue;
};

// A dtype policy. Everything computes in float32: "float32" is taken silently, "float64" and the mixed policies with a
// notice in the log, anything else is refused.
class DType {
 public:
  DType() = default;
  DType(const char* name) : DType(std::string(name)) {}  // NOLINT: implicit on purpose
  DType(std::string name);                               // NOLINT
  const std::string& name() const { return name_; }
  friend bool operator==(const DType&, const DType&) = default;

 private:
  std::string name_ = "float32";
};

template <>
struct Codec<DType> {
  static std::string type() { return "str"; }
  static Config to_config(const DType& value) { return value.name(); }
  static DType from_config(const Config& config);  // also reads Keras' DTypePolicy object
};

class Lowering;
struct Sublayer;

template <class T>
concept LayerDefinition = Described<T> && requires(const T& layer, Lowering& graph, Tensor x) {
  { layer.lower(graph, x) } -> std::same_as<Tensor>;
};

// Any layer, as a shared handle: copies of a Layer are the same layer with the same weights. It is made from a struct,
// and gets its automatic name ("conv1d", "conv1d_1", …) then, if the struct has none.
class Layer {
 public:
  // No layer: a required argument that has not been given yet. Nothing but the test below may be asked of it.
  Layer() = default;
  Layer(Unset) {}  // NOLINT: implicit on purpose
  explicit operator bool() const { return state_ != nullptr; }
  // Throws ValueError for arguments that cannot work.
  template <LayerDefinition T>
  Layer(T definition);  // NOLINT: implicit on purpose

  const std::string& name() const;
  const std::string& class_name() const { return description().class_name; }
  const Description& description() const;
  // The arguments, as Keras' get_config() has them.
  Config config(bool full = true) const;
  // The struct it was made from, or null when it is of another class.
  template <class T>
  const T* as() const;

  bool trainable() const;
  // Freezes or unfreezes this layer and those in it. Takes effect with the next `compile`.
  void set_trainable(bool trainable);
  // The layers in it, in Keras' order.
  const std::vector<Sublayer>& sublayers() const;

  bool built() const;
  // Its own, trainable ones first, then the others, each in creation order; then those of the layers in it.
  const std::vector<Variable>& variables() const;
  // Without those of the layers in it.
  const std::vector<Variable>& own_variables() const;
  // Those that training changes: those of its own unless it is frozen, and those of the layers in it that are not. (A layer made
  // with trainable=false leaves the layers in it as they are, as in Keras; set_trainable does not.)
  std::vector<Variable> trainable_variables() const;
  std::vector<Array> get_weights() const;
  // Throws ValueError when number or shapes differ.
  void set_weights(const std::vector<Array>& weights);
  Index count_params() const;
  // Takes what the layer needs to know from data (Normalization, Discretization); as often as wanted, the last call
  // counts. Throws NotSupported for other layers, ValueError for data that do not fit.
  void adapt(const DataView& data);

  // With the batch first; rank 0 before the layer is built.
  const Shape& input_shape() const;
  const Shape& output_shape() const;
  // Its `input_shape` argument.
  const OptionalShape& declared_input_shape() const;

  // Sets the state of a stateful recurrent layer, and of those in it, to zeros.
  void reset_state();

  // Adds this layer behind `x`. Used by Sequential and by wrappers.
  Tensor lower(Lowering& graph, Tensor x) const;

  friend bool operator==(const Layer& a, const Layer& b) { return a.state_ == b.state_; }

 private:
  friend class Lowering;

  struct Definition {
    virtual ~Definition() = default;
    virtual const Description& description() const = 0;
    virtual const void* object() const = 0;
    virtual const std::type_info& type() const = 0;
    virtual std::string& name() = 0;
    virtual bool& trainable() = 0;
    virtual const OptionalShape& input_shape() const = 0;
    virtual std::vector<Sublayer> sublayers() = 0;
    // Calls the layer's adapt and hands out what it has found for the weight of this name. False and null without one.
    virtual bool adapt(const DataView& data, bool built) = 0;
    virtual const Array* adapted(std::string_view weight) const = 0;
    virtual const Regularizer* activity_regularizer() const = 0;  // null for a layer without that argument
    virtual Tensor lower(Lowering& graph, Tensor x) const = 0;
  };
  template <class T>
  struct Holder;
  struct State;

  explicit Layer(std::unique_ptr<Definition> definition);
  // The struct inside, or null when it is of another type.
  const void* object(const std::type_info& type) const;

  std::shared_ptr<State> state_;
};

// A layer inside another. `path` is its place below the outer one in files: "forward_layer", "layers/dense_1".
//
// The outer struct's `sublayers()` is called once, when the Layer is made from it; it may change the struct, e.g. put
// copies in place of what was given. `lower` finds them again as `graph.sublayer(i)`.
struct Sublayer {
  std::string path;
  Layer layer;
};

// Nested layers are written as Keras writes them: {"module", "class_name", "config", "registered_name"}.
template <>
struct Codec<Layer> {
  static std::string type() { return "Layer"; }
  static Config to_config(const Layer& layer);
  static Layer from_config(const Config& config);
};

// What a layer's `lower` builds with.
class Lowering {
 public:
  explicit Lowering(Graph& graph) : graph_(graph) {}

  // Shape of a tensor, the batch first; dimensions may be None. The reference stays good while the layer lowers.
  const Shape& shape(Tensor x) const { return graph_.value(x.value).shape; }
  // The same, after checking that it has `rank` dimensions and that its last one is known. Throws ValueError in Keras'
  // wording, naming the layer.
  const Shape& require_rank(Tensor x, int rank) const { return require_rank(x, rank, true); }
  const Shape& require_min_rank(Tensor x, int rank) const { return require_min_rank(x, rank, true); }
  // The same for any last dimension, when `last_known` is false.
  const Shape& require_rank(Tensor x, int rank, bool last_known) const;
  const Shape& require_min_rank(Tensor x, int rank, bool last_known) const;

  // A weight of the current layer: drawn on first use, or given the values of `initial`; found again (by name) when the
  // model is lowered anew.
  Tensor weight(const WeightSpec& spec, const Array* initial = nullptr);
  // A weight of a layer in this one, as one of this layer's own, too.
  Tensor share(const Layer& part, const Variable& weight);
  // Weights declared until the returned guard dies belong to a part of the layer with its own place in files ("cell").
  class Group {
   public:
    Group(Lowering& lowering, std::string name);
    ~Group();
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

   private:
    Lowering& lowering_;
    std::string previous_;
  };
  [[nodiscard]] Group group(std::string name) { return {*this, std::move(name)}; }

  // Something that outlives batches and is in no file: the state of a stateful layer. Zeros at first.
  Tensor state(const std::string& name, const Shape& shape);

  const Layer& sublayer(std::size_t i) const;
  // Puts `layer` behind every step of `x` (B, T, ...): the steps of all samples are the samples that it sees.
  Tensor lower_steps(const Layer& layer, Tensor x);
  // True when the current layer's samples are steps of the model's samples; their number is shape(model_input())[0].
  bool sees_steps() const { return steps_ > 0; }
  Tensor model_input() const { return {graph_.input(), kNoValue}; }
  // Until the guard dies, `layer` is the current one: its weights are declared, messages name it.
  class Scope {
   public:
    Scope(Lowering& lowering, const Layer& layer);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Lowering& lowering_;
    const Layer* layer_;
    std::string group_;
    bool trainable_, used_mask_;
  };
  [[nodiscard]] Scope enter(const Layer& layer) { return {*this, layer}; }

  // The mask that comes with `x`, for an operation that heeds it; may be absent. A layer that neither asks for the mask
  // nor passes it on drops it, which is reported once.
  Tensor mask(Tensor x) {
    used_mask_ = true;
    return {x.mask, kNoValue};
  }

  // Applies an operation; Tensor{} stands for an optional input left out. `states` are weights that training changes.
  // The result carries no mask.
  template <std::derived_from<Op> T>
  Tensor apply(T op, std::initializer_list<Tensor> inputs, std::initializer_list<Tensor> states = {}) {
    return apply(std::shared_ptr<const Op>(std::make_shared<const T>(std::move(op))), inputs, states);
  }
  Tensor apply(std::shared_ptr<const Op> op, std::initializer_list<Tensor> inputs,
               std::initializer_list<Tensor> states = {});
  // Applies an elementwise or softmax-like function; "linear" returns x itself.
  Tensor activate(Tensor x, const Activation& activation);
  // Adds a penalty on x, divided by the batch size, to the loss. A layer with a field `activity_regularizer` gets this
  // for its output by itself.
  void penalize(Tensor x, const Regularizer& regularizer);
  // Passes the mask of `from` on to `x`.
  static Tensor with_mask_of(Tensor x, Tensor from) { return {x.value, from.mask}; }

  // The seed of the current layer's random numbers: its `seed` argument, or one drawn once for the layer.
  void use_seed(const std::optional<Index>& seed);

  // Throws ValueError that begins with the current layer's class and name.
  [[noreturn]] void fail(const std::string& message) const;
  // Throws NotSupported: "... does not support <what>".
  [[noreturn]] void refuse(const std::string& what) const;

 private:
  friend class Layer;

  Graph& graph_;
  const Layer* layer_ = nullptr;
  std::string group_;
  bool trainable_ = true;  // the current layer
  bool used_mask_ = false;
  int steps_ = 0;                      // how many times time is folded into the batch
  const Layer* step_layer_ = nullptr;  // what the innermost lower_steps has been given
};

// Makes layers of class T known under its class name, for files, the command line and Python. Throws ValueError when
// another class has the name.
template <LayerDefinition T>
void register_layer();

// A layer from Keras' class name and arguments. Throws ValueError for an unknown class ("did you mean") or argument.
Layer make_layer(const std::string& class_name, const Config& arguments);
// Names of all known layer classes, sorted.
std::vector<std::string> layer_class_names();
// Description of a known class, or null.
const Description* find_layer_class(const std::string& class_name);

// The next automatic name of a class: "conv1d", then "conv1d_1", ….
std::string automatic_name(const std::string& class_name);

// Restarts automatic names ("conv1d" again).
void clear_session();

// ---------------------------------------------------------------------------------------------------------------------

template <class T>
struct Layer::Holder final : Layer::Definition {
  explicit Holder(T definition) : value(std::move(definition)) {}
  const Description& description() const override { return T::description(); }
  const void* object() const override { return &value; }
  const std::type_info& type() const override { return typeid(T); }
  std::string& name() override { return value.name; }
  bool& trainable() override { return value.trainable; }
  const OptionalShape& input_shape() const override { return value.input_shape; }
  std::vector<Sublayer> sublayers() override {
    if constexpr (requires { value.sublayers(); }) return value.sublayers();
    else return {};
  }
  bool adapt(const DataView& data, bool built) override {
    if constexpr (requires { value.adapt(data, built); }) return value.adapt(data, built), true;
    else return false;
  }
  const Array* adapted(std::string_view weight) const override {
    if constexpr (requires { value.adapted(weight); }) return value.adapted(weight);
    else return nullptr;
  }
  const Regularizer* activity_regularizer() const override {
    if constexpr (requires { value.activity_regularizer; }) return &value.activity_regularizer;
    else return nullptr;
  }
  Tensor lower(Lowering& graph, Tensor x) const override { return value.lower(graph, x); }

  T value;
};

template <LayerDefinition T>
Layer::Layer(T definition) : Layer(std::make_unique<Holder<T>>(std::move(definition))) {}

namespace detail {
struct LayerClass {
  const Description* description;
  Layer (*make)(const Config& arguments);
};
void register_layer_class(const LayerClass& layer_class);
}  // namespace detail

template <class T>
const T* Layer::as() const {
  return static_cast<const T*>(object(typeid(T)));
}

template <LayerDefinition T>
void register_layer() {
  detail::register_layer_class(
      {&T::description(), [](const Config& arguments) { return Layer(from_config<T>(arguments)); }});
}

}  // namespace wavetrain
