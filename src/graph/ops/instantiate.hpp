// The two instantiations of an operation's mathematics.
#pragma once

#define WAVETRAIN_INSTANTIATE_OP(OP)                          \
  template void OP::run_forward(const OpCall<float>&) const;  \
  template void OP::run_forward(const OpCall<double>&) const; \
  template void OP::run_backward(const OpCall<float>&) const; \
  template void OP::run_backward(const OpCall<double>&) const;
