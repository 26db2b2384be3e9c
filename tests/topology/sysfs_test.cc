// SPDX-License-Identifier: GPL-2.0-only
//
// The sysfs reader on trees that are written by hand, file by file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "machines.h"
#include "properties.h"

namespace scx::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

class Sysfs : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = fs::path(::testing::TempDir()) / "scxx-sysfs-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    root_ = path;
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& path, std::string_view text) {
    const fs::path file = root_ / "sys/devices" / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  void cpu(const std::string& path, std::string_view text) { write("system/cpu/" + path, text); }

  // Two cores of two threads under one L3.
  void small_machine() {
    for (const char* set : {"possible", "present", "online"}) cpu(set, "0-3\n");
    for (int c = 0; c < 4; ++c) {
      const std::string dir = "cpu" + std::to_string(c) + "/";
      cpu(dir + "topology/physical_package_id", "0\n");
      cpu(dir + "topology/core_id", c < 2 ? "0\n" : "4\n");
      cpu(dir + "topology/thread_siblings_list", c < 2 ? "0-1\n" : "2-3\n");
      leaf(c, 0, "1", "Data", "48K", c < 2 ? "0-1\n" : "2-3\n");
      leaf(c, 1, "3", "Unified", "32768K", "0-3\n");
    }
  }
  void leaf(int c, int index, const char* level, const char* type, const char* size,
            const char* shared) {
    const std::string dir =
        "cpu" + std::to_string(c) + "/cache/index" + std::to_string(index) + "/";
    cpu(dir + "level", level);
    cpu(dir + "type", type);
    cpu(dir + "size", size);
    cpu(dir + "shared_cpu_list", shared);
  }

  Result<Topology> discover() const { return Topology::discover({root_}); }
  Topology found() const {
    auto topology = discover();
    if (!topology) ADD_FAILURE() << topology.error().message();
    return std::move(topology).value();
  }
  Error failure() const {
    auto topology = discover();
    if (!topology) return topology.error();
    ADD_FAILURE() << "found " << summary(*topology);
    return {};
  }
  std::string path(const std::string& below) const {
    return (root_ / "sys/devices" / below).native();
  }

  fs::path root_;
};

TEST_F(Sysfs, ASmallMachine) {
  small_machine();
  const Topology topology = found();
  EXPECT_EQ(summary(topology), "4 CPUs, 1 node, 1 LLC, 2 cores, 2 threads a core, one core type");
  EXPECT_EQ(topology.llcs()[0].size_kb, 32768U);
  EXPECT_THAT(topology.notes(), ElementsAre("no NUMA nodes are named: all CPUs are in node 0"));
  expect_all_sound(topology);
}

TEST_F(Sysfs, FourCpusOfEightThousandThatMayCome) {
  small_machine();
  cpu("possible", "0-8191\n");
  const Topology topology = found();
  EXPECT_EQ(topology.nr_cpu_ids(), 8192);
  EXPECT_EQ(topology.online().count(), 4U);
  expect_sound(topology);
}

TEST_F(Sysfs, CachesAreKeptOnce) {
  small_machine();
  const RawTopology raw = read_machine({root_}).value();
  EXPECT_EQ(raw.caches.size(), 3U);
  EXPECT_EQ(raw.cpus[3].caches, (std::vector<std::int32_t>{2, 1}));
}

TEST_F(Sysfs, NodesDistancesAndMemory) {
  small_machine();
  write("system/node/node0/cpulist", "0-1\n");
  write("system/node/node0/distance", "10 32\n");
  write("system/node/node0/meminfo", "Node 0 MemTotal:       263855164 kB\nNode 0 MemFree: 1 kB\n");
  write("system/node/node2/cpumap", "0000000c\n");
  write("system/node/node2/distance", "32 10\n");
  const Topology topology = found();
  EXPECT_EQ(topology.nodes()[0].memory_kb, 263855164U);
  EXPECT_EQ(topology.nodes()[1].id, NodeId{2});
  EXPECT_EQ(topology.nodes()[1].cpus, CpuSet::of({2, 3}));
  EXPECT_THAT(topology.nodes()[1].distances, ElementsAre(32, 10));
  EXPECT_EQ(topology.llcs().size(), 2U);
}

TEST_F(Sysfs, OfflineCpusHaveNoDirectories) {
  small_machine();
  cpu("online", "0,2\n");
  fs::remove_all(path("system/cpu/cpu1"));
  const Topology topology = found();
  EXPECT_EQ(summary(topology),
            "4 CPUs (2 offline), 1 node, 1 LLC, 2 cores, 1 thread a core, one core type");
}

TEST_F(Sysfs, OldKernelsHaveNoOnlineFile) {
  small_machine();
  for (const char* set : {"possible", "present", "online"})
    fs::remove(path("system/cpu") / fs::path(set));
  cpu("cpu2/online", "0\n");
  const Topology topology = found();
  EXPECT_EQ(topology.online(), CpuSet::of({0, 1, 3}));
  EXPECT_EQ(topology.possible(), CpuSet::of({0, 1, 2, 3}));
  EXPECT_THAT(topology.notes(), Contains(HasSubstr("cpu/online is missing")));
}

TEST_F(Sysfs, IntelsKindsOfCores) {
  small_machine();
  write("cpu_core/cpus", "2-3\n");
  write("cpu_atom/cpus", "0-1\n");
  const Topology topology = found();
  EXPECT_EQ(topology.tier_evidence().source, TierSource::core_kinds);
  EXPECT_EQ(topology.at(CpuId{0}).tier, 1);
}

TEST_F(Sysfs, EvidenceThatCannotBeReadIsAbsentAndNoted) {
  small_machine();
  for (int c = 0; c < 4; ++c)
    cpu("cpu" + std::to_string(c) + "/cpufreq/cpuinfo_max_freq", "<unknown>\n");
  const Topology topology = found();
  EXPECT_EQ(topology.at(CpuId{0}).max_khz, 0U);
  EXPECT_THAT(topology.notes(), Contains("cpufreq/cpuinfo_max_freq counts as absent on 4 CPUs: " +
                                         path("system/cpu/cpu0/cpufreq/cpuinfo_max_freq") +
                                         " holds '<unknown>' where a number was expected"));
}

TEST_F(Sysfs, ResumeLatenciesThatUsersAllow) {
  small_machine();
  cpu("cpu0/power/pm_qos_resume_latency_us", "0\n");
  cpu("cpu1/power/pm_qos_resume_latency_us", "250\n");
  cpu("cpu2/power/pm_qos_resume_latency_us", "n/a\n");
  cpu("cpu3/power/pm_qos_resume_latency_us", "-3\n");
  const RawTopology raw = read_machine({root_}).value();
  EXPECT_EQ(raw.cpus[0].resume_latency_us, 0);
  EXPECT_EQ(raw.cpus[1].resume_latency_us, 250);
  EXPECT_EQ(raw.cpus[2].resume_latency_us, 1) << "no latency at all is allowed";
  EXPECT_FALSE(raw.cpus[3].resume_latency_us);
  EXPECT_THAT(raw.notes, Contains(HasSubstr("pm_qos_resume_latency_us holds '-3'")));
}

TEST_F(Sysfs, EvidenceOfCoreTypes) {
  small_machine();
  cpu("cpu1/cpu_capacity", "512\n");
  cpu("cpu1/cpufreq/amd_pstate_prefcore_ranking", "231\n");
  cpu("cpu1/acpi_cppc/highest_perf", "166\n");
  cpu("cpu1/cpufreq/cpuinfo_max_freq", "5100000\n");
  cpu("cpu1/cpufreq/base_frequency", "3200000\n");
  const RawCpu read = read_machine({root_}).value().cpus[1];
  EXPECT_EQ(read.capacity, 512);
  EXPECT_EQ(read.prefcore, 231);
  EXPECT_EQ(read.cppc, 166);
  EXPECT_EQ(read.max_khz, 5100000);
  EXPECT_EQ(read.base_khz, 3200000);
}

TEST_F(Sysfs, TheEnergyModelIsBelowTheRootToo) {
  small_machine();
  write("../kernel/debug/energy_model/cpu0/cpus", "0-3\n");
  write("../kernel/debug/energy_model/cpu0/ps:1000/frequency", "1000\n");
  write("../kernel/debug/energy_model/cpu0/ps:1000/power", "20\n");
  EXPECT_EQ(read_machine({root_}).value().perf_domains.size(), 1U);
}

TEST_F(Sysfs, ALeafThatNamesNoCpusIsPassedOver) {
  small_machine();
  for (int c = 0; c < 4; ++c) cpu("cpu" + std::to_string(c) + "/cache/index7/level", "4");
  const Topology topology = found();
  EXPECT_EQ(topology.llcs()[0].size_kb, 32768U);
  EXPECT_THAT(topology.notes(), Contains(HasSubstr("cache/index*/shared_cpu_map")));
}

TEST_F(Sysfs, NegativeIdsAreNone) {
  small_machine();
  cpu("cpu0/topology/physical_package_id", "-1\n");
  EXPECT_EQ(found().at(CpuId{0}).package, -1);
}

TEST_F(Sysfs, AnEmptyDirectoryIsNoMachine) {
  const Error error = failure();
  EXPECT_EQ(error.kind, ErrorKind::missing);
  EXPECT_EQ(error.message(),
            "cannot list " + path("system/cpu") +
                ": No such file or directory; expected the sysfs of a Linux machine there; "
                "is /sys mounted, is the root right?");
}

TEST_F(Sysfs, ADirectoryWithoutCpusIsNoMachine) {
  fs::create_directories(path("system/cpu"));
  EXPECT_THAT(failure().message(), HasSubstr("names no CPU that is online"));
}

TEST_F(Sysfs, AbsurdFilesAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"online", "3-1,99999999999\n"},
      {"possible",
       "\x7f"
       "ELF\x02\x01\x01"},
      {"present", "0-99999\n"},
      {"cpu1/topology/core_id", "four\n"},
      {"cpu1/topology/thread_siblings_list", "0-x\n"},
      {"cpu2/cache/index1/shared_cpu_list", "0-3,,\n"},
      {"cpu2/cache/index1/size", "big\n"},
      {"cpu2/cache/index1/level", "99999999999\n"},
  };
  for (const auto& [file, text] : cases) {
    small_machine();
    cpu(file, text);
    const Error error = failure();
    EXPECT_EQ(error.kind, ErrorKind::invalid) << file;
    EXPECT_THAT(error.message(), HasSubstr(path(std::string("system/cpu/") + file))) << file;
  }
}

TEST_F(Sysfs, AbsurdNodesAreNamed) {
  small_machine();
  write("system/node/node0/distance", "10 far\n");
  EXPECT_THAT(failure().message(), HasSubstr(path("system/node/node0/distance") +
                                             " holds '10 far' where node distances"));
  write("system/node/node0/distance", "10\n");
  write("system/node/node0/cpulist", "0-\n");
  EXPECT_THAT(failure().message(), HasSubstr(path("system/node/node0/cpulist")));
}

TEST_F(Sysfs, AnAbsurdDirectoryIsNamed) {
  small_machine();
  fs::create_directories(path("system/cpu/cpu99999999999"));
  EXPECT_THAT(failure().message(),
              HasSubstr("has an entry cpu99999999999, above the limit of 65535"));
}

}  // namespace
}  // namespace scx::test
