// SPDX-License-Identifier: GPL-2.0-only
//
// Workload: what the tasks of a simulation do. Each kind of task runs a program of operations, over
// and over; all that happens in a simulation comes from these, from the machine and from the seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scx/base/cpu_set.h"
#include "scx/base/result.h"

namespace scx::sim {

// A length of time, evenly drawn from min … max at each use.
struct Span {
  std::uint64_t min_ns = 0, max_ns = 0;
};

// What the files of a cgroup's CPU controller are set to; none: as it was, at first the default,
// which is behind the range.
struct CgroupSettings {
  static constexpr std::uint64_t kNoQuota = ~0ull;
  std::optional<std::uint32_t> weight = {};     // cpu.weight: 1 … 10,000; 100
  std::optional<std::uint64_t> period_us = {};  // cpu.max: 1000 … 1,000,000; 100,000
  std::optional<std::uint64_t> quota_us = {};   // cpu.max: from 1000 on, or kNoQuota; kNoQuota
  std::optional<std::uint64_t> burst_us = {};   // cpu.max.burst: up to the quota; 0
  std::optional<bool> idle = {};                // cpu.idle; false
};

struct Op {
  enum class Kind {
    run,     // work for `span` on the biggest core at full speed with no busy sibling
    sleep,   // for `span`, until a timer's interrupt
    period,  // until the next multiple of `span` since the task's first one
    wait,    // for the semaphore `object`
    post,    // the semaphore `object`, waking one who waits; `sync`: as a waker about to sleep
    lock,    // the mutex `object`; who has to wait gets it handed over
    unlock,  //
    fork,    // a task of the kind `object`
    yield,   //
    // Of the task itself; or, where `object` is one, of all living tasks of that kind.
    set_nice,   // to `value`
    set_cpus,   // the CPUs that it may use, `cpus`
    set_class,  // to real time, which is not the policy's, where `value` is not 0
    set_group,  // to the cgroup `group`
    // The task stays on its CPU from the first to the second; they nest.
    migrate_disable,
    migrate_enable,
    // Of the machine: `cpus` go offline, where that leaves one online, and come back.
    cpu_off,
    cpu_on,
    // The cgroup `group` gets the `settings`, as far as the kernel takes them.
    change_group,
  };
  Kind kind = Kind::run;
  Span span = {};
  int object = -1;
  bool sync = false;
  int value = 0;
  CpuSet cpus = {};
  std::string group = {};  // its path; "/": the root
  CgroupSettings settings = {};

  // Whether `object` is a kind of tasks.
  bool names_kind() const {
    return object >= 0 && (kind == Kind::fork || kind == Kind::set_nice || kind == Kind::set_cpus ||
                           kind == Kind::set_class || kind == Kind::set_group);
  }
};

struct Phase {
  std::uint32_t loops = 1;
  std::vector<Op> ops = {};
};

struct TaskKind {
  std::string name;
  int count = 1;                    // tasks that start by themselves; 0: only fork starts them
  int nice = 0;                     // -20 … 19
  std::optional<CpuSet> cpus = {};  // none: all
  bool real_time = false;           // not the policy's
  std::string group = {};           // its cgroup's path; empty: that of who forks it, or the root
  std::uint64_t start_ns = 0;
  std::int64_t rounds = -1;  // of all phases; then the task exits. -1: for ever
  std::vector<Phase> phases = {};
};

// A cgroup below the root, by its path.
struct CgroupSetup {
  std::string path;
  CgroupSettings settings = {};
};

struct Workload {
  std::string name;
  std::uint64_t duration_ns = 1'000'000'000;
  std::uint64_t warmup_ns = 0;  // of the duration: what happens before does not count
  int nr_semaphores = 0, nr_mutexes = 0;
  std::vector<TaskKind> kinds = {};
  // In the order in which they are made. Those that are named elsewhere only, and the parents of
  // all, are there as well, with the defaults.
  std::vector<CgroupSetup> cgroups = {};
};

// The kernel's weight of a nice value, 1 … 10000, 100 for nice 0. Requires: -20 ≤ nice ≤ 19.
std::uint32_t weight_of(int nice);

// Whether a cgroup may have that path: it begins with "/", and no part of it is empty, "." or "..";
// "/" alone is the root. Errors: invalid.
Status check_group_path(std::string_view path);

}  // namespace scx::sim
