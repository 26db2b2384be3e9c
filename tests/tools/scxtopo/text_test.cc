// SPDX-License-Identifier: GPL-2.0-only
//
// The views for people.
#include "text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "support.h"
#include "tables.h"
#include "tree.h"

namespace scx::scxtopo::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

std::string ordered(std::initializer_list<std::int32_t> numbers) {
  std::vector<Cid> cids;
  for (const std::int32_t number : numbers) cids.push_back(Cid{number});
  return in_order(cids);
}

TEST(Text, SequencesKeepTheirOrderAndAreShort) {
  EXPECT_EQ(ordered({}), "");
  EXPECT_EQ(ordered({5}), "5");
  EXPECT_EQ(ordered({0, 1, 2, 3}), "0-3");
  EXPECT_EQ(ordered({0, 2, 4, 6}), "0-6:1/2");
  EXPECT_EQ(ordered({8, 9, 10, 11, 0, 2, 4, 6}), "8-11,0-6:1/2");
  EXPECT_EQ(ordered({0, 2, 1, 3}), "0,2,1,3");
  EXPECT_EQ(ordered({3, 2, 1}), "3,2,1");
}

// What in_order() writes is read back by the kernel's own rules, one item after the other.
TEST(Text, SequencesCanBeReadBack) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<Cid> cids;
    const auto length = random() % 30;
    std::int32_t at = 0;
    for (unsigned n = 0; n < length; ++n) {
      at = random() % 4 == 0 ? static_cast<std::int32_t>(random() % 50)
                             : at + static_cast<std::int32_t>(1 + random() % 2);
      cids.push_back(Cid{at});
    }
    std::vector<Cid> read;
    std::istringstream items(in_order(cids));
    for (std::string item; std::getline(items, item, ',');) {
      const auto set = parse_cpu_list(item);
      ASSERT_TRUE(set) << item;
      for (const CpuId number : *set) read.push_back(Cid{number.value()});
    }
    EXPECT_EQ(read, cids);
  }
}

TEST(Text, SetsAreRuns) {
  EXPECT_EQ(as_set({}), "");
  EXPECT_EQ(as_set({7, 1, 2, 0, 9}), "0-2,7,9");
}

TEST(Text, MemoryIsReadable) {
  EXPECT_EQ(memory(0), "");
  EXPECT_EQ(memory(512), "512 KiB");
  EXPECT_EQ(memory(24576), "24 MiB");
  EXPECT_EQ(memory(1536), "1.5 MiB");
  EXPECT_EQ(memory(std::uint64_t{3} << 30), "3 TiB");
}

TEST(Text, LinesBreakAtSpaces) {
  EXPECT_EQ(wrapped("one two three", 7, 2), "one two\n  three\n");
  EXPECT_EQ(wrapped("  one two", 80, 4), "  one two\n");
  EXPECT_EQ(wrapped("  one two", 6, 4), "  one\n    two\n");
  EXPECT_EQ(wrapped("enormous", 3, 2), "enormous\n");
  EXPECT_EQ(wrapped("", 10, 2), "\n");
  EXPECT_EQ(wrapped("\x1b[33mone\x1b[0m two", 7, 2), "\x1b[33mone\x1b[0m two\n");
}

TEST(Tree, ShowsUnitsTypesAndWhatIsOffline) {
  EXPECT_EQ(tree(view_of(hybrid_machine()), {}, false),
            R"('a machine': 8 CPUs (1 offline, 1 more possible), 1 node, 1 LLC, 5 cores, 1-2
  threads a core, core types: 2 big, 3 little by cpu_capacity
CPUs: possible 0-7,9; present 0-7; online 0-6
core types: 2 by cpu_capacity: tier 0 (big) has 1024, tier 1 (little) has 512
cids: numbered as the kernel does by itself

node 0: cids 0-6
  LLC 0: cids 0-6, 8 MiB
    domain 0, tier 0 (big), 2 cores, capacity 4096, cids 0-3
      cid = CPU  0-1  2-3
    domain 1, tier 1 (little), 3 cores, capacity 1536, cids 4-6
      cid = CPU  4  5  6

not online: CPUs 7,9, cids 7-8
)");
}

TEST(Tree, ADescriptionOfSeveralWordsIsQuoted) {
  const View view = make_view("pack:2 core:4", scx::test::valid(hybrid_machine()));
  EXPECT_THAT(tree(view, {}, false), StartsWith("'pack:2 core:4': 8 CPUs"));
}

TEST(Tree, CidsStandAboveTheirCpus) {
  RawTopology raw = scx::test::machine({{.cpus = {0, 4}}, {.cpus = {1, 5}}});
  EXPECT_THAT(tree(view_of(std::move(raw)), {}, false), HasSubstr("    cid  0-1  2-3\n"
                                                                  "    CPU  0,4  1,5\n"));
}

TEST(Tree, TheLargestMachineFitsOnAFewScreens) {
  const View view = view_of(large_machine());
  const std::string text = tree(view, {}, false);
  EXPECT_LT(lines(text).size(), 100u);
  EXPECT_THAT(text, HasSubstr("LLCs 1-15: as LLC 0, 32 CPUs each, cids 32-511"));
  EXPECT_THAT(text, HasSubstr("node 15: cids 7680-8191, as node 0: LLCs 240-255"));
  EXPECT_THAT(tree(view, {}, true), HasSubstr("8190-8191"));
  EXPECT_THAT(tree(view, {}, true), Not(HasSubstr("as node")));
}

TEST(Tree, AUnitThatDiffersIsDrawn) {
  auto specs = scx::test::cores(16, 2, 0, 0, 0) + scx::test::cores(16, 2, 32, 0, 1) +
               scx::test::cores(3, 2, 64, 0, 2) + scx::test::cores(16, 2, 70, 0, 3);
  const std::string text = tree(view_of(scx::test::machine(specs)), {}, false);
  EXPECT_THAT(text, HasSubstr("\n  LLC 1: as LLC 0, 32 CPUs each, cids 32-63"));
  EXPECT_THAT(text, HasSubstr("\n  LLC 2: cids 64-69"));
  EXPECT_THAT(text, HasSubstr("\n  LLC 3: cids 70-101"));
}

TEST(Tree, ManyCoresOfADomainAreCut) {
  const View view = view_of(scx::test::machine(scx::test::cores(500, 2, 0)));
  const std::string text = tree(view, {}, false);
  EXPECT_LT(lines(text).size(), 15u);
  EXPECT_THAT(text, HasSubstr("more, cids"));
  EXPECT_THAT(text, HasSubstr("-999 (--full lists them)"));
}

TEST(Tree, LinesFitTheTerminal) {
  for (const int width : {60, 80, 132}) {
    for (const std::string& line : lines(tree(view_of(large_machine()), {width, false}, true)))
      EXPECT_LE(line.size(), static_cast<std::size_t>(width)) << line;
  }
}

TEST(Tree, ColoursAreForTerminalsAndForTypesThatDiffer) {
  const View hybrid = view_of(hybrid_machine());
  EXPECT_THAT(tree(hybrid, {80, true}, false), HasSubstr("\x1b[33m"));
  EXPECT_THAT(tree(hybrid, {80, false}, false), Not(HasSubstr("\x1b")));
  const View one = view_of(scx::test::machine(scx::test::cores(4, 2, 0)));
  EXPECT_THAT(tree(one, {80, true}, false), Not(HasSubstr("\x1b")));
}

TEST(Tree, NodesWithoutCpusAndNotesAreNamed) {
  RawTopology raw = scx::test::machine(scx::test::cores(2, 1, 0));
  raw.nodes[0].distances = {10, 40};
  raw.nodes.push_back({NodeId{5}, {}, {40, 10}, 1 << 20});
  raw.notes = {"the reader guessed"};
  const std::string text = tree(view_of(std::move(raw)), {}, false);
  EXPECT_THAT(text, HasSubstr("node 0: cids 0-1; distance 40 to node 5\n"));
  EXPECT_THAT(text, HasSubstr("node 5: no CPUs, 1 GiB; distance 40 to node 0\n"));
  EXPECT_THAT(text, HasSubstr("note: the reader guessed\n"));
}

TEST(Tables, ACidALine) {
  const auto rows = lines(cid_table(view_of(hybrid_machine())));
  ASSERT_EQ(rows.size(), 10u);
  EXPECT_EQ(rows[0], "cid  cpu  core  domain  llc  node  tier  capacity  max MHz  online");
  EXPECT_EQ(rows[1], "  0    0     0       0    0     0     0      1024        -     yes");
  EXPECT_EQ(rows[5], "  4    4     2       1    0     0     1       512        -     yes");
  EXPECT_EQ(rows[8], "  7    7     -       -    -     -     -         -        -      no");
}

TEST(Tables, NeighboursAreSaidInWords) {
  // Two nodes of two LLCs; node 1 is at distance 21. The first LLC has two core types.
  auto specs = scx::test::cores(2, 1, 0, 0, 0) + scx::test::cores(2, 1, 2, 0, 1) +
               scx::test::cores(2, 1, 4, 1, 2) + scx::test::cores(2, 1, 6, 1, 3);
  for (std::size_t core = 0; core < specs.size(); ++core)
    specs[core].capacity = core == 1 ? 512 : 1024;
  RawTopology raw = scx::test::machine(specs);
  raw.nodes[0].distances = {10, 21};
  raw.nodes[1].distances = {21, 10};
  const auto rows = lines(domain_table(view_of(std::move(raw))));
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_THAT(rows[1], HasSubstr("same LLC: 1; same node: 2; nodes at distance 21: 3-4"));
  EXPECT_THAT(rows[3], HasSubstr("same node: 0-1; nodes at distance 21: 3-4"));
  EXPECT_THAT(rows[4], HasSubstr("same node: 4; nodes at distance 21: 0-2"));
}

TEST(Tables, AnOnlyDomainHasNoNeighbours) {
  EXPECT_THAT(domain_table(view_of(scx::test::machine(scx::test::cores(2, 1, 0)))),
              HasSubstr("none\n"));
}

TEST(Tables, EvidenceNamesWhatDecidedAndWhatDidNot) {
  auto specs = scx::test::cores(4, 1, 0);
  for (std::size_t core = 0; core < specs.size(); ++core)
    specs[core].max_khz = core < 2 ? 5'000'000 : 3'000'000;
  const std::string text = evidence_list(view_of(scx::test::machine(specs)));
  EXPECT_THAT(text, StartsWith("core types: 2, by maximum frequency\n"));
  EXPECT_THAT(text, HasSubstr("  tier 0 (big): "));
  EXPECT_THAT(text, HasSubstr("2 cores, CPUs 0-1\n"));
  EXPECT_THAT(text, HasSubstr("  not by cpu_capacity: not there\n"));
  EXPECT_THAT(text, HasSubstr("node  memory  CPUs  distances"));
}

TEST(View, UnitsCoverEverythingInOrder) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const View view = view_of(scx::test::random_machine(random));
    const auto expect_cover = [](const std::vector<Units>& units, std::size_t all) {
      std::size_t next = 0;
      for (const Units& unit : units) {
        EXPECT_EQ(unit.first, next);
        EXPECT_GT(unit.count, 0u);
        next += unit.count;
      }
      EXPECT_EQ(next, all);
    };
    expect_cover(view.node_llcs, view.topology.llcs().size());
    expect_cover(view.llc_domains, view.domains.all().size());
    expect_cover(view.domain_cores, view.topology.cores().size());
  }
}

}  // namespace
}  // namespace scx::scxtopo::test
