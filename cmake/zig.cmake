# Toolchain of `scripts/wheel`: clang and libc++ as zig brings them, which link against the C library of a chosen version instead of
# that of this computer. WAVETRAIN_GLIBC in the environment says which. The libraries are those in build/wheel-libs.
cmake_path(SET build NORMALIZE ${CMAKE_CURRENT_LIST_DIR}/../build)
cmake_host_system_information(RESULT processor QUERY OS_PLATFORM)
set(CMAKE_C_COMPILER ${build}/wheel-tools/bin/zig cc -target ${processor}-linux-gnu.$ENV{WAVETRAIN_GLIBC})
set(CMAKE_CXX_COMPILER ${build}/wheel-tools/bin/zig c++ -target ${processor}-linux-gnu.$ENV{WAVETRAIN_GLIBC})
# Without these zig keeps frame pointers, and writes what debuggers read, ten times as much as the code.
foreach(language C CXX)
  set(CMAKE_${language}_FLAGS_INIT "-g0 -fomit-frame-pointer -ffunction-sections -fdata-sections")
endforeach()
set(CMAKE_SHARED_LINKER_FLAGS_INIT -Wl,--gc-sections)
set(CMAKE_MODULE_LINKER_FLAGS_INIT -Wl,--gc-sections)
list(PREPEND CMAKE_PREFIX_PATH ${build}/wheel-libs)
