#include "layers/refused.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace wavetrain {
namespace {

struct Group {
  const char* reason;
  std::array<std::string_view, 14> names;
};

// In the words of Keras' own namespaces.
constexpr std::array<Group, 5> kGroups{{
    {"holds Python code, which is not run. Use the layers that do the same (Activation, Rescaling, Reshape, Permute, "
     "Softmax ...), "
     "or write it as a struct of your own and register it: examples/own_layer.cpp",
     {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}},
    {"needs more than one input, which a Sequential model does not have",
     {"Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract", "Attention",
      "AdditiveAttention", "MultiHeadAttention", "GroupedQueryAttention", "MultiHeadSelfAttention"}},
    {"works on images or volumes, not on series",
     {"Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "DepthwiseConv2D", "SeparableConv2D", "ConvLSTM2D",
      "ConvLSTM3D", "MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D", "UpSampling2D",
      "ZeroPadding2D"}},
    {"works on text or on keys, not on series of numbers. Turn them into numbers first",
     {"TextVectorization", "StringLookup", "IntegerLookup", "Hashing", "HashedCrossing"}},
    {"is not part of wavetrain", {"STFTSpectrogram", "MelSpectrogram", "ReversibleEmbedding", "TernaryDense"}},
}};

}  // namespace

std::string why_refused(const std::string& class_name) {
  if (class_name.empty()) return "";
  for (const Group& group : kGroups) {
    if (std::find(group.names.begin(), group.names.end(), class_name) != group.names.end()) {
      return "the layer " + class_name + " " + group.reason + ".";
    }
  }
  return "";
}

}  // namespace wavetrain
