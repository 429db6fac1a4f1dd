#include "wavetrain/layers/embedding.hpp"

#include "graph/ops/embed.hpp"
#include "graph/ops/mask.hpp"

namespace wavetrain::layers {

const Description& Embedding::description() {
  using E = Embedding;
  static const Description instance = Describe<E>("Embedding", "keras.layers")
                                          .field("input_dim", &E::input_dim, positive())
                                          .field("output_dim", &E::output_dim, positive())
                                          .field("embeddings_initializer", &E::embeddings_initializer)
                                          .field("embeddings_regularizer", &E::embeddings_regularizer)
                                          .field("activity_regularizer", &E::activity_regularizer)
                                          .field("embeddings_constraint", &E::embeddings_constraint)
                                          .field("mask_zero", &E::mask_zero)
                                          .layer_fields();
  return instance;
}

Tensor Embedding::lower(Lowering& graph, Tensor x) const {
  const Tensor table = graph.weight({.name = "embeddings",
                                     .shape = {input_dim, output_dim},
                                     .initializer = embeddings_initializer,
                                     .regularizer = embeddings_regularizer,
                                     .constraint = embeddings_constraint});
  Tensor y = graph.apply(ops::Embed(), {x, table});
  (void)graph.mask(x);  // one that comes in ends here without a word, as in Keras
  if (mask_zero) {
    ops::StepMask op;
    op.each = true;
    y.mask = graph.apply(op, {x}).value;
  }
  return y;
}

}  // namespace wavetrain::layers
