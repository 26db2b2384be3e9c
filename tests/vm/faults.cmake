# SPDX-License-Identifier: GPL-2.0-only
# What a scheduler, its process and its machine may meet with, and what has to be left of each: a machine
# that works, and the evidence (docs/testing.md). In the short form faults of one kind share a boot; in the
# long one (SCXX_VM_LONG has "faults") each has its own, for longer and on more kernels.
file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/guest/fault*.sh)
set(fault_files "")
foreach(script ${scripts} $<TARGET_FILE:guest_load> $<TARGET_FILE:scx_faulty> $<TARGET_FILE:scx_missing>)
  list(APPEND fault_files --file ${script})
endforeach()

# scxx_fault_test(NAME WITH … FAULTS fault [ARG…] [-- fault…] [VM …]): WITH is what scxx_vm_test() takes.
function(scxx_fault_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FAULTS;WITH;VM")
  scxx_vm_test(faults.${name} ALONE ${arg_WITH} SCRIPT fault_suite.sh ARGS ${arg_FAULTS}
               VM ${fault_files} ${arg_VM})
  if(TEST vm.faults.${name})
    set_property(TEST vm.faults.${name} APPEND PROPERTY LABELS faults)
  endif()
endfunction()

# The process of the scheduler and what surrounds it.
scxx_fault_test(process WITH KERNEL 7.3
                FAULTS kill 6 random scx_lavd -- stop 3 scx_lavd -- disk scx_simple
                       -- two 3 random scx_lavd scx_simple)
# The machine, as it changes.
scxx_fault_test(machine WITH KERNEL 7.3
                FAULTS hotplug 1 random scx_lavd -- freeze 2 2 scx_lavd -- cgroups 20 random scx_lavd)
scxx_fault_test(tasks WITH KERNEL 7.3 FAULTS tasks 10000 3 4 scx_lavd VM --memory 2G)
# What the kernel throws out is in its log as an error.
scxx_fault_test(memory WITH KERNEL 7.3 MAY_WARN FAULTS memory 1024,65536 scx_simple)
scxx_fault_test(thrown WITH KERNEL 6.18 MAY_WARN FAULTS thrown 2)

set(limits 512,1024,1536,2048,2560,3072,4096,6144,8192,16384,65536)
foreach(kernel 6.12 6.18 7.3)
  set(long LONG faults KERNEL ${kernel})
  scxx_fault_test(kill.${kernel} WITH ${long} FAULTS kill 200 random scx_lavd)
  scxx_fault_test(stop.${kernel} WITH ${long} FAULTS stop 60 scx_lavd)
  scxx_fault_test(disk.${kernel} WITH ${long} FAULTS disk scx_lavd -- disk scx_qmap)
  scxx_fault_test(two.${kernel} WITH ${long} FAULTS two 40 random scx_lavd scx_simple scx_qmap)
  scxx_fault_test(hotplug.${kernel} WITH ${long} FAULTS hotplug 15 random scx_lavd)
  scxx_fault_test(freeze.${kernel} WITH ${long} FAULTS freeze 20 30 scx_lavd)
  scxx_fault_test(cgroups.${kernel} WITH ${long} FAULTS cgroups 1000 random scx_lavd)
  scxx_fault_test(memory.${kernel} WITH ${long} MAY_WARN FAULTS memory ${limits} scx_lavd -- memory ${limits} scx_qmap)
  scxx_fault_test(tasks.${kernel} WITH ${long} FAULTS tasks 10000 6 8 scx_lavd -- tasks 10000 6 8 scx_qmap
                  VM --memory 2G)
  scxx_fault_test(thrown.${kernel} WITH ${long} MAY_WARN FAULTS thrown 20)
endforeach()
