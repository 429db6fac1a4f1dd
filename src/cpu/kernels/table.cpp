#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {

const std::vector<KernelEntry>& kernel_table() {
  static const std::vector<KernelEntry> table{
      {"conv1d", compile_conv1d},
      {"conv1d_transpose", compile_conv1d_transpose},
      {"matmul", compile_matmul},
      {"activation", compile_activation},
      {"pool1d", compile_pool1d},
      {"global_pool1d", compile_global_pool1d},
      {"batch_normalize", compile_batch_normalize},
      {"dropout", compile_dropout},
      {"noise", compile_noise},
      {"group_normalize", compile_group_normalize},
      {"recurrent", compile_recurrent},
      {"join", compile_join},
      {"apply_mask", compile_apply_mask},
      {"step_mask", compile_step_mask},
      {"spectral_normalize", compile_spectral_normalize},
      {"embed", compile_embed},
      {"reference", compile_reference},
  };
  return table;
}

}  // namespace wavetrain::cpu
