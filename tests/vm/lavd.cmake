# SPDX-License-Identifier: GPL-2.0-only
# How scx_lavd behaves, and what it goes through. The short ones are for every run of the vm tests, two
# to three minutes of all; those that are LONG repeat them for longer, on more kernels and machines.
set(load --file $<TARGET_FILE:guest_load>)
set(counted ${load} --icount)  # times in instructions: this machine's load is not in them
# parts by the kernel's weights of these nice values
set(mix shares one 5 5 0:1024 0:1024 5:335 -5:3121)

# Everybody has a turn within 100 ms at eight tasks a CPU.
scxx_vm_test(lavd.starve KERNEL 7.3 SCRIPT under.sh ARGS starve 8 2 100 -- scx_lavd
             VM ${counted} --smp 4)
# A chain at 1 kHz beside a hog misses fewer than one period in a thousand.
scxx_vm_test(lavd.chain KERNEL 7.3 SCRIPT under.sh ARGS chain 2 1000 1 -- scx_lavd
             VM ${counted} --smp 1)
# Hogs of several nice values get their shares within 5 %.
scxx_vm_test(lavd.shares KERNEL 7.3 SCRIPT under.sh ARGS ${mix} -- scx_lavd VM ${counted} --smp 1)
# A task that real-time ones preempt goes where they are not. Under the others as well.
foreach(scheduler simple lavd qmap)
  foreach(kernel 6.12 7.2 7.3)
    set(long LONG lavd)
    if("${scheduler}.${kernel}" MATCHES "^(simple.7.3|lavd.7.3|qmap.6.12)$")
      set(long)
    endif()
    scxx_vm_test(preempted.${scheduler}.${kernel} ${long} KERNEL ${kernel} SCRIPT under.sh
                 ARGS preempted 3 85 -- scx_${scheduler} VM ${counted} --smp 2)
  endforeach()
endforeach()
foreach(kernel 6.18 7.2 7.3)
  scxx_vm_test(lavd.starve.${kernel}-long LONG lavd KERNEL ${kernel} SCRIPT under.sh
               ARGS starve 8 20 100 -- scx_lavd VM ${counted} --smp 4)
  scxx_vm_test(lavd.chain.${kernel}-long LONG lavd KERNEL ${kernel} SCRIPT under.sh
               ARGS chain 20 1000 1 -- scx_lavd VM ${counted} --smp 1)
  # four CPUs of a quarter of the speed: four times the period
  scxx_vm_test(lavd.chain.${kernel}-4cpus LONG lavd KERNEL ${kernel} SCRIPT under.sh
               ARGS chain 20 4000 1 -- scx_lavd VM ${counted} --smp 4)
  scxx_vm_test(lavd.shares.${kernel}-long LONG lavd KERNEL ${kernel} SCRIPT under.sh
               ARGS ${mix} -- scx_lavd VM ${counted} --smp 1)
endforeach()
# These checks find fault where there is one, and none where there is none.
scxx_vm_test(checks.starve LONG lavd KERNEL 7.3 SCRIPT under.sh
             ARGS not starve 8 2 100 -- scx_simple VM ${counted} --smp 4)
scxx_vm_test(checks.preempted LONG lavd KERNEL 7.3 SCRIPT under.sh
             ARGS not preempted 3 85 -- ./scx_faulty --fault 0 VM ${counted} --file $<TARGET_FILE:scx_faulty> --smp 2)
scxx_vm_test(checks.chain LONG lavd KERNEL 7.3 SCRIPT under.sh
             ARGS not chain 2 1000 1 -- scx_simple VM ${counted} --smp 1)
scxx_vm_test(checks.shares LONG lavd KERNEL 7.3 SCRIPT under.sh
             ARGS not ${mix} -- scx_qmap VM ${counted} --smp 1)
scxx_vm_test(checks.starve-none LONG lavd KERNEL 7.3 SCRIPT under.sh ARGS starve 8 2 100 --
             VM ${counted} --smp 4)
foreach(cpus 1 4)
  math(EXPR period "1000 * ${cpus}")
  scxx_vm_test(checks.chain-${cpus}cpus LONG lavd KERNEL 7.3 SCRIPT under.sh
               ARGS chain fifo 2 ${period} 1 -- VM ${counted} --smp ${cpus})
endforeach()
scxx_vm_test(checks.shares-none LONG lavd KERNEL 7.3 SCRIPT under.sh ARGS ${mix} --
             VM ${counted} --smp 1)

# Every kind of change at once, CPUs that go and come among them.
scxx_vm_test(lavd.storm ALONE KERNEL 7.3 SCRIPT storm.sh ARGS 20 hotplug scx_lavd VM ${load})
foreach(kernel 6.18 7.2 7.3)
  scxx_vm_test(lavd.storm.${kernel}-long LONG lavd KERNEL ${kernel} SCRIPT storm.sh
               ARGS 600 hotplug scx_lavd VM ${load})
  scxx_vm_test(lavd.storm.${kernel}-16cpus LONG lavd KERNEL ${kernel} SCRIPT storm.sh
               ARGS 600 hotplug scx_lavd VM ${load} ${big_machine})
endforeach()

scxx_vm_test(lavd.affinity.7.3 ALONE KERNEL 7.3 SCRIPT affinity.sh ARGS 12 8 scx_lavd VM ${load})
foreach(kernel 6.18 7.3)
  foreach(mode performance powersave)
    scxx_vm_test(lavd.affinity.${kernel}-${mode} LONG lavd KERNEL ${kernel} SCRIPT affinity.sh
                 ARGS 40 60 scx_lavd --${mode} VM ${load})
  endforeach()
endforeach()
scxx_vm_test(lavd.affinity.16cpus LONG lavd KERNEL 7.3 SCRIPT affinity.sh ARGS 60 60 scx_lavd
             VM ${load} ${big_machine})

# Power: the modes, from the start and at run time, and what saving it looks like.
scxx_vm_test(lavd.modes ALONE KERNEL 7.3 SCRIPT lavd_modes.sh ARGS 1 VM ${load})
scxx_vm_test(lavd.compaction KERNEL 7.3 SCRIPT lavd_compaction.sh VM ${counted} --smp 8)
foreach(kernel 6.18 7.2 7.3)
  scxx_vm_test(lavd.modes.${kernel}-long LONG lavd KERNEL ${kernel} SCRIPT lavd_modes.sh ARGS 20
               VM ${load})
  scxx_vm_test(lavd.compaction.${kernel}-long LONG lavd KERNEL ${kernel} SCRIPT lavd_compaction.sh
               VM ${counted} --smp 8)
endforeach()

# What is served beside the statistics of the whole machine.
scxx_vm_test(lavd.targets KERNEL 7.3 SCRIPT targets.sh ARGS scx_lavd VM ${load})
# Whoever looks at the statistics leaves nothing behind.
scxx_vm_test(lavd.visits ALONE KERNEL 7.3 SCRIPT visits.sh ARGS 1000 scx_lavd VM ${load})
scxx_vm_test(lavd.monitors LONG lavd KERNEL 7.3 SCRIPT monitors.sh ARGS 200 scx_lavd VM ${load})
