# SPDX-License-Identifier: GPL-2.0-only
# The socket of the statistics, as a client sees it that knows nothing of this project but docs/stats.md.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(guest_python "${CMAKE_CURRENT_BINARY_DIR}/python")
add_test(NAME vm.python COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/guest_python.py
                                ${guest_python} json socket)
set_tests_properties(vm.python PROPERTIES LABELS vm TIMEOUT 60 FIXTURES_SETUP guest_python)

foreach(kernel 6.18 7.3)
  scxx_vm_test(stats.client.${kernel} KERNEL ${kernel} SCRIPT client.sh ARGS scx_lavd scx_qmap
               VM --file ${CMAKE_CURRENT_SOURCE_DIR}/guest/client.py
                  --file ${CMAKE_CURRENT_SOURCE_DIR}/guest/client_check.py --file ${guest_python}:/root/python)
  if(TEST vm.stats.client.${kernel})
    set_tests_properties(vm.stats.client.${kernel} PROPERTIES FIXTURES_REQUIRED guest_python)
  endif()
endforeach()

# Scheduling beside a crowd that asks once a second. On one CPU all that the scheduler's process does is
# in the time; in percent, what is allowed is what docs/stats.md says, and some.
scxx_vm_test(stats.beside.7.3 KERNEL 7.3 SCRIPT beside.sh
             ARGS scx_lavd --rounds 1 --most-pair 3 --most-rest 5
             VM --smp 1 --icount --file $<TARGET_FILE:stats_beside>)
