// SPDX-License-Identifier: GPL-2.0-only
//
// Many threads that live at the same time.
#include <pthread.h>
#include <time.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "load.h"

namespace load {
namespace {

constexpr std::size_t kStackBytes = 64 * 1024;
constexpr std::chrono::milliseconds kPause{20};
constexpr int kTries = 1500;  // half a minute

struct Crowd {
  std::atomic<bool> released = false;
  std::atomic<int> answered = 0;
};

void* wait_and_answer(void* argument) {
  auto& crowd = *static_cast<Crowd*>(argument);
  crowd.released.wait(false);
  crowd.answered++;
  return nullptr;
}

// Another thread, however often it takes; counts the refusals.
pthread_t insist(const pthread_attr_t& attributes, Crowd& crowd, int& refusals) {
  pthread_t thread{};
  for (int tries = 0; tries < kTries; tries++) {
    errno = pthread_create(&thread, &attributes, wait_and_answer, &crowd);
    if (!errno) return thread;
    refusals++;
    std::this_thread::sleep_for(kPause);
  }
  system_error("another thread");
}

}  // namespace

// guest_load fill COUNT: makes threads until COUNT live, and tries again when one is refused. Then all
// of them must answer.
int fill(Arguments arguments) {
  if (arguments.size() != 1) wrong_usage("fill COUNT");
  const int count = number(arguments[0]);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  Crowd crowd;
  int refusals = 0;
  std::vector<pthread_t> threads;
  for (int i = 0; i < count; i++) threads.push_back(insist(attributes, crowd, refusals));
  fmt::print("{} threads live, {} were refused at first\n", threads.size(), refusals);
  crowd.released = true;
  crowd.released.notify_all();
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  fmt::print("{} answered\n", crowd.answered.load());
  return crowd.answered == count ? 0 : 1;
}

}  // namespace load
