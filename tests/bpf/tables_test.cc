// SPDX-License-Identifier: GPL-2.0-only
//
// The machine's tables as BPF reads them.
#include "library.h"

namespace scx::test {
namespace {

class RodataTables : public LibraryTest {
 protected:
  s64 ask(bpf_program* program, u32 id) { return library_->result(program, {.first = id}); }
  static constexpr u32 kBeyond[] = {UINT32_MAX, INT32_MAX, 1u << 31, 1u << 16};
};
INSTANTIATE_TEST_SUITE_P(, RodataTables, ::testing::ValuesIn(sized_machines()),
                         [](const auto& test) { return test.param.name; });

TEST_P(RodataTables, CpusAndCidsAreTranslatedBothWays) {
  const auto& progs = library_->progs();
  const Tables& tables = library_->tables();
  for (u32 cid = 0; cid < tables.machine.nr_cids; ++cid) {
    ASSERT_EQ(ask(progs.cid_to_cpu, cid), tables.cids[cid].cpu);
    ASSERT_EQ(ask(progs.cid_domain, cid), tables.cids[cid].domain);
  }
  for (u32 cpu = 0; cpu < tables.machine.nr_cpu_ids; ++cpu)
    ASSERT_EQ(ask(progs.cpu_to_cid, cpu), tables.cpu_cids[cpu]);
}

TEST_P(RodataTables, WhatIsNotThereIsNone) {
  const auto& progs = library_->progs();
  const scx_machine& counts = library_->counts();
  EXPECT_EQ(ask(progs.cid_to_cpu, counts.nr_cids), -1);
  EXPECT_EQ(ask(progs.cid_domain, counts.nr_cids), -1);
  EXPECT_EQ(ask(progs.cpu_to_cid, counts.nr_cpu_ids), -1);
  EXPECT_EQ(ask(progs.walk_start, counts.nr_neighbors), -1);
  EXPECT_EQ(ask(progs.count_domain, counts.nr_domains), -1);
  for (const u32 id : kBeyond) {
    EXPECT_EQ(ask(progs.cid_to_cpu, id), -1);
    EXPECT_EQ(ask(progs.cid_domain, id), -1);
    EXPECT_EQ(ask(progs.cpu_to_cid, id), -1);
    EXPECT_EQ(ask(progs.walk_start, id), -1);
    EXPECT_EQ(ask(progs.count_domain, id), -1);
  }
}

TEST_P(RodataTables, AnArrayByDomainHasAnElementForEach) {
  const u32 nr_domains = library_->counts().nr_domains;
  for (s64 turn = 1; turn <= 2; ++turn) {
    for (u32 id = 0; id < nr_domains; ++id)
      ASSERT_EQ(ask(library_->progs().count_domain, id), turn);
  }
}

TEST_P(RodataTables, AWalkOverNeighboursBeginsWhereTheTopologySays) {
  const Domains& domains = library_->machine().domains;
  for (const Domain& domain : domains.all()) {
    u32 entry = domain.first_neighbour;
    for (const Neighbour& near : domains.neighbours(domain.id)) {
      const library_args args{.first = entry++, .nr = static_cast<u32>(domain.id.value())};
      ASSERT_EQ(library_->result(library_->progs().walk_start, args),
                walk_start(near.range, domain.id).value());
    }
  }
}

}  // namespace
}  // namespace scx::test
