// SPDX-License-Identifier: GPL-2.0-only
//
// Feed: collects on a thread of its own, so that a scheduler which answers late never keeps the
// screen or its keys waiting.
//
//   Feed feed = …;
//   poll(feed.fd());                  // readable: there is something new
//   if (auto news = feed.take()) …
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "collect.h"
#include "scx/base/fd.h"

namespace scx::scxtop {

struct News {
  Model model;
  std::optional<Error> error;  // of this round
};

class Feed {
 public:
  // Starts at once. The thread takes no signals. Throws std::system_error where there are no more
  // descriptors or threads.
  Feed(std::string path, double interval_s);
  // Interrupts a request that waits.
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  int fd() const { return ready_.get(); }
  // What came since the last call; only the newest.
  std::optional<News> take();

  // How to go on. A new interval or section counts from now.
  void set(double interval_s, bool paused, const Sections& sections);

 private:
  struct Orders {
    double interval_s;
    bool paused = false;
    Sections sections = kAllSections;
    bool operator==(const Orders&) const = default;
  };

  void run();
  Status collect(const Sections& sections);
  bool wait_for_turn(std::unique_lock<std::mutex>& lock,
                     std::chrono::steady_clock::time_point begun, bool connected);

  Fd ready_, cancel_;
  Collector collector_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Orders orders_;
  bool ending_ = false;
  std::optional<News> news_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace scx::scxtop
