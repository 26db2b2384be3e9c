// SPDX-License-Identifier: GPL-2.0-only
//
// Messaging, in hackbench's shape: groups of senders and receivers over socket pairs, each sender
// sending 100 bytes to each receiver of its group in turn.
#pragma once

#include <cstdint>

#include "children.h"
#include "scx/base/result.h"

namespace scx::bench {

struct Messaging {
  int groups = 2;
  int senders = 20;  // of each group, and as many receivers
  int loops = 50;    // messages from each sender to each receiver; 0: until killed

  int processes() const { return 2 * groups * senders; }
  std::int64_t messages() const { return std::int64_t{1} * groups * senders * senders * loops; }
};

// All processes, waiting for go().
Result<Children> start_messaging(const Messaging& spec);

// The nanoseconds from go() until the last process has ended.
Result<std::int64_t> time_messaging(const Messaging& spec);

}  // namespace scx::bench
