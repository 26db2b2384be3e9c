// SPDX-License-Identifier: GPL-2.0-only
//
// What is refused before anything is loaded, on kernels made of files.
#include "scx/framework/preflight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "fake_btf.h"
#include "support.h"

namespace scx::test {
namespace {

using ::testing::HasSubstr;

// A kernel with sched_ext, whose type information is another than that of the one that runs here.
class Preflight : public ::testing::Test {
 protected:
  Preflight() {
    options_.root = dir_.path();
    options_.btf_path = dir_.path() / "btf";
    FakeBtf().add_struct("sched_ext_ops", {"enqueue"}).write(options_.btf_path);
    attached("disabled");
  }
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, as loading a scheduler does";
  }
  void attached(const std::string& state) const {
    dir_.write("sys/kernel/sched_ext/state", state + "\n");
  }

  TempDir dir_;
  PreflightOptions options_;
};

TEST_F(Preflight, LetsASchedulerThrough) {
  const auto ready = preflight(options_);
  EXPECT_TRUE(ready) << ready.error().message();
}

TEST_F(Preflight, TheSchedulersOwnCheckSeesTheGivenTypeInformation) {
  bool asked = false;
  options_.check_kernel = [&asked](const KernelBtf& kernel) -> Status {
    asked = kernel.has_member("sched_ext_ops", "enqueue") && !kernel.has_struct("task_struct");
    return {};
  };
  EXPECT_TRUE(preflight(options_));
  EXPECT_TRUE(asked);
}

TEST_F(Preflight, WhatTheSchedulersOwnCheckSaysIsTheError) {
  options_.check_kernel = [](const KernelBtf&) -> Status {
    return fail(ErrorKind::unsupported, "no --this", "use a kernel from 9.9 on");
  };
  const auto ready = preflight(options_);
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().kind, ErrorKind::unsupported);
  EXPECT_EQ(ready.error().message(), "no --this; use a kernel from 9.9 on");
}

TEST_F(Preflight, AKernelWithoutSchedExtIsNotAskedForMore) {
  const TempDir empty;
  options_.root = empty.path();
  options_.check_kernel = [](const KernelBtf&) -> Status {
    ADD_FAILURE() << "asked";
    return {};
  };
  const auto ready = preflight(options_);
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(ready.error().message(), HasSubstr("CONFIG_SCHED_CLASS_EXT"));
}

TEST_F(Preflight, OneSchedulerAtATime) {
  attached("enabled");
  dir_.write("sys/kernel/sched_ext/root/ops", "simple_0.1.0\n");
  const auto ready = preflight(options_);
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().kind, ErrorKind::busy);
  EXPECT_THAT(ready.error().message(), HasSubstr("simple_0.1.0"));
}

TEST_F(Preflight, ASubSchedulerNeedsAnotherOne) {
  options_.sub_scheduler = true;
  const auto alone = preflight(options_);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().kind, ErrorKind::missing);
  EXPECT_THAT(alone.error().message(), HasSubstr("no scheduler is attached"));
  attached("enabled");
  EXPECT_TRUE(preflight(options_));
}

}  // namespace
}  // namespace scx::test
