// SPDX-License-Identifier: GPL-2.0-only
//
// What hwloc sees of an XML, and what never reaches it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "properties.h"
#include "read/hwloc_load.h"
#include "read/readers.h"
#include "scx/topology/topology.h"

namespace scx::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string exported(hwloc_topology_t topology) {
  char* text = nullptr;
  int size = 0;
  EXPECT_EQ(hwloc_topology_export_xmlbuffer(topology, &text, &size, 0), 0);
  std::string xml = text;
  hwloc_free_xmlbuffer(topology, text);
  return xml;
}

// As lstopo writes it: with all that hwloc knows of it.
std::string made_up(const char* description) {
  hwloc_topology_t bare = nullptr;
  EXPECT_EQ(hwloc_topology_init(&bare), 0);
  const HwlocTopology topology{bare};
  EXPECT_EQ(hwloc_topology_set_all_types_filter(bare, HWLOC_TYPE_FILTER_KEEP_ALL), 0);
  EXPECT_EQ(hwloc_topology_set_synthetic(bare, description), 0);
  EXPECT_EQ(hwloc_topology_load(bare), 0);
  return exported(bare);
}

std::string sets(const std::string& cpus) {
  return " cpuset=\"" + cpus + "\" complete_cpuset=\"" + cpus +
         "\" nodeset=\"0x1\" complete_nodeset=\"0x1\"";
}

const std::string kNode = "<object type=\"NUMANode\" os_index=\"0\"" + sets("0x1") + "/>\n";
const std::string kPu = "<object type=\"PU\" os_index=\"0\"" + sets("0x1") + "/>\n";

std::string topology(const std::string& parts, const std::string& version = "2.0") {
  return "<?xml version=\"1.0\"?>\n<topology version=\"" + version + "\">\n" + parts +
         "</topology>\n";
}

std::string machine(const std::string& inside, const std::string& after = "") {
  return topology("<object type=\"Machine\"" + sets("0x1") + ">\n" + inside + "</object>\n" +
                  after);
}

void expect_same(const RawTopology& a, const RawTopology& b) {
  EXPECT_EQ(a.online, b.online);
  EXPECT_EQ(a.possible, b.possible);
  EXPECT_EQ(a.present, b.present);
  EXPECT_EQ(a.notes, b.notes);
  const auto all = [](const RawCpu& c) {
    return std::tie(c.cpu, c.package, c.die, c.core, c.siblings, c.caches, c.capacity, c.kind,
                    c.max_khz, c.base_khz);
  };
  const auto same_cpu = [&](const RawCpu& x, const RawCpu& y) { return all(x) == all(y); };
  EXPECT_TRUE(std::ranges::equal(a.cpus, b.cpus, same_cpu));
  EXPECT_TRUE(std::ranges::equal(a.caches, b.caches, [](const RawCache& x, const RawCache& y) {
    return std::tie(x.level, x.type, x.size_kb, x.cpus) ==
           std::tie(y.level, y.type, y.size_kb, y.cpus);
  }));
  EXPECT_TRUE(std::ranges::equal(a.nodes, b.nodes, [](const RawNode& x, const RawNode& y) {
    return std::tie(x.id, x.cpus, x.distances, x.memory_kb) ==
           std::tie(y.id, y.cpus, y.distances, y.memory_kb);
  }));
}

std::string refused(const std::string& xml) {
  const auto clean = clean_xml(xml);
  if (clean) {
    ADD_FAILURE() << xml << "became" << *clean;
    return "";
  }
  EXPECT_EQ(clean.error().kind, ErrorKind::invalid) << xml;
  return clean.error().message();
}

TEST(HwlocXml, OfHwlocIsTheSameMachineAfterwards) {
  for (const char* description :
       {"node:2 core:4 pu:2", "pack:2 die:2 l3:1 core:4 pu:2",
        "group:2 pack:2 [numa] l3:2 core:2 pu:2", "pack:2 [numa] [numa(memory=1GB)] core:3 pu:1",
        "pack:2 [numa] l3:2(size=33554432) l2:2 l1d:1 l1i:1 core:1 pu:2", "node:5 core:10 pu:4",
        "pu:1", "[numa] pu:3"}) {
    SCOPED_TRACE(description);
    const auto direct = read_hwloc_synthetic(description);
    const std::string xml = made_up(description);
    const auto read = read_hwloc_xml(xml, description);
    ASSERT_TRUE(direct) << direct.error().message();
    ASSERT_TRUE(read) << read.error().message();
    expect_same(*read, *direct);
    const std::string clean = clean_xml(xml).value();
    EXPECT_EQ(clean_xml(clean).value(), clean) << description;
  }
}

TEST(HwlocXml, KeepsNothingButTheMachine) {
  const std::string clean =
      clean_xml(
          machine("<info name=\"HostName\" value=\"box\"/>\n"
                  "<object type=\"Package\" gp_index=\"77\" name=\"secret\"" +
                      sets("0x1") + ">\n" + kNode + "<page_type size=\"4096\" count=\"9\"/>\n" +
                      kPu +
                      "</object>\n<object type=\"Bridge\">\n<object type=\"PCIDev\"/>\n"
                      "<userdata length=\"1\">x</userdata></object>\n",
                  "<support name=\"custom\"/><memattr name=\"x\"><memattr_value/></memattr>\n"
                  "<distances2 type=\"PU\" nbobjs=\"1\"/>\n"
                  "<cpukind cpuset=\"0x1\"><info name=\"CoreType\" value=\"IntelAtom\"/>\n"
                  "<info name=\"FrequencyMaxMHz\" value=\"3000\"/><info name=\"x\" value=\"1\"/>\n"
                  "<info name=\"LinuxCapacity\" value=\"&quot;\"/></cpukind>\n"))
          .value();
  EXPECT_EQ(
      clean,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
      "<topology version=\"2.0\">\n"
      "<object type=\"Machine\" os_index=\"0\" cpuset=\"0x1\" complete_cpuset=\"0x1\" "
      "allowed_cpuset=\"0x1\" nodeset=\"0x1\" complete_nodeset=\"0x1\" "
      "allowed_nodeset=\"0x1\" gp_index=\"1\">\n"
      "<object type=\"Package\" cpuset=\"0x1\" complete_cpuset=\"0x1\" nodeset=\"0x1\" "
      "complete_nodeset=\"0x1\" gp_index=\"2\">\n"
      "<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x1\" complete_cpuset=\"0x1\" "
      "nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\"3\" local_memory=\"0\">\n"
      "</object>\n"
      "<object type=\"PU\" os_index=\"0\" cpuset=\"0x1\" complete_cpuset=\"0x1\" "
      "nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\"4\">\n</object>\n"
      "</object>\n</object>\n"
      "<cpukind cpuset=\"0x1\">\n<info name=\"CoreType\" value=\"IntelAtom\"/>\n"
      "<info name=\"FrequencyMaxMHz\" value=\"3000\"/>\n</cpukind>\n</topology>\n");
}

TEST(HwlocXml, ANodeBehindAMemoryCacheIsKept) {
  const std::string behind = "<object type=\"MemCache\"" + sets("0x1") + ">" + kNode + "</object>";
  EXPECT_EQ(clean_xml(machine(behind + kPu)).value(), clean_xml(machine(kNode + kPu)).value());
}

TEST(HwlocXml, APackageInAPackageIsThatOfItsCpus) {
  const std::string second = "<object type=\"PU\" os_index=\"1\"" + sets("0x2") + "/>\n";
  const auto raw =
      read_hwloc_xml(machine(kNode + "<object type=\"Package\" os_index=\"4\"" + sets("0x3") +
                             ">\n<object type=\"Package\" os_index=\"9\"" + sets("0x1") + ">\n" +
                             kPu + "</object>\n" + second + "</object>\n"),
                     "the file");
  ASSERT_TRUE(raw) << raw.error().message();
  ASSERT_EQ(raw->cpus.size(), 2U);
  EXPECT_EQ(raw->cpus[0].package, 9);
  EXPECT_EQ(raw->cpus[1].package, 4);
}

TEST(HwlocXml, SetsAreWrittenAsHwlocDoes) {
  const std::string pu =
      "<object type=\"PU\" os_index=\"70\" cpuset=\"0x00000040,,0x0\" "
      "complete_cpuset=\"0xf...f\" nodeset=\"0x00000000,0x00000001\" "
      "complete_nodeset=\"0xf...f,0x0\"/>";
  EXPECT_THAT(
      clean_xml(machine(kNode + pu)).value(),
      HasSubstr(" os_index=\"70\" cpuset=\"0x40,,0x00000000\" complete_cpuset=\"0x40,,0x00000000\" "
                "nodeset=\"0x1\" complete_nodeset=\"0x1\""));
  for (const char* set : {"no", "", "1", "0x", "0x1,2", "0x123456789", "0xf...f", "0x1 ", "-0x1"})
    EXPECT_THAT(refused(machine(kNode + kPu + "<object type=\"Core\"" + sets(set) + "/>\n")),
                AllOf(HasSubstr("expected its cpuset and complete_cpuset"), HasSubstr("in line 6")))
        << set;
  const std::string far = "0x1" + std::string(2048, ',') + "0x0";
  EXPECT_THAT(refused(machine(kNode + kPu + "<object type=\"Core\"" + sets(far) + "/>\n")),
              HasSubstr("numbers up to 65535"));
}

TEST(HwlocXml, WhatIsNotWholeIsRefused) {
  std::string deep;
  for (int level = 0; level < 200; ++level) deep += "<a>";
  const std::pair<std::string, const char*> cases[] = {
      {"<topology version=\"2.0\"><a b=\"c\" d/></topology>", "not whole, in line 1"},
      {"<topology version=\"2.0\">\n<a b=\"c></topology>", "not whole, in line 2"},
      {"<topology version=\"2.0\">\n\n</object>", "ends what did not begin, in line 3"},
      {"<topology version=\"2.0\"><!-- forever", "comment does not end"},
      {"<topology version=\"2.0\"><a/>", "ends too early"},
      {machine(kNode + kPu) + "<more/>", "nothing after </topology>, in line 8"},
      {topology(deep), "too deep"},
      {topology("<object type=\"PU\"/>"), "expected one Machine"},
      {topology(""), "expected a Machine with a PU and a NUMANode"},
      {machine(kNode), "expected a Machine with a PU and a NUMANode"},
      {machine(kPu), "expected a Machine with a PU and a NUMANode"},
      {"<topology version=\"2.0\"/>", "expected a <topology> with a Machine"},
      {"<root/>", "expected a <topology> with a Machine"},
  };
  for (const auto& [text, problem] : cases) EXPECT_THAT(refused(text), HasSubstr(problem)) << text;
}

TEST(HwlocXml, VersionsAreThoseThatAreUnderstood) {
  for (const char* version : {"2.0", "2.3", "3.0"}) {
    const std::string xml = topology(
        "<object type=\"Machine\"" + sets("0x1") + ">" + kNode + kPu + "</object>", version);
    EXPECT_TRUE(clean_xml(xml)) << version;
  }
  EXPECT_THAT(refused(topology("", "4.0")), HasSubstr("version 2 or 3"));
  EXPECT_THAT(refused(topology("", "1.0")), HasSubstr("export it again with hwloc 2 or later"));
  EXPECT_THAT(refused("<topology>\n<object type=\"Machine\"/>\n</topology>\n"),
              HasSubstr("hwloc 1.x wrote it"));
}

TEST(HwlocXml, ObjectsThatHwlocWouldTripOverAreRefused) {
  const auto begin = [](const char* type, const char* rest) {
    return "<object type=\"" + std::string(type) + "\" " + rest + sets("0x1");
  };
  const std::pair<std::string, const char*> cases[] = {
      {begin("PU", "") + "/>", "expected an os_index from 0 to 65535, in line 6"},
      {begin("NUMANode", "os_index=\"4294967295\"") + "/>", "expected an os_index"},
      {begin("Core", "os_index=\"-1\"") + "/>", "expected an os_index"},
      {begin("PU", "os_index=\"1\"") + ">" + kPu + "</object>", "no object in a PU"},
      {begin("NUMANode", "os_index=\"1\"") + ">" + kPu + "</object>", "no object in a NUMANode"},
      {begin("MemCache", "") + ">" + kPu + "</object>", "nothing but a NUMANode in a MemCache"},
      {begin("Machine", "") + "/>", "another type of object"},
      {begin("Socket", "") + "/>", "another type of object"},
      {begin("L2Cache", "cache_type=\"2\"") + "/>", "that go with the type"},
      {begin("L1iCache", "") + "/>", "that go with the type"},
      {begin("L2Cache", "cache_size=\"-1\"") + "/>", "that go with the type"},
      {begin("NUMANode", "os_index=\"1\" local_memory=\"x\"") + "/>", "local_memory"},
  };
  for (const auto& [object, problem] : cases)
    EXPECT_THAT(refused(machine(kNode + kPu + object)), HasSubstr(problem)) << object;
}

TEST(HwlocXml, TablesOfDistancesAreWhole) {
  const auto table = [](const std::string& begin, const std::string& indexes,
                        const std::string& values) {
    return machine(kNode + kPu, "<distances2 type=\"NUMANode\" indexing=\"os\" " + begin +
                                    "><indexes>" + indexes + "</indexes><u64values>" + values +
                                    "</u64values></distances2>\n");
  };
  EXPECT_THAT(clean_xml(table("kind=\"5\" nbobjs=\"2\"", "0 7", "10 20\n20 10 ")).value(),
              HasSubstr("<indexes length=\"4\">0 7 </indexes>\n"
                        "<u64values length=\"6\">10 20 </u64values>\n"
                        "<u64values length=\"6\">20 10 </u64values>\n</distances2>\n"));
  EXPECT_THAT(clean_xml(table("kind=\"9\" nbobjs=\"2\"", "0", "1")).value(),
              Not(HasSubstr("distances")));  // bandwidths
  EXPECT_THAT(refused(table("kind=\"5\" nbobjs=\"2\"", "0", "10")), HasSubstr("for each pair"));
  EXPECT_THAT(refused(table("kind=\"5\" nbobjs=\"1\"", "0", "10 20")), HasSubstr("for each pair"));
  EXPECT_THAT(refused(table("kind=\"5\" nbobjs=\"1\"", "0", "ten")), HasSubstr("for each pair"));
  EXPECT_THAT(refused(table("kind=\"5\" nbobjs=\"1\"", "65536", "10")), HasSubstr("for each pair"));
  EXPECT_THAT(refused(table("kind=\"5\" nbobjs=\"4294967296\"", "0", "10")),
              HasSubstr("for each pair"));
}

}  // namespace
}  // namespace scx::test
