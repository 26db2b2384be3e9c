# SPDX-License-Identifier: GPL-2.0-only
# scx.service under this machine's systemd, which the guest is given.
find_program(SYSTEMD systemd PATHS /usr/lib/systemd /lib/systemd NO_DEFAULT_PATH)
find_program(SYSTEMCTL systemctl)
find_program(UNSHARE unshare)
# What newer ones keep in files of their own, or load when they need it.
find_program(SYSTEMD_EXECUTOR systemd-executor PATHS /usr/lib/systemd NO_DEFAULT_PATH)
find_library(SECCOMP libseccomp.so.2)
set(service_files)
foreach(file ${SYSTEMD} ${SYSTEMCTL} ${UNSHARE} ${SYSTEMD_EXECUTOR} ${SECCOMP})
  if(file)
    list(APPEND service_files --file ${file}:${file})
  endif()
endforeach()

# scxx_service_test(KERNEL FORM)
function(scxx_service_test kernel form)
  if(NOT SYSTEMD OR NOT SYSTEMCTL OR NOT UNSHARE)
    add_test(NAME vm.service.${kernel} COMMAND sh -c "echo skipped: systemd is not here; exit 77")
    set_tests_properties(vm.service.${kernel} PROPERTIES LABELS vm SKIP_RETURN_CODE 77)
    return()
  endif()
  scxx_vm_test(service.${kernel} KERNEL ${kernel} SCRIPT service.sh ARGS outside ${form}
               VM --smp 2 ${service_files} --file $<TARGET_FILE:guest_load>
                  --file ${CMAKE_CURRENT_SOURCE_DIR}/guest/loaded.service
                  --file ${PROJECT_BINARY_DIR}/scx.service)
endfunction()

scxx_service_test(7.3 cid)
