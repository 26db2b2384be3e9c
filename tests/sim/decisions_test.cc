// SPDX-License-Identifier: GPL-2.0-only
//
// What a decision costs does not grow with the machine: basic blocks of the policy, which are
// counted and the same each time, on 64 CPUs and on SCXX_CPUS in the environment, or 1,024.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <string_view>

#include "schedulers.h"

namespace scx::sim::test {
namespace {

constexpr int kFew = 64, kCpusOfLlc = 32, kLlcsOfNode = 16;
// What costs may be on the larger machine.
constexpr double kMostGrowth = 1.5;

int many() {
  const char* const wanted = std::getenv("SCXX_CPUS");
  return wanted ? std::atoi(wanted) : 1024;
}

Machine machine_of(int nr_cpus) {
  std::vector<scx::test::CoreSpec> specs;
  for (int llc = 0; llc < nr_cpus / kCpusOfLlc; ++llc)
    specs = std::move(specs) + cores(kCpusOfLlc / 2, 2, llc * kCpusOfLlc, llc / kLlcsOfNode, llc);
  return whole(machine(specs));
}

// Tasks for each 64 CPUs.
struct Load {
  const char* name;
  int hogs, sleepers;
  Span run, sleep;
};
constexpr Load kLoads[] = {
    {"TooMuch", 78, 312, {50 * kUs, 150 * kUs}, {5 * kMs, 20 * kMs}},
    {"Half", 0, 64, {500 * kUs, 1500 * kUs}, {500 * kUs, 1500 * kUs}},
    {"Little", 0, 64, {500 * kUs, 1500 * kUs}, {5 * kMs, 15 * kMs}},
};

struct Param {
  const char* scheduler;
  Load load;
};
void PrintTo(const Param& param, std::ostream* out) {
  *out << param.scheduler << ", " << param.load.name;
}

// Callbacks that come with each turn of a task. Those at its birth and end copy the set of its
// CPUs, and timers look at all CPUs, the less often the more there are.
bool decides(std::string_view op) {
  constexpr std::array kOthers = {"init",      "init_cids", "init_task", "enable", "set_weight",
                                  "exit_task", "disable",   "exit",      "timer"};
  return std::ranges::find(kOthers, op) == kOthers.end();
}

std::map<std::string, Histogram> blocks_of(const Param& param, int nr_cpus) {
  const int times = nr_cpus / kFew;
  const Op run_it{.kind = Op::Kind::run, .span = param.load.run},
      sleep_it{.kind = Op::Kind::sleep, .span = param.load.sleep};
  // lavd's timer goes off every 20 ms, and less often on large machines. At little load the first
  // time makes most CPUs rest, and tasks move to the others; after the second all have.
  const u64 warmup = (45 + 2 * 20 * (static_cast<u64>(nr_cpus) / 512)) * kMs;
  Workload work = workload(warmup + 20 * kMs,
                           {tasks("hog", param.load.hogs * times, {run(kMs)}),
                            tasks("sleeper", param.load.sleepers * times, {run_it, sleep_it})});
  work.warmup_ns = warmup;
  SimulationOptions options;
  options.measure = true;
  const Outcome outcome = outcome_of((std::string(param.scheduler) + ".counted").c_str(),
                                     machine_of(nr_cpus), work, options);
  EXPECT_EQ(outcome.message, "");
  std::map<std::string, Histogram> blocks;
  for (const OpCost& op : outcome.ops) {
    if (!decides(op.op)) continue;
    blocks[op.op] = op.blocks;
    blocks["all"].merge(op.blocks);
  }
  return blocks;
}

class Decisions : public testing::TestWithParam<Param> {};
INSTANTIATE_TEST_SUITE_P(, Decisions,
                         testing::Values(Param{"lavd", kLoads[0]}, Param{"lavd", kLoads[1]},
                                         Param{"lavd", kLoads[2]}, Param{"simple", kLoads[0]},
                                         Param{"simple", kLoads[1]}),
                         [](const auto& test) {
                           return std::string(test.param.scheduler) + test.param.load.name;
                         });

TEST_P(Decisions, CostTheSameOnALargerMachine) {
  const auto few = blocks_of(GetParam(), kFew), on_many = blocks_of(GetParam(), many());
  const Histogram& all = few.at("all");
  ASSERT_GT(all.sum(), all.count()) << "the policy does not count its blocks";
  EXPECT_LE(on_many.at("all").mean(), kMostGrowth * all.mean());
  EXPECT_LE(static_cast<double>(on_many.at("all").percentile(990)),
            kMostGrowth * static_cast<double>(all.percentile(990)));
  for (const auto& [op, blocks] : few)
    if (blocks.count() > all.count() / 100 && on_many.contains(op)) {
      EXPECT_LE(on_many.at(op).mean(), kMostGrowth * blocks.mean()) << op;
    }
}

}  // namespace
}  // namespace scx::sim::test
