// SPDX-License-Identifier: GPL-2.0-only
//
// The BPF programs of a scheduler, as the kernel counts them: calls and time (while counting is
// on), and the instructions that the verifier walked. Under the lab's --icount a nanosecond is an
// instruction. The time of a call includes the kernel's two looks at the clock, and an interrupt
// that came in between.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scx/base/fd.h"
#include "scx/base/result.h"

namespace scx::bench {

// kernel.bpf_stats_enabled: whether the kernel counts. Counting makes each call a little dearer.
Status count_programs(bool on);

// The id of the newest program in the kernel, 0 for none: ids only grow.
std::uint32_t newest_program();

struct Count {
  std::uint64_t calls = 0;
  std::uint64_t ns = 0;
};

struct Program {
  std::string name;
  std::uint32_t verified = 0;  // instructions walked by the verifier
  Fd fd;                       // keeps the counts after the scheduler's end
};

// The programs loaded after the one with this id.
Result<std::vector<Program>> programs_after(std::uint32_t id);

// One count a program, in the programs' order.
Result<std::vector<Count>> read_counts(const std::vector<Program>& programs);

}  // namespace scx::bench
