// SPDX-License-Identifier: GPL-2.0-only
//
// Machines from hwloc's XML and from its descriptions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "files.h"
#include "properties.h"
#include "read/hwloc_load.h"
#include "read/readers.h"

namespace scx::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Source synthetic(std::string text) {
  return {.kind = Source::Kind::synthetic, .synthetic = std::move(text)};
}

Topology found(const Source& source) {
  auto topology = Topology::discover(source);
  if (!topology) ADD_FAILURE() << topology.error().message();
  return std::move(topology).value();
}

Error refused(const Source& source) {
  const auto topology = Topology::discover(source);
  if (!topology) return topology.error();
  ADD_FAILURE() << "found " << summary(*topology);
  return {};
}

std::string object(const std::string& type, const std::string& index, const std::string& cpus,
                   const std::string& node, const std::string& rest = "") {
  return "<object type=\"" + type + "\" os_index=\"" + index + "\" cpuset=\"" + cpus +
         "\" complete_cpuset=\"" + cpus + "\" nodeset=\"" + node + "\" complete_nodeset=\"" + node +
         "\" gp_index=\"" + index + std::to_string(type[0]) + std::to_string(type.size()) + "\" " +
         rest;
}

// Package 3 of node 0 with CPUs 0 and 1, package 5 of node 2 with CPU 2; CPU 4 is offline.
std::string two_packages(const std::string& after = "") {
  const auto pu = [](const std::string& n, const std::string& cpus, const std::string& node) {
    return object("PU", n, cpus, node, "/>\n");
  };
  return "<?xml version=\"1.0\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
         "<topology version=\"2.0\">\n"
         "<object type=\"Machine\" os_index=\"0\" cpuset=\"0x7\" complete_cpuset=\"0x17\" "
         "allowed_cpuset=\"0x7\" nodeset=\"0x5\" complete_nodeset=\"0x5\" allowed_nodeset=\"0x5\" "
         "gp_index=\"1\">\n" +
         object("Package", "3", "0x3", "0x1", ">\n") +
         object("NUMANode", "0", "0x3", "0x1", "local_memory=\"1048576\"/>\n") +
         object("L2Cache", "0", "0x3", "0x1",
                "cache_size=\"524288\" depth=\"2\" cache_linesize=\"64\" cache_associativity=\"8\" "
                "cache_type=\"0\">\n") +
         object("Core", "7", "0x3", "0x1", ">\n") + pu("0", "0x1", "0x1") + pu("1", "0x2", "0x1") +
         "</object></object></object>\n" + object("Package", "5", "0x4", "0x4", ">\n") +
         object("NUMANode", "2", "0x4", "0x4", "local_memory=\"2097152\"/>\n") +
         object("Core", "0", "0x4", "0x4", ">\n") + pu("2", "0x4", "0x4") +
         "</object></object></object>\n" + after + "</topology>\n";
}

std::string distances(const std::string& values) {
  return "<distances2 type=\"NUMANode\" nbobjs=\"2\" kind=\"5\" name=\"NUMALatency\" "
         "indexing=\"os\">\n<indexes length=\"4\">0 2 </indexes>\n<u64values length=\"" +
         std::to_string(values.size()) + "\">" + values + "</u64values>\n</distances2>\n";
}

class Xml : public ::testing::Test {
 protected:
  Source file(std::string_view text) const {
    return {.path = dir_.write("machine.xml", text), .kind = Source::Kind::xml};
  }
  TempDir dir_;
};

TEST_F(Xml, IsReadWhole) {
  const auto raw = read_machine(file(two_packages(distances("10 32 32 10 "))));
  ASSERT_TRUE(raw) << raw.error().message();
  EXPECT_EQ(raw->online, CpuSet::of({0, 1, 2}));
  EXPECT_EQ(raw->possible, CpuSet::of({0, 1, 2, 4}));
  EXPECT_EQ(raw->cpus[0].package, 3);
  EXPECT_EQ(raw->cpus[0].core, 7);
  EXPECT_EQ(raw->cpus[1].siblings, CpuSet::of({0, 1}));
  ASSERT_EQ(raw->cpus[1].caches.size(), 1U);
  EXPECT_EQ(raw->caches[0].level, 2);
  EXPECT_EQ(raw->caches[0].size_kb, 512U);
  EXPECT_EQ(raw->caches[0].cpus, CpuSet::of({0, 1}));
  EXPECT_THAT(raw->cpus[2].caches, IsEmpty());
  ASSERT_EQ(raw->nodes.size(), 2U);
  EXPECT_EQ(raw->nodes[1].id, NodeId{2});
  EXPECT_EQ(raw->nodes[1].cpus, CpuSet::of({2}));
  EXPECT_EQ(raw->nodes[1].memory_kb, 2048U);
  EXPECT_THAT(raw->nodes[0].distances, ElementsAre(10, 32));
  EXPECT_THAT(raw->nodes[1].distances, ElementsAre(32, 10));
}

TEST_F(Xml, DistancesOfAnotherScaleAreBroughtToTen) {
  const Topology topology = found(file(two_packages(distances("100 210 210 120 "))));
  EXPECT_THAT(topology.nodes()[0].distances, ElementsAre(10, 21));
  EXPECT_THAT(topology.nodes()[1].distances, ElementsAre(21, 12));
}

TEST_F(Xml, WithoutDistancesThereIsTheDefault) {
  EXPECT_THAT(found(file(two_packages())).nodes()[0].distances, ElementsAre(10, 20));
  EXPECT_THAT(found(file(two_packages(distances("0 1 1 0 ")))).nodes()[0].distances,
              ElementsAre(10, 20));
}

TEST_F(Xml, KindsOfCores) {
  const auto raw = read_machine(file(
      two_packages("<cpukind cpuset=\"0x3\">\n<info name=\"FrequencyMaxMHz\" value=\"3000\"/>\n"
                   "<info name=\"FrequencyBaseMHz\" value=\"fast\"/>\n</cpukind>\n"
                   "<cpukind cpuset=\"0x4\">\n<info name=\"FrequencyMaxMHz\" value=\"5000\"/>\n"
                   "<info name=\"LinuxCapacity\" value=\"1024\"/>\n</cpukind>\n")));
  ASSERT_TRUE(raw) << raw.error().message();
  EXPECT_EQ(raw->cpus[0].max_khz, 3000000);
  EXPECT_FALSE(raw->cpus[0].base_khz);
  EXPECT_EQ(raw->cpus[2].max_khz, 5000000);
  EXPECT_EQ(raw->cpus[2].capacity, 1024);
}

TEST_F(Xml, WhatIsNoTopologyIsRefusedByName) {
  const std::string whole = two_packages();
  const std::string cases[] = {"", "<?xml version=\"1.0\"?>\n<html/>\n",
                               whole.substr(0, whole.size() / 2), whole.substr(0, 200),
                               std::string("<?xml\0\0", 7)};
  for (const std::string& text : cases) {
    ::testing::internal::CaptureStderr();
    const Error error = refused(file(text));
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "") << text;
    EXPECT_EQ(error.kind, ErrorKind::invalid) << text;
    EXPECT_THAT(error.message(), HasSubstr("hwloc cannot read " + file(text).path.native()));
  }
}

TEST_F(Xml, ObjectsWithoutTheirSetsNeverReachHwloc) {
  for (const char* set : {" complete_cpuset=", " cpuset=", " complete_nodeset="}) {
    std::string text = two_packages();
    text.replace(text.rfind(set), std::string_view(set).size(), " other=");
    EXPECT_THAT(refused(file(text)).message(),
                HasSubstr("the object has no sets of CPUs and nodes: expected its"))
        << set;
  }
}

TEST_F(Xml, AMissingFileIsMissing) {
  EXPECT_EQ(refused({.path = dir_.path() / "none", .kind = Source::Kind::xml}).kind,
            ErrorKind::missing);
}

TEST_F(Xml, AbsurdCpuNumbersAreRefused) {
  std::string text = two_packages();
  const std::string far = "0x4," + std::string(3000, ',') + "0x0";
  for (const char* name :
       {" cpuset=\"0x4\"", "complete_cpuset=\"0x4\"", "complete_cpuset=\"0x17\""}) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1))
      text.replace(text.find('"', at) + 1, text.find('"', at + 20) - text.find('"', at) - 1, far);
  }
  EXPECT_EQ(refused(file(text)).kind, ErrorKind::invalid);
}

TEST(Synthetic, MachinesAreMadeUp) {
  const Topology small = found(synthetic("node:2 core:4 pu:2"));
  EXPECT_EQ(small.nodes().size(), 2U);
  EXPECT_EQ(small.nodes()[1].cpus, CpuSet::range(CpuId{8}, CpuId{15}));
  EXPECT_EQ(small.cores().size(), 8U);
  EXPECT_EQ(small.cores()[0].cpus, CpuSet::of({0, 1}));
  expect_all_sound(small);

  const Topology caches = found(
      synthetic("pack:2 [numa(memory=1GB)] l3:2(size=33554432) l2:2 l1d:1 l1i:1 core:1 pu:2"));
  EXPECT_EQ(summary(caches), "16 CPUs, 2 nodes, 4 LLCs, 8 cores, 2 threads a core, one core type");
  EXPECT_EQ(caches.llcs()[0].size_kb, 32768U);
  expect_all_sound(caches);
  EXPECT_EQ(found(synthetic("2 3")).online().count(), 6U);
}

// As many as NR_CPUS of x86-64 allows.
TEST(Synthetic, EightThousandCpus) {
  const Topology topology = found(synthetic("pack:8 [numa] l3:16 core:32 pu:2"));
  EXPECT_EQ(topology.online().count(), 8192U);
  EXPECT_EQ(topology.cores().size(), 4096U);
  EXPECT_EQ(topology.llcs().size(), 128U);
  EXPECT_EQ(topology.nodes().size(), 8U);
}

TEST(Synthetic, CachesAreInTheKernelsOrder) {
  const RawTopology raw = read_machine(synthetic("l3:1 l2:1 l1d:1 l1i:1 core:1 pu:1")).value();
  std::vector<int> levels;
  for (std::int32_t cache : raw.cpus[0].caches)
    levels.push_back(raw.caches[static_cast<std::size_t>(cache)].level);
  EXPECT_THAT(levels, ElementsAre(1, 1, 2, 3));
  EXPECT_EQ(raw.caches[static_cast<std::size_t>(raw.cpus[0].caches[0])].type,
            CacheType::instruction);
}

TEST(Synthetic, NonsenseIsRefusedWithAnExample) {
  for (const char* text :
       {"", " ", "pu:0", "pu:-1", "bogus:2", "core:2", "node:2 pu:2(", "node:two pu:2", "pu:0x10",
        "pu:2(foo=1)", "core:2 core:2 pu:2", "pu:", ":", "a:b:c", "pu:2 [numa"}) {
    const Error error = refused(synthetic(text));
    EXPECT_EQ(error.kind, ErrorKind::invalid) << text;
    EXPECT_THAT(error.message(), HasSubstr("'node:2 core:4 pu:2'")) << text;
  }
}

TEST(Synthetic, EnormousMachinesNeverReachHwloc) {
  for (const char* text : {"pu:65537", "pu:100000000", "node:99999999999999999999 pu:1",
                           "node:256 core:256 pu:256", "pu:65536", "pack:4294967296 pu:4294967296",
                           "pu:2(indexes=0,4294967295)", "[numa(indexes=99999999)] pu:2"}) {
    EXPECT_EQ(check_synthetic(text).error().kind, ErrorKind::invalid) << text;
  }
  EXPECT_THAT(refused(synthetic("pu:65537")).message(), HasSubstr("more than 65536 CPUs"));
  EXPECT_TRUE(check_synthetic("pack:8 node:4 l3:8 core:16 pu:2"));
  EXPECT_TRUE(check_synthetic("node:2(memory=68719476736) pu:4(indexes=3,1,2,0)"));
}

// An environment that shows hwloc a machine of 3 CPUs, and ends with the object.
class Environment {
 public:
  explicit Environment(std::vector<std::pair<const char*, std::string>> values)
      : values_(std::move(values)) {
    for (const auto& [name, value] : values_) setenv(name, value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : values_) unsetenv(name);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::vector<std::pair<const char*, std::string>> values_;
};

TEST_F(Xml, TheEnvironmentDoesNotCount) {
  const std::string other = dir_.write("other.xml", two_packages());
  const Source mine = file(two_packages());
  const std::string expected = describe(found(mine)), made = describe(found(synthetic("pu:5")));
  const std::vector<std::pair<const char*, std::string>> cases[] = {
      {{"HWLOC_XMLFILE", other}},
      {{"HWLOC_SYNTHETIC", "pu:3"}},
      {{"HWLOC_COMPONENTS", "-xml,-synthetic"}},
      {{"HWLOC_COMPONENTS", "synthetic,stop"}},
      {{"HWLOC_FSROOT", dir_.path().native()}, {"HWLOC_COMPONENTS", "linux,stop"}},
      {{"HWLOC_THISSYSTEM", "1"}, {"HWLOC_THISSYSTEM_ALLOWED_RESOURCES", "1"}},
  };
  for (const auto& values : cases) {
    SCOPED_TRACE(values[0].first + ("=" + values[0].second));
    const Environment environment(values);
    EXPECT_EQ(describe(found(mine)), expected);
    EXPECT_EQ(describe(found(synthetic("pu:5"))), made);
  }
}

TEST_F(Xml, AnEnvironmentOfAnotherMachineLeavesHwlocOut) {
  const Environment environment({{"HWLOC_XMLFILE", dir_.write("other.xml", two_packages())}});
  const Topology topology = found(Source{});
  EXPECT_THAT(topology.notes(), Contains(HasSubstr("hwloc was left out")));
}

TEST(HwlocExport, GivesTheSameMachineAndNothingPrivate) {
  const auto xml = hwloc_xml_of_this_machine();
  if (!xml) GTEST_SKIP() << xml.error().message();
  EXPECT_THAT(*xml, Not(HasSubstr("HostName")));
  const auto live = read_hwloc(), again = read_hwloc_xml(*xml, "the export");
  ASSERT_TRUE(live && again);
  EXPECT_EQ(describe(validate(*again).value()), describe(validate(*live).value()));
  EXPECT_EQ(hwloc_xml_of_this_machine().value(), *xml);
}

}  // namespace
}  // namespace scx::test
