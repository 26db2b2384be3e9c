# SPDX-License-Identifier: GPL-2.0-only
# What scx_qmap does, and each feature that it is there to exercise. The short ones are for every run
# of the vm tests; those that are LONG repeat them for longer, on more kernels and machines.
set(load --file $<TARGET_FILE:guest_load>)
set(sub ${load} --file ${CMAKE_CURRENT_SOURCE_DIR}/guest/sub.sh --smp 8)

scxx_vm_test(qmap.shares ALONE KERNEL 7.3 SCRIPT qmap_shares.sh ARGS 10 VM ${load} --smp 1)
foreach(kernel 6.12 6.18 7.2 7.3)
  scxx_vm_test(qmap.shares.${kernel}-1cpu LONG qmap KERNEL ${kernel} SCRIPT qmap_shares.sh ARGS 40
               VM ${load} --smp 1)
  scxx_vm_test(qmap.shares.${kernel}-2cpus LONG qmap KERNEL ${kernel} SCRIPT qmap_shares.sh ARGS 40
               VM ${load} --smp 2)
  scxx_vm_test(qmap.renice.${kernel} LONG qmap KERNEL ${kernel} SCRIPT qmap_renice.sh ARGS 8
               VM ${load} --smp 2)
endforeach()

foreach(kernel 6.18 7.3)
  scxx_vm_test(qmap.affinity.${kernel} ALONE KERNEL ${kernel} SCRIPT affinity.sh ARGS 12 8 scx_qmap
               VM ${load})
endforeach()
foreach(kernel 6.12 6.16 6.18 6.19 7.0 7.2 7.3)
  scxx_vm_test(qmap.affinity.${kernel}-long LONG qmap KERNEL ${kernel} SCRIPT affinity.sh
               ARGS 40 60 scx_qmap -s 5000 VM ${load})
endforeach()
scxx_vm_test(qmap.affinity.16cpus LONG qmap KERNEL 7.3 SCRIPT affinity.sh ARGS 60 60 scx_qmap
             VM ${load} ${big_machine})
scxx_vm_test(qmap.affinity.7.3-options LONG qmap KERNEL 7.3 SCRIPT affinity.sh
             ARGS 40 60 scx_qmap -H -b 8 -I -F 50 VM ${load})

# A scheduler that is thrown out is in the kernel's log: no --fail-on-warning.
scxx_vm_test(qmap.fill KERNEL 7.3 SCRIPT qmap_fill.sh ARGS 400 -N 400 MAY_WARN VM ${load})
foreach(kernel 6.12 6.18 7.2 7.3)
  scxx_vm_test(qmap.fill.${kernel}-400 LONG qmap KERNEL ${kernel} SCRIPT qmap_fill.sh ARGS 400 -N 400
               MAY_WARN VM ${load})
endforeach()
foreach(kernel 6.18 7.3)
  scxx_vm_test(qmap.fill.${kernel}-16384 LONG qmap KERNEL ${kernel} SCRIPT qmap_fill.sh ARGS 16384
               MAY_WARN VM ${load} --memory 4G)
endforeach()
scxx_vm_test(qmap.faults.7.3 KERNEL 7.3 SCRIPT qmap_faults.sh MAY_WARN VM ${load})
foreach(kernel 6.12 6.16 6.18 6.19 7.0 7.2)
  scxx_vm_test(qmap.faults.${kernel} LONG qmap KERNEL ${kernel} SCRIPT qmap_faults.sh MAY_WARN
               VM ${load})
endforeach()
foreach(kernel 7.2 7.3)
  scxx_vm_test(qmap.cids.${kernel} LONG qmap KERNEL ${kernel} SCRIPT qmap_cids.sh ARGS ${kernel} MAY_WARN
               VM ${load})
endforeach()

scxx_vm_test(qmap.refuse KERNEL 6.18 SCRIPT qmap_refuse.sh)
foreach(kernel 6.12 6.16 6.18 6.19 7.0)
  scxx_vm_test(qmap.options.${kernel} LONG qmap KERNEL ${kernel} SCRIPT qmap_options.sh ARGS no-immed
               VM ${load})
endforeach()
foreach(kernel 7.2 7.3)
  scxx_vm_test(qmap.options.${kernel} LONG qmap KERNEL ${kernel} SCRIPT qmap_options.sh ARGS immed
               VM ${load})
endforeach()
# Debian's kernels have no core scheduling, and 6.12's warns under any scheduler (docs/qmap.md).
scxx_vm_test(qmap.core LONG qmap KERNEL 7.2-nr64 SCRIPT qmap_core.sh VM ${load} --smp 4,cores=2,threads=2)

foreach(kernel 6.18 7.3)
  scxx_vm_test(stress.qmap.${kernel} LONG qmap KERNEL ${kernel} SCRIPT stress.sh
               ARGS ${SCXX_STRESS_SECONDS} 2000 scx_qmap)
  scxx_vm_test(hotplug.qmap.${kernel} LONG qmap KERNEL ${kernel} SCRIPT hotplug.sh ARGS scx_qmap)
  scxx_vm_test(kill.qmap.${kernel} LONG qmap KERNEL ${kernel} SCRIPT fault_kill.sh ARGS 20 random scx_qmap
               VM ${load} --file ${CMAKE_CURRENT_SOURCE_DIR}/guest/fault.sh)
endforeach()

scxx_vm_test(qmap.sub ALONE KERNEL 7.3 SCRIPT qmap_sub.sh ARGS 8 VM ${sub})
scxx_vm_test(qmap.sub.long LONG qmap KERNEL 7.3 SCRIPT qmap_sub.sh ARGS 20 VM ${sub})
scxx_vm_test(qmap.turns LONG qmap KERNEL 7.2 SCRIPT qmap_turns.sh ARGS 20 VM ${sub} --smp 4)
