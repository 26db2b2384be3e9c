// SPDX-License-Identifier: GPL-2.0-only
//
// The schedulers that run here: those that the kernel names and those that serve statistics.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace scx::scxstat {

struct Scheduler {
  std::string name;    // "root", or "sub-ID"
  std::string ops;     // what the kernel calls it; empty where it names none
  std::string cgroup;  // of a sub-scheduler, below the root cgroup; empty where none is found
  std::string socket;
  bool answers = false;
  std::string why;  // it does not
};

struct Listing {
  std::string state;  // of sched_ext, as the kernel says; empty where the kernel has none
  std::vector<Scheduler> schedulers;  // root first, the others by name
  bool any_answers() const;
};

// Below `root`, which stands for /. Each socket is asked, for at most `timeout`.
Listing look_around(const std::filesystem::path& root, std::chrono::milliseconds timeout);

std::string as_text(const Listing& listing);
std::string as_json(const Listing& listing);

}  // namespace scx::scxstat
