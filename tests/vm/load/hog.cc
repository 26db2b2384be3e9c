// SPDX-License-Identifier: GPL-2.0-only
#include "hog.h"

#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

namespace load {

Hog::Hog(HogOptions options)
    : thread_([this, options](std::stop_token stop) {
        if (setpriority(PRIO_PROCESS, 0, options.nice)) system_error("setpriority");
        const sched_param none{};
        if (options.ext && sched_setscheduler(0, kSchedExt, &none))
          system_error("sched_setscheduler(SCHED_EXT)");
        tid_ = gettid();
        tid_.notify_all();
        while (!stop.stop_requested()) {
        }
      }) {
  tid_.wait(0);
}

void Hog::set_nice(int nice) const {
  if (setpriority(PRIO_PROCESS, static_cast<id_t>(tid_.load()), nice)) system_error("setpriority");
}

std::chrono::nanoseconds Hog::cpu_time() const {
  clockid_t clock{};
  timespec time{};
  if (pthread_getcpuclockid(const_cast<std::jthread&>(thread_).native_handle(), &clock) ||
      clock_gettime(clock, &time))
    system_error("a thread's CPU clock");
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Hogs make_hogs(int count, HogOptions options) {
  Hogs hogs;
  for (int i = 0; i < count; i++) hogs.push_back(std::make_unique<Hog>(options));
  return hogs;
}

std::chrono::nanoseconds cpu_time(const Hogs& hogs) {
  std::chrono::nanoseconds sum{};
  for (const auto& hog : hogs) sum += hog->cpu_time();
  return sum;
}

int online_cpus() { return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)); }

int saturating_hogs() { return 2 * online_cpus() + 1; }

// guest_load spin THREADS SECONDS: THREADS hogs.
int spin(Arguments arguments) {
  if (arguments.size() != 2) wrong_usage("spin THREADS SECONDS");
  const Hogs hogs = make_hogs(number(arguments[0]), {});
  std::this_thread::sleep_for(std::chrono::seconds(number(arguments[1])));
  return 0;
}

}  // namespace load
