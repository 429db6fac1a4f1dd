// Returns 0 when what another project compiles and links also runs.
#include <cstdio>

#include "wavetrain/array.hpp"
#include "wavetrain/random.hpp"

int main() {
  const wavetrain::Array x = wavetrain::random_normal({4, 100, 1});
  std::printf("%s\n", to_string(x.shape()).c_str());
  return x.size() == 400 ? 0 : 1;
}
