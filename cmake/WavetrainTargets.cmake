# How this project's libraries and programs are built.

# What every target compiles with; linked privately, so that nothing of it reaches a project that embeds the library.
add_library(wavetrain_flags INTERFACE)
target_compile_options(wavetrain_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  $<$<BOOL:${WAVETRAIN_WERROR}>:-Werror>
  # GCC 12 finds these in std::variant and std::string themselves once it inlines them (GCC bugs 105562 and 105329).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-restrict>
  # Grouped sources look like headers to it, and it inlines more of std::string (GCC bug 105651).
  $<$<AND:$<BOOL:${WAVETRAIN_FAST_BUILD}>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage;-Wno-stringop-overflow;-Wno-array-bounds>
  # The order of every sum, and where it rounds, is part of the contract: multiply-add only where the source says so.
  -ffp-contract=off)
if(WAVETRAIN_SANITIZE)
  target_compile_options(wavetrain_flags INTERFACE
    -fsanitize=${WAVETRAIN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(wavetrain_flags INTERFACE -fsanitize=${WAVETRAIN_SANITIZE})
  if(WAVETRAIN_SANITIZE MATCHES address)
    # What these look for at every access, the address sanitizer finds as well. With the check of alignment, which the
    # instructions make themselves where kernels rely on it, they double the time to compile kernels.
    target_compile_options(wavetrain_flags INTERFACE -fno-sanitize=null,object-size)
    file(GLOB kernels CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/cpu/*.cpp)
    set_source_files_properties(${kernels} PROPERTIES COMPILE_OPTIONS -fno-sanitize=alignment)
  endif()
  # Kernels are written once for all instruction sets: two of the four are enough here, and compile in half the time.
  target_compile_definitions(wavetrain_flags INTERFACE WAVETRAIN_FEW_TARGETS)
endif()
if(WAVETRAIN_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "WAVETRAIN_FUZZ needs libFuzzer, which comes with clang; the compiler is ${CMAKE_CXX_COMPILER_ID}")
  endif()
  target_compile_options(wavetrain_flags INTERFACE -fsanitize=fuzzer-no-link)
  # Checksums are not compared: a fuzzer would hardly get past the first one.
  target_compile_definitions(wavetrain_flags INTERFACE FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
  # Readers of files call no kernels. Instrumented, one of these takes clang 14 more than half an hour.
  file(GLOB kernels CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/cpu/*.cpp)
  set_source_files_properties(${kernels} PROPERTIES COMPILE_OPTIONS -fno-sanitize=all)
endif()

# wavetrain_group_sources(<target> <size> <regex> <source>...): compiles those sources whose path matches in groups. Of the
# sources of a target no two of these may use one name in unnamed namespaces for two things.
function(wavetrain_group_sources target size regex)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${size})
  set(single ${ARGN})
  list(FILTER single EXCLUDE REGEX ${regex})
  if(single)
    set_source_files_properties(${single} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()

# wavetrain_build_fast(<target> <source>...): where a fast build is asked for, headers that nearly every source includes are
# precompiled, and the many small sources of some folders are grouped.
function(wavetrain_build_fast target)
  if(WAVETRAIN_FAST_BUILD)
    target_precompile_headers(${target} PRIVATE <algorithm> <cmath> <fmt/format.h> <wavetrain/sequential.hpp>)
    wavetrain_group_sources(${target} 12
      "/src/(core|cpu/kernels|files|graph|layers|reference|training)/|/apps/wavetrain/" ${ARGN})
  endif()
endfunction()

# wavetrain_use_highway(<target>): with Highway's headers. Its library is not linked: src/cpu/highway.hpp says why.
function(wavetrain_use_highway target)
  target_include_directories(${target} SYSTEM PRIVATE
    $<BUILD_INTERFACE:$<TARGET_PROPERTY:hwy::hwy,INTERFACE_INCLUDE_DIRECTORIES>>)
endfunction()

# The libraries that were added, as wavetrain::<name>.
set(WAVETRAIN_LIBRARIES)

function(_wavetrain_common target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:wavetrain_flags>)
endfunction()

# wavetrain_library(<name> <folder>...): the target wavetrain::<name> from all sources below these folders.
# Static unless BUILD_SHARED_LIBS says otherwise.
macro(wavetrain_library name)
  set(patterns ${ARGN})
  list(TRANSFORM patterns APPEND /*.cpp)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${patterns})
  add_library(wavetrain_${name} ${sources})
  add_library(wavetrain::${name} ALIAS wavetrain_${name})
  _wavetrain_common(wavetrain_${name})
  target_include_directories(wavetrain_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  wavetrain_build_fast(wavetrain_${name} ${sources})
  set_target_properties(wavetrain_${name} PROPERTIES
    EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON  # a Python module is a shared library
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  list(APPEND WAVETRAIN_LIBRARIES wavetrain::${name})
endmacro()

# wavetrain_program(<target> <source>...): a program that links the whole library.
function(wavetrain_program target)
  add_executable(${target} ${ARGN})
  _wavetrain_common(${target})
  target_link_libraries(${target} PRIVATE wavetrain::wavetrain)
endfunction()
