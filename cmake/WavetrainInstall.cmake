# Install rules: headers, libraries, programs, and what find_package(wavetrain) and pkg-config read.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/wavetrain)
list(TRANSFORM WAVETRAIN_LIBRARIES REPLACE "::" "_" OUTPUT_VARIABLE libraries)

install(TARGETS wavetrain ${libraries} EXPORT wavetrain)
install(EXPORT wavetrain FILE wavetrain-targets.cmake NAMESPACE wavetrain:: DESTINATION ${package_dir})

set(left_out)
if(NOT WAVETRAIN_FILES)
  list(APPEND left_out PATTERN files EXCLUDE)
endif()
if(NOT WAVETRAIN_SERIES)
  list(APPEND left_out PATTERN series EXCLUDE)
endif()
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.hpp ${left_out})

if(TARGET wavetrain_cli)
  install(TARGETS wavetrain_cli)
endif()

configure_package_config_file(cmake/wavetrain-config.cmake.in wavetrain-config.cmake INSTALL_DESTINATION ${package_dir})
# Before 1.0 any minor version may change the interface.
write_basic_package_version_file(wavetrain-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/wavetrain-config.cmake ${PROJECT_BINARY_DIR}/wavetrain-config-version.cmake
  cmake/FindLibZip.cmake DESTINATION ${package_dir})

# Relative to itself, so that a package that was installed with another prefix, or moved, is still found.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE pc_to_prefix)
set(pc_libs "")
foreach(library IN LISTS libraries)
  string(PREPEND pc_libs "-l${library} ")
endforeach()
set(pc_requires "fmt")
set(pc_private "")
set(pc_definitions "")
if(WAVETRAIN_FILES)
  string(APPEND pc_private " libzip zlib")
  string(APPEND pc_definitions " -DWAVETRAIN_WITH_FILES")
endif()
if(WAVETRAIN_SERIES)
  string(APPEND pc_definitions " -DWAVETRAIN_WITH_SERIES")
endif()
# A static library needs at every link what a shared one has already taken in.
if(NOT BUILD_SHARED_LIBS)
  string(APPEND pc_requires " ${pc_private}")
  set(pc_private "")
endif()
configure_file(cmake/wavetrain.pc.in wavetrain.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/wavetrain.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
