// The factories of all kernels; see kernel_table() for their order.
#pragma once

#include "cpu/kernel.hpp"

namespace wavetrain::cpu {

bool compile_conv1d(KernelBuilder& builder);
bool compile_conv1d_transpose(KernelBuilder& builder);
bool compile_matmul(KernelBuilder& builder);
bool compile_activation(KernelBuilder& builder);
bool compile_pool1d(KernelBuilder& builder);
bool compile_global_pool1d(KernelBuilder& builder);
bool compile_batch_normalize(KernelBuilder& builder);
bool compile_dropout(KernelBuilder& builder);
// True for noise shapes that it takes.
bool has_dropout_kernel(const Shape& noise_shape);
bool compile_noise(KernelBuilder& builder);
bool compile_group_normalize(KernelBuilder& builder);
bool compile_recurrent(KernelBuilder& builder);
bool compile_join(KernelBuilder& builder);
bool compile_apply_mask(KernelBuilder& builder);
bool compile_step_mask(KernelBuilder& builder);
bool compile_spectral_normalize(KernelBuilder& builder);
bool compile_embed(KernelBuilder& builder);
bool compile_reference(KernelBuilder& builder);

}  // namespace wavetrain::cpu
