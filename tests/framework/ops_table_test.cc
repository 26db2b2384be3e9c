// SPDX-License-Identifier: GPL-2.0-only
//
// Objects that are opened, and never loaded, against the type information of made-up kernels.
#include "ops_table.h"

#include <bpf/libbpf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_btf.h"
#include "support.h"

// The skeletons use the kernel's type names, which the headers above bring.
#include "cpu_form.skel.h"
#include "no_table.skel.h"
#include "two_forms.skel.h"

namespace scx::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Members = std::vector<FakeBtf::Member>;

Members operator+(Members a, const Members& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// What the tables of the kernels have, as far as these schedulers use it (facts of the BTF of 6.16,
// 7.2 and 7.3).
const Members kCommon{"enqueue",
                      "dispatch",
                      "update_idle",
                      "init_task",
                      "exit_task",
                      "init",
                      "exit",
                      {"flags", 8},
                      {"timeout_ms", 4},
                      {"exit_dump_len", 4},
                      {"hotplug_seq", 8},
                      {"name", 128}};
const Members kCgroup616{"cgroup_init", "cgroup_exit", "cgroup_set_weight"};
const Members kCgroup{"cgroup_init", "cgroup_exit", "cgroup_set_weight", "cgroup_set_idle"};
const Members kCpuctl{"cpuctl_init", "cpuctl_exit", "cpuctl_set_weight", "cpuctl_set_idle"};
const Members kCpu{"select_cpu",  "set_cpumask", "cpu_online",
                   "cpu_offline", "cpu_release", "dump_cpu"};
const Members kCid{"select_cid", "set_cmask", "cid_online", "cid_offline", "dump_cid"};
const Members kShards{{"cid_shard_size", 4}};
const Members kSub{"sub_attach", "sub_detach", {"sub_cgroup_id", 8}};
const Members kSubCaps{"sub_caps_updated", "sub_ecaps_updated"};

FakeBtf kernel_6_16() {
  return std::move(
      FakeBtf()
          .add_struct("sched_ext_ops", kCpu + kCommon + kCgroup616)
          .add_enum64("scx_ops_flags", {{"SCX_OPS_ENQ_LAST", 2}, {"SCX_OPS_ALL_FLAGS", 0x1007f}}));
}

FakeBtf kernel_7_1() {
  return std::move(FakeBtf()
                       .add_struct("sched_ext_ops", kCpu + kCommon + kCgroup + kSub)
                       .add_function("scx_bpf_sub_dispatch", {"cgroup_id"}));
}

FakeBtf kernel_7_2() {
  return std::move(FakeBtf()
                       .add_struct("sched_ext_ops", kCpu + kCommon + kCgroup + kSub)
                       .add_struct("sched_ext_ops_cid", kCid + kCommon + kCgroup + kSub)
                       .add_function("scx_bpf_sub_dispatch", {"cgroup_id"})
                       .add_enum64("scx_ops_flags", {{"SCX_OPS_ALL_FLAGS", 0x1ff}}));
}

FakeBtf kernel_7_3() {
  return std::move(
      FakeBtf()
          .add_struct("sched_ext_ops", kCpu + kCommon + kCgroup + kShards + kSub)
          .add_struct("sched_ext_ops_cid", kCid + kCommon + kCpuctl + kShards + kSub + kSubCaps)
          .add_function("scx_bpf_sub_dispatch", {"cgroup_id"})
          .add_enum64("scx_ops_flags", {{"SCX_OPS_ALL_FLAGS", 0x1ff}}));
}

FakeBtf kernel_that_takes_numberings() {
  return std::move(kernel_7_3().add_function("scx_bpf_cid_override", {"cpu_to_cid"}));
}

// A machine that the kernel numbers as we do, and one with two core types on one cache, where our
// order is another.
Machine plain() { return whole(machine(cores(4, 2, 0)), 42); }
Machine hybrid() {
  auto big = cores(2, 1, 2), little = cores(2, 1, 0);
  for (CoreSpec& core : big) core.capacity = 1024;
  for (CoreSpec& core : little) core.capacity = 400;
  return whole(machine(little + big), 42);
}

template <typename Skel>
struct Destroy {
  void operator()(Skel* skel) const { Skel::destroy(skel); }
};
template <typename Skel>
using Owned = std::unique_ptr<Skel, Destroy<Skel>>;

template <typename Skel>
Owned<Skel> open() {
  Owned<Skel> skel{Skel::open()};
  EXPECT_TRUE(skel) << "libbpf does not open the object";
  return skel;
}

template <typename Skel>
Result<OpsPlan> prepare(const Owned<Skel>& skel, const FakeBtf& fake, const Machine& on,
                        const LoadOptions& options = {}) {
  const TempDir dir;
  fake.write(dir.path() / "btf");
  auto kernel = KernelBtf::load(dir.path() / "btf");
  EXPECT_TRUE(kernel) << kernel.error().message();
  return prepare_ops(skel->obj, *kernel, options, on);
}

// The names of the programs that libbpf would load.
std::vector<std::string> loaded(bpf_object* object) {
  std::vector<std::string> names;
  bpf_program* program;
  bpf_object__for_each_program(program, object) {
    if (bpf_program__autoload(program)) names.push_back(bpf_program__name(program));
  }
  return names;
}

// The table's last member.
std::string name_in(bpf_map* table) {
  std::size_t size = 0;
  const auto* memory = static_cast<const char*>(bpf_map__initial_value(table, &size));
  return memory + size - 128;
}

class OpsTable : public ::testing::Test {
 protected:
  Owned<two_forms_bpf> skel_ = open<two_forms_bpf>();
  auto& cid() { return *skel_->struct_ops.two_ops; }
  auto& cpu() { return *skel_->struct_ops.two_ops_cpu; }
  auto& progs() { return skel_->progs; }
};

TEST_F(OpsTable, AKernelThatKnowsCpusOnlyGetsTheCpuForm) {
  const auto plan = prepare(skel_, kernel_6_16(), plain());
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->form, Form::cpu);
  EXPECT_EQ(plan->map, skel_->maps.two_ops_cpu);
  EXPECT_TRUE(bpf_map__autocreate(skel_->maps.two_ops_cpu));
  EXPECT_FALSE(bpf_map__autocreate(skel_->maps.two_ops));
  // Copied, under the CPU form's names.
  EXPECT_EQ(cpu().select_cpu, progs().two_select_cid);
  EXPECT_EQ(cpu().set_cpumask, progs().two_set_cmask);
  EXPECT_EQ(cpu().cpu_online, progs().two_cid_online);
  EXPECT_EQ(cpu().cpu_offline, progs().two_cid_offline);
  EXPECT_EQ(cpu().dump_cpu, progs().two_dump_cid);
  EXPECT_EQ(cpu().enqueue, progs().two_enqueue);
  EXPECT_EQ(cpu().cgroup_init, progs().two_cgroup_init);
  EXPECT_EQ(cpu().cgroup_set_weight, progs().two_cgroup_set_weight);
  EXPECT_EQ(cpu().exit, progs().scx_default_exit);
  EXPECT_EQ(cpu().timeout_ms, 5000U);
  EXPECT_EQ(cpu().exit_dump_len, 4096U);
  EXPECT_EQ(plan->dump_len, 4096U);
}

TEST_F(OpsTable, WhatTheKernelLacksIsDroppedAndNamed) {
  const auto plan = prepare(skel_, kernel_6_16(), plain());
  ASSERT_TRUE(plan);
  EXPECT_EQ(cpu().cgroup_set_idle, nullptr);
  EXPECT_EQ(cpu().cid_shard_size, 0U);
  EXPECT_EQ(cpu().flags, 2U);
  EXPECT_THAT(plan->dropped,
              UnorderedElementsAre("cgroup_set_idle", "cid_shard_size", "ops flags 0x100"));
}

TEST_F(OpsTable, ProgramsThatTheTableDoesNotNameAreNotLoaded) {
  ASSERT_TRUE(prepare(skel_, kernel_6_16(), plain()));
  const auto names = loaded(skel_->obj);
  EXPECT_THAT(names, Contains("two_select_cid"));
  EXPECT_THAT(names, Contains("two_cgroup_init"));
  EXPECT_THAT(names, Contains("scx_default_init_task"));
  EXPECT_THAT(names, Not(Contains("two_cgroup_set_idle")));
  // The policy has its own: the default that SCX_SCHEDULER wrote is not needed.
  EXPECT_THAT(names, Not(Contains("scx_default_set_cmask")));
}

TEST_F(OpsTable, AKernelThatSpeaksCidsGetsThem) {
  const auto plan = prepare(skel_, kernel_7_2(), plain());
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->form, Form::cid);
  EXPECT_EQ(plan->map, skel_->maps.two_ops);
  EXPECT_TRUE(bpf_map__autocreate(skel_->maps.two_ops));
  EXPECT_FALSE(bpf_map__autocreate(skel_->maps.two_ops_cpu));
  EXPECT_EQ(cid().select_cid, progs().two_select_cid);
  EXPECT_EQ(cid().cgroup_init, progs().two_cgroup_init);
  EXPECT_EQ(cid().cgroup_set_idle, progs().two_cgroup_set_idle);
  EXPECT_EQ(cid().cpuctl_init, nullptr);
  EXPECT_EQ(cid().flags, 0x102U);
  EXPECT_THAT(plan->dropped, ElementsAre("cid_shard_size"));
}

TEST_F(OpsTable, TheCgroupCallbacksAreRenamedForNewerKernels) {
  const auto plan = prepare(skel_, kernel_7_3(), plain());
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->form, Form::cid);
  EXPECT_EQ(cid().cpuctl_init, progs().two_cgroup_init);
  EXPECT_EQ(cid().cpuctl_set_weight, progs().two_cgroup_set_weight);
  EXPECT_EQ(cid().cpuctl_set_idle, progs().two_cgroup_set_idle);
  EXPECT_EQ(cid().cgroup_init, nullptr);
  EXPECT_EQ(cid().cgroup_set_weight, nullptr);
  EXPECT_EQ(cid().cgroup_set_idle, nullptr);
  EXPECT_EQ(cid().cid_shard_size, 16U);
  EXPECT_THAT(plan->dropped, IsEmpty());
  EXPECT_THAT(loaded(skel_->obj), Contains("two_cgroup_init"));
}

TEST_F(OpsTable, TheCpuFormCanBeForced) {
  const auto plan =
      prepare(skel_, kernel_7_3(), plain(), {.form = Form::cpu, .ops_name = {}, .btf_path = {}});
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->form, Form::cpu);
  EXPECT_EQ(cpu().cgroup_init, progs().two_cgroup_init);
  EXPECT_EQ(cpu().cid_shard_size, 16U);
}

TEST_F(OpsTable, AMachineThatTheKernelNumbersOtherwiseGetsTheCpuForm) {
  const auto plan = prepare(skel_, kernel_7_2(), hybrid());
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->form, Form::cpu);
}

TEST_F(OpsTable, ANumberingOfOurOwnIsInstalledWhereTheKernelTakesOne) {
  const auto plan = prepare(skel_, kernel_that_takes_numberings(), hybrid());
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->form, Form::cid);
  EXPECT_TRUE(plan->override_cids);
}

TEST_F(OpsTable, AGivenNumberingIsInstalledThoughTheKernelsWouldDo) {
  Machine given = plain();
  EXPECT_FALSE(
      prepare(open<two_forms_bpf>(), kernel_that_takes_numberings(), given)->override_cids);
  given.cid_override = CidOverride{{0, 0, 0, 0, 0, 0, 0, 0}, {}};
  const auto plan = prepare(skel_, kernel_that_takes_numberings(), given);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->form, Form::cid);
  EXPECT_TRUE(plan->override_cids);
}

TEST_F(OpsTable, AGivenNumberingIsRefusedInTheCpuForm) {
  Machine given = plain();
  given.cid_override = CidOverride{{0, 0, 0, 0, 0, 0, 0, 0}, {}};
  const auto old_kernel = prepare(skel_, kernel_6_16(), given);
  ASSERT_FALSE(old_kernel);
  EXPECT_EQ(old_kernel.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(old_kernel.error().message(), HasSubstr("7.2"));
  const auto forced = prepare(skel_, kernel_that_takes_numberings(), given,
                              {.form = Form::cpu, .ops_name = {}, .btf_path = {}});
  ASSERT_FALSE(forced);
  EXPECT_EQ(forced.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(forced.error().message(), HasSubstr("CPU form"));
}

TEST_F(OpsTable, ReleaseIsTheCpuFormsOnly) {
  cid().cid_release = progs().two_cid_offline;
  const auto plan = prepare(skel_, kernel_6_16(), plain());
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(cpu().cpu_release, progs().two_cid_offline);

  const auto other = open<two_forms_bpf>();
  auto& table = *other->struct_ops.two_ops;
  table.cid_release = other->progs.two_cid_offline;
  const auto in_cids = prepare(other, kernel_7_3(), plain());
  ASSERT_TRUE(in_cids) << in_cids.error().message();
  EXPECT_EQ(table.cid_release, nullptr);
  EXPECT_THAT(in_cids->dropped, IsEmpty());
}

// A scheduler that takes sub-schedulers. The programs stand for any: nothing is loaded.
class OpsTableWithSubs : public OpsTable {
 protected:
  OpsTableWithSubs() {
    cid().sub_attach = progs().two_cgroup_init;
    cid().sub_detach = progs().two_cid_offline;
    cid().sub_caps_updated = progs().two_cid_online;
  }
};

TEST_F(OpsTableWithSubs, TakesThemInCidsWhereTheKernelHasThose) {
  const auto plan = prepare(skel_, kernel_7_3(), plain());
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(cid().sub_attach, progs().two_cgroup_init);
  EXPECT_EQ(cid().sub_caps_updated, progs().two_cid_online);
  EXPECT_THAT(plan->dropped, IsEmpty());
  EXPECT_EQ(plan->sub_cgroup_id, 0U);
}

TEST_F(OpsTableWithSubs, DoesWithoutInTheCpuFormOfSuchAKernel) {
  const auto plan =
      prepare(skel_, kernel_7_3(), plain(), {.form = Form::cpu, .ops_name = {}, .btf_path = {}});
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(cpu().sub_attach, nullptr);
  EXPECT_EQ(cpu().sub_detach, nullptr);
  EXPECT_THAT(plan->dropped, UnorderedElementsAre("sub_attach", "sub_detach", "sub_caps_updated"));
}

TEST_F(OpsTableWithSubs, TakesThemInTheCpuFormWhereThereIsNoOther) {
  const auto plan = prepare(skel_, kernel_7_1(), plain());
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->form, Form::cpu);
  EXPECT_EQ(cpu().sub_attach, progs().two_cgroup_init);
  EXPECT_EQ(cpu().sub_detach, progs().two_cid_offline);
  EXPECT_THAT(plan->dropped, UnorderedElementsAre("sub_caps_updated", "cid_shard_size"));
}

// A sub-scheduler of cgroup 77, by the option or by the table.
class OpsTableOfASub : public OpsTable, public ::testing::WithParamInterface<bool> {
 protected:
  OpsTableOfASub() {
    if (GetParam()) options_.sub_cgroup_id = 77;
    if (!GetParam()) cid().sub_cgroup_id = 77;
  }
  void expect_refused(const FakeBtf& kernel, const Machine& on, const std::string& because) {
    const auto plan = prepare(skel_, kernel, on, options_);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind, ErrorKind::unsupported);
    EXPECT_THAT(plan.error().message(), HasSubstr(because));
  }
  LoadOptions options_;
};
INSTANTIATE_TEST_SUITE_P(ByOption, OpsTableOfASub, ::testing::Bool());

TEST_P(OpsTableOfASub, SpeaksCids) {
  const auto plan = prepare(skel_, kernel_7_2(), plain(), options_);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->form, Form::cid);
  EXPECT_EQ(plan->sub_cgroup_id, 77U);
  EXPECT_EQ(cid().sub_cgroup_id, 77U);
}

TEST_P(OpsTableOfASub, LeavesTheNumberingToTheRoot) {
  for (const FakeBtf& kernel : {kernel_7_2(), kernel_that_takes_numberings()}) {
    const auto plan = prepare(skel_, kernel, hybrid(), options_);
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_EQ(plan->form, Form::cid);
    EXPECT_FALSE(plan->override_cids);
  }
  Machine given = plain();
  given.cid_override = CidOverride{};
  expect_refused(kernel_that_takes_numberings(), given, "root scheduler");
}

TEST_P(OpsTableOfASub, SpeaksCpusOnlyWhereThereIsNothingElse) {
  const auto plan = prepare(skel_, kernel_7_1(), hybrid(), options_);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->form, Form::cpu);
  EXPECT_EQ(cpu().sub_cgroup_id, 77U);
  options_.form = Form::cpu;
  expect_refused(kernel_7_2(), plain(), "7.2");
}

TEST_P(OpsTableOfASub, IsRefusedWhereTheKernelWouldTakeItForARootScheduler) {
  expect_refused(kernel_6_16(), plain(), "7.1");
  expect_refused(FakeBtf().add_struct("sched_ext_ops", kCpu + kCommon + kSub), plain(),
                 "CONFIG_EXT_SUB_SCHED");
}

TEST_F(OpsTable, TheRootCgroupIsNoSubScheduler) {
  const auto plan = prepare(skel_, kernel_7_2(), plain(),
                            {.form = {}, .ops_name = {}, .btf_path = {}, .sub_cgroup_id = 1});
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->sub_cgroup_id, 0U);
  EXPECT_EQ(cid().sub_cgroup_id, 0U);
}

TEST_F(OpsTable, TheHotplugSequenceIsHandedOver) {
  ASSERT_TRUE(prepare(skel_, kernel_7_2(), plain()));
  EXPECT_EQ(cid().hotplug_seq, 42U);
}

TEST_F(OpsTable, TheObjectsOwnNameStaysWhereNoneIsGiven) {
  ASSERT_TRUE(prepare(skel_, kernel_7_2(), plain()));
  EXPECT_EQ(name_in(skel_->maps.two_ops), "two");
}

TEST_F(OpsTable, AGivenNameReplacesTheObjectsOwn) {
  ASSERT_TRUE(prepare(skel_, kernel_7_2(), plain(), {.form = {}, .ops_name = "o", .btf_path = {}}));
  EXPECT_EQ(name_in(skel_->maps.two_ops), "o");
}

TEST_F(OpsTable, ANameThatIsTooLongIsCut) {
  ASSERT_TRUE(prepare(skel_, kernel_7_2(), plain(),
                      {.form = {}, .ops_name = std::string(500, 'n'), .btf_path = {}}));
  EXPECT_EQ(name_in(skel_->maps.two_ops), std::string(127, 'n'));
}

TEST_F(OpsTable, CidsThatAreAskedForAndNotToBeHadAreAnError) {
  const LoadOptions cids{.form = Form::cid, .ops_name = {}, .btf_path = {}};
  const auto old_kernel = prepare(skel_, kernel_6_16(), plain(), cids);
  ASSERT_FALSE(old_kernel);
  EXPECT_EQ(old_kernel.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(old_kernel.error().message(), HasSubstr("7.2"));

  const auto other_numbers = prepare(skel_, kernel_7_2(), hybrid(), cids);
  ASSERT_FALSE(other_numbers);
  EXPECT_EQ(other_numbers.error().kind, ErrorKind::unsupported);

  const auto one_form = prepare(open<cpu_form_bpf>(), kernel_7_2(), plain(), cids);
  ASSERT_FALSE(one_form);
  EXPECT_EQ(one_form.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(one_form.error().message(), HasSubstr("CPU form"));
}

TEST_F(OpsTable, AKernelWithoutSchedExtIsAnError) {
  const auto plan = prepare(skel_, FakeBtf().add_struct("task_struct", {"comm"}), plain());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(plan.error().message(), HasSubstr("CONFIG_SCHED_CLASS_EXT"));
}

TEST(OpsTableOfTheKernelsWay, RunsInTheCpuFormEverywhere) {
  for (const FakeBtf& kernel : {kernel_6_16(), kernel_7_3()}) {
    const auto skel = open<cpu_form_bpf>();
    const auto plan = prepare(skel, kernel, hybrid());
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_EQ(plan->form, Form::cpu);
    EXPECT_EQ(plan->map, skel->maps.old_ops);
    EXPECT_EQ(skel->struct_ops.old_ops->enqueue, skel->progs.old_enqueue);
    EXPECT_EQ(skel->struct_ops.old_ops->hotplug_seq, 42U);
    EXPECT_THAT(loaded(skel->obj), UnorderedElementsAre("old_enqueue", "old_exit"));
  }
}

TEST(OpsTableOfNoScheduler, IsAnError) {
  const auto plan = prepare(open<no_table_bpf>(), kernel_7_2(), plain());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::invalid);
  EXPECT_THAT(plan.error().message(), HasSubstr("SCX_SCHEDULER"));
}

}  // namespace
}  // namespace scx::test
