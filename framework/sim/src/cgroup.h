// SPDX-License-Identifier: GPL-2.0-only
//
// A simulated cgroup.
#pragma once

#include <string>
#include <vector>

#include "scx/sim/kernel.h"
#include "scx/sim/workload.h"

namespace scx::sim {

// The base is what the policy sees, with what it points to.
struct Cgroup : cgroup {
  Cgroup(std::string at, u64 id);
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  const std::string path, name;   // the root's: "/" and none
  std::vector<Cgroup*> children;  // in the order in which they were made
  bool initialized = false;       // the policy knows of it
  u64 period_us = 100'000, quota_us = CgroupSettings::kNoQuota, burst_us = 0;
  bool idle = false;

  u32& weight() { return group_.scx.weight; }

 private:
  kernfs_node node_;
  task_group group_;
};

}  // namespace scx::sim
