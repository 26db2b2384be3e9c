// SPDX-License-Identifier: GPL-2.0-only
//
// The tables of preference orders as BPF reads them, on made-up machines of many sizes.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>

#include "libbpf_log.h"
#include "object_tables.h"
#include "orders_intf.h"
#include "scx/framework/tables.h"
#include "support.h"

// The skeleton uses the types of the shared header: a block of its own, below it.
#include "orders.skel.h"

namespace scx::test {
namespace {

struct Destroy {
  void operator()(orders_bpf* skel) const { orders_bpf::destroy(skel); }
};

RawTopology hybrid(int big_cores, int little_cores) {
  auto big = cores(big_cores, 2, 0), little = cores(little_cores, 1, big_cores * 2, 0, 1);
  for (CoreSpec& core : big) core.capacity = 1024;
  for (CoreSpec& core : little) core.capacity = 400;
  return machine(big + little);
}

class RodataOrders : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "loading BPF needs root";
    machine_ = std::make_unique<Machine>(whole(hybrid(GetParam() / 4, GetParam() / 2)));
    tables_ = make_order_tables(*machine_);
    LibbpfLog log;
    skel_.reset(orders_bpf::open());
    ASSERT_TRUE(skel_) << log.text();
    ASSERT_TRUE(fill_tables(skel_->obj, *machine_, {.form = Form::cpu}));
    const int err = orders_bpf::load(skel_.get());
    if (err == -EPERM && log.text().find("BEGIN PROG LOAD LOG") == std::string::npos)
      GTEST_SKIP() << "this machine refuses BPF";
    ASSERT_EQ(err, 0) << log.text();
  }

  orders_args ask(bpf_program* program, orders_args args) const {
    bpf_test_run_opts opts{};
    opts.sz = sizeof(opts);
    opts.ctx_in = &args;
    opts.ctx_size_in = sizeof(args);
    EXPECT_EQ(bpf_prog_test_run_opts(bpf_program__fd(program), &opts), 0);
    return args;
  }
  orders_args ask(bpf_program* program, u32 id, u64 capacity = 0) const {
    orders_args args{};
    args.id = id;
    args.capacity = capacity;
    return ask(program, args);
  }
  u32 nr_steps() const { return static_cast<u32>(tables_.steps.size()); }

  std::unique_ptr<Machine> machine_;
  OrderTables tables_;
  std::unique_ptr<orders_bpf, Destroy> skel_;
};
INSTANTIATE_TEST_SUITE_P(Cids, RodataOrders, ::testing::Values(4, 64, 1000, 8192));

TEST_P(RodataOrders, EachStepAndWordIsThere) {
  for (u32 id = 0; id < nr_steps(); ++id) {
    const orders_args got = ask(skel_->progs.order_step, id);
    ASSERT_EQ(got.found, 1U);
    ASSERT_EQ(got.capacity, tables_.steps[id].capacity);
    ASSERT_EQ(got.nr_primary, tables_.steps[id].nr_primary);
    ASSERT_EQ(got.nr_overflow, tables_.steps[id].nr_overflow);
    ASSERT_EQ(got.first_word, tables_.steps[id].first_word);
  }
  for (u32 id = 0; id < tables_.words.size(); ++id) {
    const orders_args got = ask(skel_->progs.order_word, id);
    ASSERT_EQ(got.found, 1U);
    ASSERT_EQ(got.word, tables_.words[id]);
  }
}

TEST_P(RodataOrders, WhatIsNotThereIsNone) {
  const auto nr_words = static_cast<u32>(tables_.words.size());
  for (const u32 id : {nr_steps(), UINT32_MAX, 1u << 31, 1u << 24})
    EXPECT_EQ(ask(skel_->progs.order_step, id).found, 0U) << id;
  for (const u32 id : {nr_words, UINT32_MAX, 1u << 31, 1u << 24})
    EXPECT_EQ(ask(skel_->progs.order_word, id).found, 0U) << id;
}

TEST_P(RodataOrders, ALoadFindsItsStep) {
  const PreferenceOrders orders =
      make_orders(machine_->topology, machine_->cids, machine_->domains);
  const u64 most = orders.performance.steps.back().capacity;
  for (const u64 load : {u64{0}, u64{1}, u64{1025}, most / 3, most / 2, most - 1, most}) {
    const orders_args fast = ask(skel_->progs.order_search, 0, load),
                      thrifty = ask(skel_->progs.order_search, tables_.nr_perf_steps, load);
    EXPECT_EQ(fast.nr_primary, static_cast<u32>(orders.performance.step_for(load).nr_primary));
    EXPECT_EQ(thrifty.nr_primary, static_cast<u32>(orders.powersave.step_for(load).nr_primary));
  }
}

}  // namespace
}  // namespace scx::test
