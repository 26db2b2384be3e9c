// SPDX-License-Identifier: GPL-2.0-only
#include <sched.h>

#include <fmt/format.h>

#include "hog.h"
#include "load.h"

namespace load {

// guest_load ext PID: gives a process the policy SCHED_EXT. Status 1 where the kernel refuses it.
int ext(Arguments arguments) {
  if (arguments.size() != 1) wrong_usage("ext PID");
  const sched_param none{};
  if (sched_setscheduler(number(arguments[0]), kSchedExt, &none))
    system_error("sched_setscheduler(SCHED_EXT)");
  return 0;
}

}  // namespace load
