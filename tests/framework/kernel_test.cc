// SPDX-License-Identifier: GPL-2.0-only
#include "scx/framework/kernel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_btf.h"
#include "support.h"

namespace scx::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

KernelBtf load(const FakeBtf& fake) {
  const TempDir dir;
  fake.write(dir.path() / "btf");
  auto btf = KernelBtf::load(dir.path() / "btf");
  EXPECT_TRUE(btf) << btf.error().message();
  return std::move(*btf);
}

TEST(KernelBtf, KnowsStructsAndTheirMembers) {
  const KernelBtf btf =
      load(FakeBtf()
               .add_struct("sched_ext_ops", {"enqueue", {"timeout_ms", 4}, {"name", 128}})
               .add_union("either"));
  EXPECT_TRUE(btf.has_struct("sched_ext_ops"));
  EXPECT_FALSE(btf.has_struct("sched_ext_ops_cid"));
  EXPECT_FALSE(btf.has_struct("either"));
  EXPECT_TRUE(btf.has_member("sched_ext_ops", "enqueue"));
  EXPECT_FALSE(btf.has_member("sched_ext_ops", "enq"));
  EXPECT_FALSE(btf.has_member("sched_ext_ops_cid", "enqueue"));
  EXPECT_EQ(btf.member_size("sched_ext_ops", "enqueue"), 8U);
  EXPECT_EQ(btf.member_size("sched_ext_ops", "timeout_ms"), 4U);
  EXPECT_EQ(btf.member_size("sched_ext_ops", "name"), 128U);
  EXPECT_EQ(btf.member_size("sched_ext_ops", "flags"), std::nullopt);
  EXPECT_EQ(btf.member_size("task_struct", "name"), std::nullopt);
}

TEST(KernelBtf, ListsMembersAndFunctions) {
  const KernelBtf btf = load(FakeBtf()
                                 .add_struct("sched_ext_ops", {"enqueue", "dispatch"})
                                 .add_function("scx_bpf_b", {})
                                 .add_function("scx_bpf_a", {})
                                 .add_function("bpf_c", {}));
  EXPECT_THAT(btf.members("sched_ext_ops"), ElementsAre("enqueue", "dispatch"));
  EXPECT_THAT(btf.members("sched_ext_ops_cid"), IsEmpty());
  EXPECT_THAT(btf.functions("scx_bpf_"), ElementsAre("scx_bpf_a", "scx_bpf_b"));
}

TEST(KernelBtf, KnowsEnumeratorsOfEitherSize) {
  const KernelBtf btf =
      load(FakeBtf()
               .add_enum("scx_kick_flags", {{"SCX_KICK_IDLE", 1}, {"SCX_KICK_WAIT", 4}})
               .add_enum64(
                   "scx_enq_flags",
                   {{"SCX_ENQ_HEAD", 16}, {"SCX_ENQ_LAST", 1ull << 41}, {"SCX_ENQ_ALL", ~0ull}}));
  EXPECT_EQ(btf.enum_value("scx_kick_flags", "SCX_KICK_WAIT"), 4U);
  EXPECT_EQ(btf.enum_value("scx_enq_flags", "SCX_ENQ_HEAD"), 16U);
  EXPECT_EQ(btf.enum_value("scx_enq_flags", "SCX_ENQ_LAST"), 1ull << 41);
  EXPECT_EQ(btf.enum_value("scx_enq_flags", "SCX_ENQ_ALL"), ~0ull);
  EXPECT_EQ(btf.enum_value("scx_enq_flags", "SCX_KICK_WAIT"), std::nullopt);
  EXPECT_EQ(btf.enum_value("scx_deq_flags", "SCX_ENQ_HEAD"), std::nullopt);
}

TEST(KernelBtf, AKfuncThatShowsItsImplicitArgumentAndHasNoTwinIsBroken) {
  const KernelBtf btf = load(FakeBtf()
                                 .add_function("scx_bpf_create_dsq", {"dsq_id", "node", "aux"})
                                 .add_function("__scx_bpf_select", {"p", "aux__prog"})
                                 // Sound: the twin has the argument.
                                 .add_function("scx_bpf_kick_cpu", {"cpu", "flags"})
                                 .add_function("scx_bpf_kick_cpu_impl", {"cpu", "flags", "aux"})
                                 .add_function("scx_bpf_task_cpu", {"p", "aux"})
                                 .add_function("scx_bpf_task_cpu_impl", {"p", "aux"})
                                 .add_function("scx_bpf_nr_cids", {})
                                 .add_function("bpf_stream_vprintk", {"fmt", "aux"}));
  EXPECT_TRUE(btf.has_function("scx_bpf_kick_cpu"));
  EXPECT_FALSE(btf.has_function("scx_bpf_kick"));
  EXPECT_THAT(btf.broken_kfuncs(), ElementsAre("scx_bpf_create_dsq", "__scx_bpf_select"));
}

TEST(KernelBtf, ASoundKernelHasNoBrokenKfuncs) {
  EXPECT_THAT(
      load(FakeBtf().add_function("scx_bpf_create_dsq", {"dsq_id", "node"})).broken_kfuncs(),
      IsEmpty());
}

TEST(KernelBtf, SaysWhichFileItCannotRead) {
  const TempDir dir;
  const auto missing = KernelBtf::load(dir.path() / "btf");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::missing);
  EXPECT_THAT(missing.error().message(), HasSubstr(dir.path() / "btf"));

  const auto nonsense = KernelBtf::load(dir.write("nonsense", "not a BTF file at all\n"));
  ASSERT_FALSE(nonsense);
  EXPECT_EQ(nonsense.error().kind, ErrorKind::invalid);
  EXPECT_THAT(nonsense.error().message(), HasSubstr("nonsense"));
}

TEST(KernelBtf, ReadsThisMachinesKernel) {
  const auto btf = KernelBtf::load();
  if (!btf) GTEST_SKIP() << btf.error().message();
  EXPECT_TRUE(btf->has_struct("task_struct"));
  EXPECT_EQ(btf->member_size("task_struct", "comm"), 16U);
  EXPECT_EQ(btf->enum_value("bpf_map_type", "BPF_MAP_TYPE_ARRAY"), 2U);
  EXPECT_TRUE(btf->has_function("schedule"));
}

TEST(SchedExtState, AKernelWithoutSchedExt) {
  const TempDir root;
  const SchedExtState state = read_sched_ext(root.path());
  EXPECT_FALSE(state.present);
  EXPECT_EQ(state.ops, "");
  EXPECT_EQ(state.hotplug_seq, 0U);
}

TEST(SchedExtState, ASchedulerIsAttached) {
  const TempDir root;
  root.write("sys/kernel/sched_ext/state", "enabled\n");
  root.write("sys/kernel/sched_ext/hotplug_seq", "17\n");
  root.write("sys/kernel/sched_ext/root/ops", "simple_0.1.0\n");
  const SchedExtState state = read_sched_ext(root.path());
  EXPECT_TRUE(state.present);
  EXPECT_EQ(state.state, "enabled");
  EXPECT_EQ(state.ops, "simple_0.1.0");
  EXPECT_EQ(state.hotplug_seq, 17U);
}

TEST(SchedExtState, NoneIsAttachedAndFilesAreMissing) {
  const TempDir root;
  root.write("sys/kernel/sched_ext/state", "disabled\n");
  const SchedExtState state = read_sched_ext(root.path());
  EXPECT_TRUE(state.present);
  EXPECT_EQ(state.state, "disabled");
  EXPECT_EQ(state.ops, "");
  EXPECT_EQ(state.hotplug_seq, 0U);
}

}  // namespace
}  // namespace scx::test
