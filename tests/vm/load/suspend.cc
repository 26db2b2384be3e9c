// SPDX-License-Identifier: GPL-2.0-only
//
// A system sleep that is given up when all of user space is frozen and devices are being stopped:
// an alarm that is due before two seconds have passed lets the kernel go no further
// (alarmtimer_suspend()).
#include <fcntl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "load.h"

namespace load {
namespace {

constexpr itimerspec kSoon{.it_interval = {}, .it_value = {.tv_sec = 1, .tv_nsec = 900'000'000}};
constexpr char kWord[] = "freeze";

// Whether the kernel gave up for the alarm.
bool give_up_a_sleep() {
  const int alarm = timerfd_create(CLOCK_BOOTTIME_ALARM, TFD_CLOEXEC);
  if (alarm < 0 || timerfd_settime(alarm, 0, &kSoon, nullptr)) system_error("an alarm");
  const int state = open("/sys/power/state", O_WRONLY | O_CLOEXEC);
  if (state < 0) system_error("/sys/power/state");
  const ssize_t written = write(state, kWord, sizeof kWord - 1);
  const bool busy = written < 0 && errno == EBUSY;
  if (written < 0 && !busy) system_error("the sleep");
  close(state);
  close(alarm);
  return busy;
}

}  // namespace

// guest_load suspend ROUNDS: so many system sleeps that are given up.
int suspend(Arguments arguments) {
  if (arguments.size() != 1) wrong_usage("suspend ROUNDS");
  const int rounds = number(arguments[0]);
  int given_up = 0;
  for (int i = 0; i < rounds; i++) given_up += give_up_a_sleep();
  fmt::print("{} of {} sleeps were given up\n", given_up, rounds);
  return given_up == rounds ? 0 : 1;
}

}  // namespace load
