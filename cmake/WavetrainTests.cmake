# wavetrain_add_suites(<program> <label>): one CTest test, <label>.<suite>, for each GoogleTest suite of <program>, found
# out after it was linked.
#
# One per test would spend longer on starting processes than on testing (parametrised tests come in thousands), and one
# per program could neither be selected by name nor be spread over the processors.
function(wavetrain_add_suites target label)
  set(list_file ${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -D program=$<TARGET_FILE:${target}> -D output=${list_file} -D label=${label}
      -D "emulator=${CMAKE_CROSSCOMPILING_EMULATOR}" -P ${PROJECT_SOURCE_DIR}/cmake/list_suites.cmake
    BYPRODUCTS ${list_file} VERBATIM)
  # Not built yet: a test that fails by name is better than none.
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake
    "if(EXISTS \"${list_file}\")\n  include(\"${list_file}\")\nelse()\n  add_test(${target}_NOT_BUILT ${target})\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake)
endfunction()
