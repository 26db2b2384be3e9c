// SPDX-License-Identifier: GPL-2.0-only
//
// What is refused before anything is loaded, on kernels made of files.
#include "scx/framework/preflight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "fake_btf.h"
#include "support.h"

namespace scx::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A kernel with sched_ext, whose type information is another than that of the one that runs here.
class Preflight : public ::testing::Test {
 protected:
  Preflight() {
    options_.root = dir_.path();
    options_.btf_path = dir_.path() / "btf";
    FakeBtf().add_struct("sched_ext_ops", {"enqueue"}).write(options_.btf_path);
    attached("disabled");
    capable("000001ffffffffff");
  }
  // The lines of /proc/self/status that matter.
  void capable(const std::string& effective) const {
    dir_.write("proc/self/status", "Name:\tx\nCapEff:\t" + effective + "\nCpus_allowed_list:\t0-3\n");
  }
  // The verdict on a topic; nothing where it was not looked at.
  std::optional<Verdict> verdict(const std::string& topic) const {
    const auto all = check_system(options_);
    const auto found = std::ranges::find(all, topic, &Finding::topic);
    return found == all.end() ? std::nullopt : std::optional(found->verdict);
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

TEST_F(Preflight, EitherSetOfCapabilitiesWillDo) {
  capable("000000c000000000");  // CAP_PERFMON (38) and CAP_BPF (39)
  EXPECT_TRUE(preflight(options_));
  for (const char* too_few : {"0000000000000000", "0000008000000000", "0000004000000000"}) {
    capable(too_few);
    const auto ready = preflight(options_);
    ASSERT_FALSE(ready) << too_few;
    EXPECT_EQ(ready.error().kind, ErrorKind::permission);
    EXPECT_THAT(ready.error().message(), HasSubstr("sudo"));
  }
  options_.bpf_token = true;
  EXPECT_TRUE(preflight(options_));
}

TEST_F(Preflight, RootOfAContainerIsNotRootEnough) {
  dir_.write("proc/self/uid_map", "         0          0 4294967295\n");
  EXPECT_EQ(verdict("user namespace"), Verdict::ok);
  dir_.write("proc/self/uid_map", "         0       1000          1\n");
  EXPECT_EQ(verdict("user namespace"), Verdict::no);
  EXPECT_THAT(preflight(options_).error().message(), HasSubstr("container"));
}

TEST_F(Preflight, TheCompilerMustBeOn) {
  EXPECT_EQ(verdict("BPF's JIT"), std::nullopt) << "only root may read it";
  dir_.write("proc/sys/net/core/bpf_jit_enable", "1\n");
  EXPECT_EQ(verdict("BPF's JIT"), Verdict::ok);
  dir_.write("proc/sys/net/core/bpf_jit_enable", "0\n");
  EXPECT_THAT(preflight(options_).error().message(), HasSubstr("net.core.bpf_jit_enable=1"));
}

TEST_F(Preflight, LockdownForConfidentialityForbidsIt) {
  dir_.write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
  EXPECT_EQ(verdict("lockdown"), Verdict::ok);
  dir_.write("sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
  EXPECT_THAT(preflight(options_).error().message(), HasSubstr("locked down"));
}

TEST_F(Preflight, AKernelWithBrokenTypeInformationIsNamedBeforeAnythingIsLoaded) {
  FakeBtf()
      .add_struct("sched_ext_ops", {"enqueue"})
      .add_function("scx_bpf_kick_cpu", {"cpu", "flags", "aux"})
      .write(options_.btf_path);
  EXPECT_EQ(verdict("kfuncs"), Verdict::no);
  EXPECT_THAT(preflight(options_).error().message(),
              AllOf(HasSubstr("scx_bpf_kick_cpu"), HasSubstr("use another build")));
}

TEST_F(Preflight, WhatOnlyMattersToSomePartsIsNoted) {
  dir_.write("boot/config-" + kernel_release(),
             "CONFIG_SCHED_CLASS_EXT=y\nCONFIG_BPF_SYSCALL=y\nCONFIG_BPF_JIT=y\n"
             "CONFIG_DEBUG_INFO_BTF=y\nCONFIG_FUNCTION_TRACER=y\nCONFIG_FTRACE_SYSCALLS=y\n"
             "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS=y\nCONFIG_EXT_GROUP_SCHED=y\n");
  const auto all = check_system(options_);
  const auto found = std::ranges::find(all, std::string("kernel options"), &Finding::topic);
  ASSERT_NE(found, all.end());
  EXPECT_EQ(found->verdict, Verdict::note);
  EXPECT_THAT(found->found, HasSubstr("CONFIG_KALLSYMS is not set"));
  EXPECT_THAT(findings_text(all), HasSubstr("needed for: names in the backtrace"));
  EXPECT_TRUE(preflight(options_));
}

TEST_F(Preflight, LimitsOfItsCgroupAreNoted) {
  dir_.write("proc/self/cgroup", "1:name=x:/elsewhere\n0::/a/b\n");
  EXPECT_EQ(verdict("memory"), Verdict::ok);
  dir_.write("sys/fs/cgroup/a/memory.max", "8388608\n");
  dir_.write("sys/fs/cgroup/a/b/memory.max", "max\n");
  EXPECT_EQ(verdict("memory"), Verdict::note) << "of a cgroup above";
  dir_.write("sys/fs/cgroup/a/memory.max", "1073741824\n");
  EXPECT_EQ(verdict("memory"), Verdict::ok);

  dir_.write("sys/devices/system/cpu/online", "0-3\n");
  EXPECT_EQ(verdict("CPUs"), Verdict::ok);
  dir_.write("sys/devices/system/cpu/online", "0-7\n");
  EXPECT_EQ(verdict("CPUs"), Verdict::note);
}

TEST_F(Preflight, RealTimeTasksWithoutALimitAndHooksSwitchedOffAreNoted) {
  dir_.write("proc/sys/kernel/sched_rt_runtime_us", "950000\n");
  dir_.write("proc/sys/kernel/ftrace_enabled", "1\n");
  EXPECT_EQ(verdict("real-time tasks"), Verdict::ok);
  EXPECT_EQ(verdict("hooks"), Verdict::ok);
  dir_.write("proc/sys/kernel/sched_rt_runtime_us", "-1\n");
  dir_.write("proc/sys/kernel/ftrace_enabled", "0\n");
  EXPECT_EQ(verdict("real-time tasks"), Verdict::note);
  EXPECT_EQ(verdict("hooks"), Verdict::note);
  EXPECT_TRUE(preflight(options_));
}

TEST_F(Preflight, FindingsAreJsonToo) {
  attached("enabled");
  const auto json = findings_json(check_system(options_));
  EXPECT_THAT(json.text, HasSubstr(R"("ready":false)"));
  EXPECT_THAT(json.text, HasSubstr(R"("topic":"other schedulers","verdict":"no")"));
}

}  // namespace
}  // namespace scx::test
