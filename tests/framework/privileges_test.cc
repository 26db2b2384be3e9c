// SPDX-License-Identifier: GPL-2.0-only
//
// What is left of a process's privileges, each case in a process of its own. Where the tests run as
// root there is something to lose; tests/vm/guest/service.sh does it with a scheduler.
#include "privileges.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

#include <charconv>
#include <thread>

#include "scx/base/file.h"

namespace scx::test {
namespace {

constexpr Capabilities kBpf = capability(CAP_BPF), kPerfmon = capability(CAP_PERFMON),
                       kAdmin = capability(CAP_SYS_ADMIN), kChown = capability(CAP_CHOWN);

// Of this thread.
Capabilities shown(const char* name) {
  const auto text = read_file("/proc/thread-self/status").value_or("");
  Capabilities set = 0;
  const std::size_t at = text.find(std::string("\n") + name + ":\t");
  if (at == text.npos) return ~Capabilities{0};
  const char* from = text.data() + text.find('\t', at) + 1;
  std::from_chars(from, text.data() + text.size(), set, 16);
  return set;
}

// Whether each set of this thread is as it should be.
bool has_only(Capabilities set) {
  return shown("CapPrm") == set && shown("CapEff") == set && shown("CapInh") == 0 &&
         shown("CapAmb") == 0 && shown("NoNewPrivs") == 1;
}

void expect_in_a_process(bool (*promise)()) {
  EXPECT_EXIT(std::_Exit(promise() ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST(Privileges, LoadingTakesTwoCapabilitiesOrTheOneThatStandsForThem) {
  EXPECT_EQ(to_load(~Capabilities{0}), kBpf | kPerfmon);
  EXPECT_EQ(to_load(kBpf | kPerfmon | kChown), kBpf | kPerfmon);
  EXPECT_EQ(to_load(kAdmin | kChown), kAdmin);
  EXPECT_EQ(to_load(kAdmin | kBpf), kAdmin | kBpf);
  EXPECT_EQ(to_load(kChown), 0);
}

TEST(Privileges, NothingElseIsLeft) {
  expect_in_a_process([] {
    const bool may_bound = shown("CapEff") & capability(CAP_SETPCAP);
    const Capabilities before = shown("CapPrm");
    const auto left = renounce_privileges(0);
    return left && *left == to_load(before) && has_only(*left) &&
           (!may_bound || shown("CapBnd") == *left);
  });
}

TEST(Privileges, WhatIsAskedForStays) {
  expect_in_a_process([] {
    const Capabilities before = shown("CapPrm");
    const auto left = renounce_privileges(kChown);
    return left && *left == (to_load(before) | (before & kChown)) && has_only(*left);
  });
}

TEST(Privileges, ASecondTimeChangesNothing) {
  expect_in_a_process([] {
    const auto once = renounce_privileges(0), twice = renounce_privileges(0);
    return once && twice && *once == *twice && has_only(*once);
  });
}

TEST(Privileges, ThreadsThatComeLaterHaveNoMore) {
  expect_in_a_process([] {
    const auto left = renounce_privileges(0);
    bool same = false;
    std::thread([&] { same = left && has_only(*left); }).join();
    return same;
  });
}

TEST(Privileges, SetsAreSaidByName) {
  EXPECT_EQ(names(0), "none");
  EXPECT_EQ(names(kBpf | kPerfmon), "CAP_PERFMON, CAP_BPF");
  EXPECT_EQ(names(kChown | capability(CAP_SYS_NICE)), "CAP_CHOWN, capability 23");
}

}  // namespace
}  // namespace scx::test
