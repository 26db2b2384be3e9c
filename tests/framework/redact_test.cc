// SPDX-License-Identifier: GPL-2.0-only
//
// Names of processes in what kernels from 6.12 to 7.3 write.
#include "redact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace scx::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Redact, WhatTheKernelSaysOfATask) {
  const std::pair<const char*, const char*> lines[] = {
      {"Secret[12] triggered exit kind 1025 on CPU 1:",
       "task[12] triggered exit kind 1025 on CPU 1:"},
      {"  runnable task stall (Secret[125] failed to run for 3.024s)",
       "  runnable task stall (task[125] failed to run for 3.024s)"},
      {"runnable task stall: Web Secret[125] failed to run for 3.024s",
       "runnable task stall: task[125] failed to run for 3.024s"},
      {"          curr=Secret[122] class=rt_sched_class",
       "          curr=task[122] class=rt_sched_class"},
      {"          rescue=0 budget=0us rescuing=Secret[-1]",
       "          rescue=0 budget=0us rescuing=task[-1]"},
      {"  R Secret[125] *root -3024ms", "  R task[125] *root -3024ms"},
      {" *R Secret[125] -4ms", " *R task[125] -4ms"},
      {" *S a [1] Secret[125] +4ms", " *S task[125] +4ms"},
      {"SCX_DSQ_LOCAL[_ON] target CPU 3 not allowed for Secret[7]",
       "SCX_DSQ_LOCAL[_ON] target CPU 3 not allowed for task[7]"},
      {"SCX_DSQ_LOCAL[_ON] cannot move migration disabled Secret[7] from CPU 1 to 2",
       "SCX_DSQ_LOCAL[_ON] cannot move migration disabled task[7] from CPU 1 to 2"},
      {"scheduling for Secret[1] but trying to direct-dispatch Secret b[22]",
       "scheduling for task[1] but trying to direct-dispatch task[22]"},
      {"used too much rescue CPU time (5ms) while Secret[9] waited 1.000s to be rescued",
       "used too much rescue CPU time (5ms) while task[9] waited 1.000s to be rescued"},
      {"select_cpu kfunc called cross-task on Secret[9]",
       "select_cpu kfunc called cross-task on task[9]"},
      {"no context for task 12 (Secret): all of 5 are in use",
       "no context for task 12 (task): all of 5 are in use"},
      {"no context for task 12 (Secret :)): all of 5 are in use",
       "no context for task 12 (task): all of 5 are in use"},
      {"(Secret)[9] failed to run for 1.000s", "task[9] failed to run for 1.000s"},
      {"  runnable task stall (Secret\n[9] failed to run",
       "  runnable task stall (task[9] failed to run"},
      {"Secret\n[9] triggered exit kind 1026:\nmore", "task[9] triggered exit kind 1026:\nmore"},
  };
  for (const auto& [said, kept] : lines) EXPECT_EQ(redact_tasks(said), kept);
}

TEST(Redact, TheRestOfADumpStays) {
  const std::string dump = R"(faulty_0.1.0_x86_64_unknown_linux_gnu: root
swapper/1[0] triggered exit kind 1025 on CPU 1:
  scx_bpf_error (cid 1 found nothing and gave up)

Backtrace:
  scx_exit_bstr+0xdd/0x110
  bpf_prog_5d24911dd60d1c66_faulty_dispatch+0x13a/0x153

CPU states
----------

CPU 0   : nr_run=0 flags=0x101 cpu_rel=0 ksync=0
          curr=kworker/u8:3[46] class=ext_sched_class

 *R kworker/u8:3[46] *root -4ms
      scx_state/flags=4/0xd dsq_flags=0x0 ops_state/qseq=0/0
      sticky/holding_cpu=-1/-1 dsq_id=(n/a)
    queue 3: 12 tasks: 12 13

Event counters
--------------
              SCX_EV_SELECT_CPU_FALLBACK:                0
)";
  EXPECT_EQ(redact_tasks(dump), dump);
}

// Wherever the dump's end cuts it off, no part of the name that is long enough to be one is left.
TEST(Redact, ADumpThatEndsInsideAName) {
  const std::string dump =
      "Secret Thing[12] triggered exit kind 1026:\n"
      "          curr=Secret Thing[99] class=ext_sched_class\n"
      "\n"
      "  R Secret Thing[125] *root -3024ms\n"
      "          rescue=0 budget=0us rescuing=Secret Thing[5]\n";
  for (std::size_t end = dump.find('\n'); end <= dump.size(); ++end) {
    for (const char* more : {"", "\n\n~~~~ TRUNCATED ~~~~\n"}) {
      const std::string left = redact_tasks(dump.substr(0, end) + more);
      EXPECT_THAT(left, Not(HasSubstr("Se"))) << end;
      EXPECT_THAT(left, Not(HasSubstr("Thi"))) << end;
    }
  }
}

// Any 1 to 15 bytes in the kernel's own places: what is left never depends on the name.
TEST(Redact, NoNameIsTooOdd) {
  std::mt19937 random(1);
  const std::string alphabet = "ab:([])= '\"/1-R*.\xff";
  for (int i = 0; i < 20'000; ++i) {
    std::string name = "Q";  // not one of the kernel's
    while (name.size() < 1 + random() % 15) name += alphabet[random() % alphabet.size()];
    for (const auto& [before, after] :
         {std::pair<std::string, std::string>{"", "[77] triggered exit kind 1026:"},
          {"runnable task stall: ", "[77] failed to run for 3.024s"},
          {"  runnable task stall (", "[77] failed to run for 3.024s)"},
          {"          curr=", "[77] class=ext_sched_class"},
          {" *R ", "[77] *root -4ms"},
          {"target CPU 3 not allowed for ", "[77]"}}) {
      const std::string left = redact_tasks(before + name + after);
      EXPECT_THAT(left, Not(HasSubstr("Q"))) << before + name + after;
      EXPECT_THAT(left, ::testing::EndsWith(after)) << before + name + after;
    }
  }
}

TEST(Redact, Homes) {
  EXPECT_EQ(redact_homes("--report=/home/alice/r.tar.gz"), "--report=/home/USER/r.tar.gz");
  EXPECT_EQ(redact_homes("/home/alice: /home/bob b"), "/home/USER: /home/USER b");
  EXPECT_EQ(redact_homes("/home/"), "/home/");
  EXPECT_EQ(redact_homes("nothing"), "nothing");
}

}  // namespace
}  // namespace scx::test
