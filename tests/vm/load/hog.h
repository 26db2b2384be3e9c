// SPDX-License-Identifier: GPL-2.0-only
//
// Hog: a thread that wants the CPU all the time.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace load {

constexpr int kSchedExt = 7;  // SCHED_EXT, which older headers lack

struct HogOptions {
  int nice = 0;
  bool ext = false;  // policy SCHED_EXT: a partial scheduler then has it, too
};

// Runs from its construction on, ends with its destruction. Any thread may ask.
class Hog {
 public:
  explicit Hog(HogOptions options);

  void set_nice(int nice) const;
  std::chrono::nanoseconds cpu_time() const;

 private:
  std::atomic<pid_t> tid_ = 0;
  std::jthread thread_;
};

using Hogs = std::vector<std::unique_ptr<Hog>>;

Hogs make_hogs(int count, HogOptions options);
std::chrono::nanoseconds cpu_time(const Hogs& hogs);

int online_cpus();
// So many hogs that the others' queue has one left while each CPU runs one and takes another.
int saturating_hogs();

}  // namespace load
