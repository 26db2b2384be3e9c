// SPDX-License-Identifier: GPL-2.0-only
//
// A server of statistics in a process of its own, so that its memory and its time can be told from
// the clients'.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "scx/base/fd.h"

namespace scx::stats::load {

class Served {
 public:
  // Serves at the path, with the library's default limits but for the number of clients, and waits
  // until it does. Ends the program where that fails. Requires: no other thread yet.
  Served(const std::string& path, std::size_t max_clients);
  // Stops the server as a scheduler does.
  ~Served();
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  bool runs() const;
  long resident_kib() const;
  long peak_kib() const;
  double cpu_seconds() const;
  std::size_t open_files() const;

 private:
  long status_kib(const std::string& field) const;
  std::string proc(const std::string& file) const;

  pid_t pid_ = 0;
  Fd alive_;  // the server ends when this is closed
};

}  // namespace scx::stats::load
