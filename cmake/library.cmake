add_library(wavetrain_warnings INTERFACE)
target_compile_options(wavetrain_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
if(WAVETRAIN_WERROR)
  target_compile_options(wavetrain_warnings INTERFACE -Werror)
endif()

# wavetrain_library(name folder...): the library wavetrain::name from src/folder.
function(wavetrain_library name)
  set(patterns)
  foreach(folder IN LISTS ARGN)
    list(APPEND patterns ${PROJECT_SOURCE_DIR}/src/${folder}/*.cpp)
  endforeach()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${patterns})
  add_library(wavetrain_${name} ${sources})
  add_library(wavetrain::${name} ALIAS wavetrain_${name})
  set_target_properties(wavetrain_${name} PROPERTIES EXPORT_NAME ${name} VERSION ${PROJECT_VERSION}
                        SOVERSION ${PROJECT_VERSION_MAJOR})
  target_compile_features(wavetrain_${name} PUBLIC cxx_std_20)
  target_include_directories(wavetrain_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(wavetrain_${name} PRIVATE $<BUILD_INTERFACE:wavetrain_warnings>)
  set_property(GLOBAL APPEND PROPERTY WAVETRAIN_LIBRARIES wavetrain_${name})
endfunction()
