// SPDX-License-Identifier: GPL-2.0-only
//
// How long a task that could run has to wait, seen from inside.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <thread>

#include <fmt/format.h>

#include "hog.h"
#include "load.h"

namespace load {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration;
using Milliseconds = duration<double, std::milli>;

// A thread that does nothing but look at the clock: between two looks it was kept waiting.
class Watcher {
 public:
  explicit Watcher(const std::atomic<bool>& watching)
      : thread_([this, &watching](std::stop_token stop) { run(stop, watching); }) {}

  void start(Clock::time_point now) { last_ = now; }
  // Also what it has been waiting for at this moment, for it may never have had a turn.
  Clock::duration longest(Clock::time_point now) const {
    return std::max(longest_.load(), now - last_.load());
  }

 private:
  void run(const std::stop_token& stop, const std::atomic<bool>& watching) {
    watching.wait(false);
    while (!stop.stop_requested()) {
      const Clock::time_point now = Clock::now();
      const Clock::duration gap = now - last_.load(std::memory_order_relaxed);
      last_.store(now, std::memory_order_relaxed);
      if (gap > longest_.load(std::memory_order_relaxed)) longest_ = gap;
    }
  }

  std::atomic<Clock::time_point> last_{};
  std::atomic<Clock::duration> longest_{Clock::duration{}};
  std::jthread thread_;
};

}  // namespace

// guest_load starve THREADS_PER_CPU SECONDS LIMIT_MS: so many hogs of nice 0 a CPU, and none of
// them ever waits for longer than the limit.
int starve(Arguments arguments) {
  if (arguments.size() != 3) wrong_usage("starve THREADS_PER_CPU SECONDS LIMIT_MS");
  const int threads = number(arguments[0]) * online_cpus();
  const std::chrono::seconds length(number(arguments[1]));
  const std::chrono::milliseconds limit(number(arguments[2]));
  std::atomic<bool> watching = false;
  std::deque<Watcher> watchers;
  for (int i = 0; i < threads; i++) watchers.emplace_back(watching);
  const Clock::time_point start = Clock::now();
  for (Watcher& watcher : watchers) watcher.start(start);
  watching = true;
  watching.notify_all();
  std::this_thread::sleep_for(length);

  const Clock::time_point end = Clock::now();
  std::vector<Clock::duration> waits;
  for (const Watcher& watcher : watchers) waits.push_back(watcher.longest(end));
  std::sort(waits.begin(), waits.end());
  const auto late = waits.end() - std::upper_bound(waits.begin(), waits.end(), limit);
  fmt::print(
      "longest wait of each of {} threads in {:.1f} s: {:.1f} to {:.1f} ms, median {:.1f}; {} "
      "above {} ms\n",
      threads, duration<double>(end - start).count(), Milliseconds(waits.front()).count(),
      Milliseconds(waits.back()).count(), Milliseconds(waits[waits.size() / 2]).count(), late,
      limit.count());
  return late ? 1 : 0;
}

}  // namespace load
