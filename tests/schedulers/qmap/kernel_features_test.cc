// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_btf.h"
#include "support.h"

namespace qmap::test {
namespace {

using scx::KernelBtf;
using scx::test::FakeBtf;
using ::testing::AllOf;
using ::testing::HasSubstr;

KernelBtf load(const FakeBtf& fake) {
  const scx::test::TempDir dir;
  fake.write(dir.path() / "btf");
  return scx::KernelBtf::load(dir.path() / "btf").value();
}

// What each series has of all that options ask for (facts of the kernels' BTF).
KernelBtf kernel_6_18() {
  return load(FakeBtf()
                  .add_struct("sched_ext_ops", {"enqueue", "cgroup_init"})
                  .add_enum64("scx_ops_flags", {{"SCX_OPS_SWITCH_PARTIAL", 8}})
                  .add_enum64("scx_enq_flags", {{"SCX_ENQ_HEAD", 16}}));
}

FakeBtf has_immed() {
  return std::move(FakeBtf()
                       .add_enum64("scx_ops_flags", {{"SCX_OPS_ALWAYS_ENQ_IMMED", 128}})
                       .add_enum64("scx_enq_flags", {{"SCX_ENQ_IMMED", 1ull << 33}}));
}

FakeBtf has_subs() {
  return std::move(has_immed().add_function("scx_bpf_sub_dispatch", {"cgroup_id"}));
}

KernelBtf kernel_7_1() {
  return load(has_subs().add_struct("sched_ext_ops", {"enqueue", "cgroup_init", "sub_cgroup_id"}));
}

KernelBtf kernel_7_2() {
  return load(has_subs()
                  .add_struct("sched_ext_ops", {"enqueue", "cgroup_init", "sub_cgroup_id"})
                  .add_struct("sched_ext_ops_cid", {"enqueue", "cgroup_init", "sub_cgroup_id"})
                  .add_function("scx_bpf_cid_override", {"cpu_to_cid", "cpu_to_cid__sz"}));
}

KernelBtf kernel_7_3() {
  return load(
      has_subs()
          .add_struct("sched_ext_ops",
                      {"enqueue", "cgroup_init", "sub_cgroup_id", {"rescue_bandwidth_ppt", 4}})
          .add_struct("sched_ext_ops_cid", {"enqueue", "cpuctl_init", "init_cids", "sub_cgroup_id"})
          .add_enum64("scx_consts", {{"SCX_RESCUE_DISABLE", 4'294'967'295}})
          .add_function("scx_bpf_cid_override", {"cpu_to_cid", "cnt", "shard_start", "cnt2"})
          .add_function("scx_bpf_sub_grant", {"cgroup_id", "cap", "mask"}));
}

struct Case {
  const char* option;  // as the error names it
  Options options;
  const char* since;
  int first;  // of the four kernels below, the first that has it
};

std::vector<Case> cases() {
  std::vector<Case> all;
  const auto add = [&](const char* option, const char* since, int first, auto set) {
    Options options;
    set(options);
    all.push_back({option, options, since, first});
  };
  add("-I (--always-immed)", "7.1", 1, [](Options& o) { o.always_immed = true; });
  add("-F (--immed-stress)", "7.1", 1, [](Options& o) { o.immed_nth = 2; });
  add("-c (--cgroup)", "7.1", 1, [](Options& o) { o.cgroup = "/sys/fs/cgroup/a"; });
  add("-C (--cid-override)", "7.2", 2, [](Options& o) { o.cid_override = "shuffle"; });
  add("-R (--rotate-ms)", "7.3", 3, [](Options& o) { o.rotate_ms = "100"; });
  add("-B (--rescue-ppt)", "7.3", 3, [](Options& o) { o.rescue_ppt = "0"; });
  add("-q (--rescue-quantum-us)", "7.3", 3, [](Options& o) { o.rescue_quantum_us = "1000"; });
  add("-J wrong-cid", "7.3", 3, [](Options& o) { o.inject = "wrong-cid"; });
  return all;
}

TEST(QmapFeatures, AnOptionIsRefusedByNameUntilTheKernelThatHasIt) {
  const KernelBtf kernels[] = {kernel_6_18(), kernel_7_1(), kernel_7_2(), kernel_7_3()};
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.option);
    for (int i = 0; i < 4; ++i) {
      const auto ready = check_kernel(one.options, kernels[i]);
      EXPECT_EQ(ready.has_value(), i >= one.first) << "kernel " << i;
      if (ready) continue;
      EXPECT_EQ(ready.error().kind, scx::ErrorKind::unsupported);
      EXPECT_THAT(
          ready.error().message(),
          AllOf(HasSubstr("kernel " + scx::kernel_release() + " cannot do "), HasSubstr(one.option),
                HasSubstr("kernels from " + std::string(one.since) + " on can")));
    }
  }
}

TEST(QmapFeatures, BadMonoNeedsAKernelThatTakesShards) {
  Options options;
  options.cid_override = "bad-mono";
  const auto refused = check_kernel(options, kernel_7_2());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(),
              AllOf(HasSubstr("-C bad-mono"), HasSubstr("kernels from 7.3 on can")));
  EXPECT_TRUE(check_kernel(options, kernel_7_3()));
}

TEST(QmapFeatures, WhatAllKernelsCanIsNeverRefused) {
  Options options;
  options.boost = options.partial = options.print_events = options.print_messages = true;
  options.error_after = options.stall_user_nth = options.stall_kernel_nth = options.loop_after = 1;
  options.disallow = "-1";
  options.dump_len = 65536;
  options.inject = "cgrp-init-fail";
  EXPECT_TRUE(check_kernel(options, kernel_6_18()));
}

TEST(QmapFeatures, SubSchedulersMayBeConfiguredAway) {
  Options options;
  options.cgroup = "/sys/fs/cgroup/a";
  const auto refused = check_kernel(
      options, load(has_immed().add_struct("sched_ext_ops", {"enqueue", "sub_cgroup_id"})));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("CONFIG_EXT_SUB_SCHED=y"));
}

TEST(QmapFeatures, AKernelWithoutCgroupsInSchedExtFailsNone) {
  Options options;
  options.inject = "cgrp-init-fail";
  const auto refused =
      check_kernel(options, load(FakeBtf().add_struct("sched_ext_ops", {"enqueue"})));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(),
              AllOf(HasSubstr("-J cgrp-init-fail"), HasSubstr("CONFIG_EXT_GROUP_SCHED=y")));
}

TEST(QmapFeatures, ValuesAreTheKernelsOwn) {
  const KernelValues values =
      read_values(load(FakeBtf()
                           .add_enum64("scx_ops_flags", {{"SCX_OPS_ALWAYS_ENQ_IMMED", 1ull << 40}})
                           .add_enum64("scx_consts", {{"SCX_RESCUE_DISABLE", 7}})));
  EXPECT_EQ(values.always_immed, 1ull << 40);
  EXPECT_EQ(values.no_rescue, 7U);
  EXPECT_EQ(read_values(kernel_6_18()).always_immed, 0U);
}

}  // namespace
}  // namespace qmap::test
