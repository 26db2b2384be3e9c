// SPDX-License-Identifier: GPL-2.0-only
//
// take_handed_socket(), each case in a process of its own: it is about a process's start.
#include "activation.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

namespace scx::test {
namespace {

// Whether `promise` holds in a process that was started with so many descriptors, from 3 on.
void expect_after_start(const std::string& pid, const char* count, bool (*promise)()) {
  EXPECT_EXIT(
      {
        ::dup2(STDERR_FILENO, 3);
        ::dup2(STDERR_FILENO, 4);
        ::setenv("LISTEN_PID", pid.empty() ? std::to_string(::getpid()).c_str() : pid.c_str(), 1);
        ::setenv("LISTEN_FDS", count, 1);
        ::setenv("LISTEN_FDNAMES", "stats", 1);
        const bool kept = promise() && std::getenv("LISTEN_FDS") == nullptr &&
                          std::getenv("LISTEN_PID") == nullptr &&
                          std::getenv("LISTEN_FDNAMES") == nullptr;
        std::_Exit(kept ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

bool nothing_is_taken() {
  const auto taken = take_handed_socket();
  return taken && !*taken && ::fcntl(3, F_GETFD) == 0;
}

TEST(Activation, TheSocketIsTakenOnce) {
  expect_after_start("", "1", [] {
    const auto taken = take_handed_socket();
    const auto again = take_handed_socket();
    return taken && *taken && (*taken)->get() == 3 && ::fcntl(3, F_GETFD) == FD_CLOEXEC && again &&
           !*again;
  });
}

TEST(Activation, WhatIsForAnotherProcessIsLeftAlone) {
  expect_after_start("1", "1", nothing_is_taken);
  expect_after_start("no number", "1", nothing_is_taken);
}

TEST(Activation, NoneIsNone) {
  for (const char* count : {"0", "-1", "", "1x", "99999999999999999999"})
    expect_after_start("", count, nothing_is_taken);
}

TEST(Activation, TwoAreWrongUsage) {
  expect_after_start("", "2", [] {
    const auto taken = take_handed_socket();
    return !taken && taken.error().kind == ErrorKind::usage;
  });
}

}  // namespace
}  // namespace scx::test
