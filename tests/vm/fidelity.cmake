# SPDX-License-Identifier: GPL-2.0-only
# A slice of tools/fidelity: what scxsim says is what a real kernel does.
if(NOT 7.3 IN_LIST SCXX_VM_KERNELS)
  return()
endif()
add_test(NAME vm.fidelity
         COMMAND ${PROJECT_SOURCE_DIR}/tools/fidelity --check --build ${PROJECT_BINARY_DIR}
                 --workload weights,handover --duration 3000 --timeout 600 simple qmap)
set_tests_properties(vm.fidelity PROPERTIES LABELS vm SKIP_RETURN_CODE 77 RESOURCE_LOCK vm TIMEOUT 900)
