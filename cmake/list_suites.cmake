# Run by wavetrain_add_suites: asks `program` for its suites and writes one add_test for each to `output`, called <label>.<suite>.
# Programs for another processor run under `emulator`, a list.
list(JOIN emulator "\" \"" emulated)
if(emulator)
  set(emulated "\"${emulated}\" ")
endif()
execute_process(COMMAND ${emulator} ${program} --gtest_list_tests OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
# Suites stand at the start of a line and end in a dot, "Lengths/Conv1D.  # TypeParam = float"; tests are indented.
string(REGEX MATCHALL "(^|\n)[A-Za-z_][A-Za-z0-9_/]*\\." suites "${listing}")
set(script "")
foreach(suite IN LISTS suites)
  string(REGEX REPLACE "[\n.]" "" suite "${suite}")
  string(APPEND script
    "add_test(\"${label}.${suite}\" ${emulated}\"${program}\" \"--gtest_filter=${suite}.*\" --gtest_brief=1)\n"
    "set_tests_properties(\"${label}.${suite}\" PROPERTIES LABELS \"${label}\" TIMEOUT 600)\n")
endforeach()
file(WRITE ${output} "${script}")
