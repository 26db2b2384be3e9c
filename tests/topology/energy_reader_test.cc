// SPDX-License-Identifier: GPL-2.0-only
//
// The energy model as debugfs shows it, in trees in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "read/readers.h"

namespace scx::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kModel = "/sys/kernel/debug/energy_model/";

class EnergyModel : public ::testing::Test {
 protected:
  void state(const std::string& domain, const std::string& khz, const std::string& power) {
    files_.plant(kModel + domain + "/ps:" + khz + "/frequency", khz + "\n");
    files_.plant(kModel + domain + "/ps:" + khz + "/power", power + "\n");
    files_.plant(kModel + domain + "/ps:" + khz + "/cost", "77\n");
  }
  // Two of little cores, whose names do not sort by frequency; one of a big core.
  void two_domains() {
    files_.plant(kModel + "cpu0/cpus", "0-3\n");
    files_.plant(kModel + "cpu0/flags", "0x1\n");
    state("cpu0", "1800000", "200000");
    state("cpu0", "600000", "50000");
    files_.plant(kModel + "cpu4/cpus", "4\n");
    state("cpu4", "2800000", "900000");
    files_.plant(kModel + "cpu4/ps:2800000/performance", "1024\n");
    files_.plant(kModel + "cpu4/ps:2800000/inefficient", "1\n");
  }
  std::vector<PerfDomain> read() {
    const MemoryTree tree("M", std::move(files_));
    return read_energy_model(tree, notes_);
  }

  TreeContents files_;
  std::vector<std::string> notes_;
};

TEST_F(EnergyModel, DomainsAndTheirStatesByFrequency) {
  two_domains();
  const auto domains = read();
  ASSERT_EQ(domains.size(), 2U);
  EXPECT_EQ(domains[0].cpus, CpuSet::range(CpuId{0}, CpuId{3}));
  ASSERT_EQ(domains[0].states.size(), 2U);
  EXPECT_EQ(domains[0].states[0].khz, 600000U);
  EXPECT_EQ(domains[0].states[1].power, 200000U);
  EXPECT_EQ(domains[0].states[1].performance, 0U) << "kernels before 6.9 do not say";
  EXPECT_EQ(domains[1].states[0].performance, 1024U);
  EXPECT_TRUE(domains[1].states[0].inefficient);
  EXPECT_FALSE(domains[0].states[0].inefficient);
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(EnergyModel, NoneIsNothingToTalkAbout) {
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(EnergyModel, OneThatMayNotBeReadIsNoted) {
  files_.add_absent("/sys/kernel/debug/energy_model", EACCES);
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_THAT(notes_, ElementsAre("the energy model is left out: cannot list M: "
                                  "/sys/kernel/debug/energy_model: Permission denied"));
}

TEST_F(EnergyModel, OtherDevicesArePassedOver) {
  two_domains();
  files_.plant(kModel + "gpu.0/flags", "0x1\n");
  state("gpu.0", "300000", "0");
  EXPECT_EQ(read().size(), 2U);
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(EnergyModel, OddDomainsAreLeftOutAlone) {
  const std::pair<const char*, const char*> cases[] = {
      {"cpus", "0-x"},
      {"ps:600000/frequency", "0"},
      {"ps:600000/frequency", "1800000"},
      {"ps:600000/power", "-5"},
      {"ps:600000/power", "99999999999999999999"},
      {"ps:600000/performance", "fast"},
      {"ps:600000/inefficient", ""},
      {"ps:1/cost", "1"},
  };
  for (const auto& [file, text] : cases) {
    two_domains();
    files_.plant(kModel + "cpu0/" + file, text);
    notes_.clear();
    const auto domains = read();
    ASSERT_EQ(domains.size(), 1U) << file;
    EXPECT_EQ(domains[0].cpus, CpuSet::of({4})) << file;
    EXPECT_THAT(notes_, ElementsAre(HasSubstr("the perf domain cpu0 is left out: "))) << file;
  }
  files_.plant(kModel + "cpu0/cpus", "0-3");
  EXPECT_THAT(read(), IsEmpty()) << "a domain without states";
}

}  // namespace
}  // namespace scx::test
