#include "wavetrain/layers/category_encoding.hpp"

#include "graph/ops/encode.hpp"

namespace wavetrain::layers {

const Description& CategoryEncoding::description() {
  static const Description instance =
      Describe<CategoryEncoding>("CategoryEncoding", "keras.layers")
          .field("num_tokens", &CategoryEncoding::num_tokens, positive())
          .field("output_mode", &CategoryEncoding::output_mode, one_of({"multi_hot", "one_hot", "count", "binary"}))
          .field("sparse", &CategoryEncoding::sparse)
          .layer_fields();
  return instance;
}

Tensor CategoryEncoding::lower(Lowering& graph, Tensor x) const {
  return graph.apply(ops::Encode(num_tokens, ops::parse_encoding(output_mode)), {x});
}

}  // namespace wavetrain::layers
