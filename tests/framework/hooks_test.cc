// SPDX-License-Identifier: GPL-2.0-only
#include "hooks.h"

#include <gtest/gtest.h>

#include "fake_btf.h"
#include "support.h"

namespace scx::test {
namespace {

class HasHook : public ::testing::Test {
 protected:
  HasHook() {
    FakeBtf types;
    types.add_function("futex_wake", {"uaddr"}).add_struct("futex_q", {"list"});
    types.add_typedef("btf_trace_sched_process_exec").add_typedef("sched_switch");
    types.write(dir_.path() / "btf");
    auto loaded = KernelBtf::load(dir_.path() / "btf");
    EXPECT_TRUE(loaded);
    kernel_.emplace(*std::move(loaded));
  }
  bool has(std::string_view section) const { return has_hook(*kernel_, section, dir_.path()); }

  TempDir dir_;
  std::optional<KernelBtf> kernel_;
};

TEST_F(HasHook, FunctionsForFentryAndFexit) {
  for (const char* kind : {"fentry/", "fexit/", "fentry.s/", "fexit.s/"}) {
    EXPECT_TRUE(has(std::string(kind) + "futex_wake")) << kind;
    EXPECT_FALSE(has(std::string(kind) + "futex_wait")) << kind;
    EXPECT_FALSE(has(std::string(kind) + "futex_q")) << "a struct is no function";
    EXPECT_FALSE(has(kind));
  }
}

TEST_F(HasHook, TracepointsWithTypes) {
  EXPECT_TRUE(has("tp_btf/sched_process_exec"));
  EXPECT_FALSE(has("tp_btf/sched_switch")) << "a typedef, but no tracepoint's";
  EXPECT_FALSE(has("tp_btf/futex_wake"));
}

TEST_F(HasHook, EventsInTracefsWhereverItIsMounted) {
  EXPECT_FALSE(has("tracepoint/sched/sched_switch"));
  dir_.write("sys/kernel/debug/tracing/events/sched/sched_wakeup/format", "");
  dir_.write("sys/kernel/tracing/events/sched/sched_switch/format", "");
  EXPECT_TRUE(has("tracepoint/sched/sched_switch"));
  EXPECT_TRUE(has("tp/sched/sched_wakeup"));
  EXPECT_FALSE(has("tracepoint/sched/sched_process_exec"));
  EXPECT_FALSE(has("tracepoint/sched/sched_switch/format")) << "a file is no event";
}

TEST_F(HasHook, NothingElse) {
  for (const char* section : {"", "fentry", "kprobe/futex_wake", "struct_ops/enqueue", "syscall",
                              "fentry/module:futex_wake", "futex_wake"})
    EXPECT_FALSE(has(section)) << section;
}

}  // namespace
}  // namespace scx::test
