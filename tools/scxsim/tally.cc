// SPDX-License-Identifier: GPL-2.0-only
#include "tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace scx::scxsim {
namespace {

std::vector<std::int32_t> all_of(const CidRange& range) {
  std::vector<std::int32_t> cids;
  for (std::int32_t at = 0; at < range.count; ++at) cids.push_back(range.first.value() + at);
  return cids;
}

// Ascending numbers as "0-3,8".
std::string as_list(const std::vector<std::int32_t>& numbers) {
  std::string text;
  for (std::size_t at = 0; at < numbers.size();) {
    std::size_t last = at;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += fmt::format("{}", numbers[at]);
    if (last != at) text += fmt::format("-{}", numbers[last]);
    at = last + 1;
  }
  return text;
}

// The nearest distance at which a move leaves a unit of this level.
std::size_t leaves_at(std::string_view level) {
  return static_cast<std::size_t>(level == "core"  ? sim::Distance::llc
                                  : level == "llc" ? sim::Distance::node
                                                   : sim::Distance::far);
}

}  // namespace

Tally::Tally(const Machine& machine)
    : machine_(machine), cpus_(static_cast<std::size_t>(machine.cids.nr_cids())) {
  for (std::int32_t cid = 0; cid < machine.cids.nr_cids(); ++cid)
    cpu(cid).tier = machine.topology.at(machine.cids.cpu(Cid{cid})).tier;
}

Tally::Task& Tally::task(const Observer::Task& which) {
  const auto at = static_cast<std::size_t>(which.pid);
  if (at >= tasks_.size()) tasks_.resize(at + 1);
  Task& task = tasks_[at];
  task.seen = true;
  task.result.pid = which.pid;
  task.result.kind = which.kind;
  return task;
}

// Charges whoever runs there for the time since the last look.
void Tally::charge(Cpu& cpu, std::uint64_t at_ns) {
  if (!cpu.pid) return;
  const std::uint64_t ran = at_ns - std::exchange(cpu.since_ns, at_ns);
  cpu.busy_ns += ran;
  task_of(cpu.pid).result.run_ns += ran;
}

void Tally::ready(Task& task, std::uint64_t at_ns) {
  task.ready = true;
  task.ready_ns = at_ns;
}

void Tally::not_ready(Task& task, std::uint64_t at_ns) {
  if (!std::exchange(task.ready, false)) return;
  task.result.longest_wait_ns = std::max(task.result.longest_wait_ns, at_ns - task.ready_ns);
}

void Tally::started(const Start& start) {
  Cpu& here = cpu(start.cid);
  here.pid = start.task.pid;
  here.since_ns = start.at_ns;
  ++here.switches;
  Task& p = task(start.task);
  ++p.result.switches;
  not_ready(p, start.at_ns);
  if (std::exchange(p.woken, false)) {
    const std::uint64_t latency = start.at_ns - p.woken_ns;
    ++p.result.latencies;
    p.result.latency_sum_ns += latency;
    p.result.latency_max_ns = std::max(p.result.latency_max_ns, latency);
  }
  if (!start.far) return;
  const auto far = static_cast<std::size_t>(*start.far);
  Cpu& there = cpu(start.from);
  ++p.result.migrations[far];
  ++here.in[far];
  ++there.out[far];
  if (here.tier == there.tier) return;
  ++here.tier_in;
  ++there.tier_out;
}

void Tally::stopped(const Stop& stop) {
  Cpu& here = cpu(stop.cid);
  charge(here, stop.at_ns);
  here.pid = 0;
  Task& p = task(stop.task);
  if (stop.why == Why::preempted) {
    ++here.preemptions;
    ++p.result.preemptions;
  }
  if (stop.why != Why::sleeps && stop.why != Why::exits) ready(p, stop.at_ns);
}

void Tally::woke(const Wake& wake) {
  Task& p = task(wake.task);
  ++p.result.wakeups;
  p.woken = true;
  p.woken_ns = wake.at_ns;
  ready(p, wake.at_ns);
}

void Tally::counting(std::uint64_t at_ns) {
  for (Cpu& cpu : cpus_) {
    const Cpu before = std::exchange(cpu, {});
    cpu.tier = before.tier;
    cpu.pid = before.pid;
    cpu.since_ns = at_ns;
  }
  for (Task& p : tasks_) {
    const TaskResult before = std::exchange(p.result, {});
    p.result.pid = before.pid;
    p.result.kind = before.kind;
    p.woken = false;
  }
}

void Tally::ended(std::uint64_t at_ns) {
  for (Cpu& cpu : cpus_) charge(cpu, at_ns);
  for (Task& p : tasks_) not_ready(p, at_ns);
}

UnitResult Tally::unit(std::string_view level, std::int32_t number,
                       const std::vector<std::int32_t>& cids) const {
  UnitResult sum{level, number, as_list(cids), static_cast<int>(cids.size())};
  for (const std::int32_t cid : cids) {
    const Cpu& one = cpus_[static_cast<std::size_t>(cid)];
    sum.busy_ns += one.busy_ns;
    sum.switches += one.switches;
    sum.preemptions += one.preemptions;
    if (level == "tier") {
      sum.moves_in += one.tier_in;
      sum.moves_out += one.tier_out;
      continue;
    }
    for (std::size_t far = leaves_at(level); far < sim::kDistances; ++far) {
      sum.moves_in += one.in[far];
      sum.moves_out += one.out[far];
    }
  }
  return sum;
}

std::vector<UnitResult> Tally::units() const {
  std::vector<UnitResult> found;
  const CidMap& cids = machine_.cids;
  for (int tier = 0; machine_.topology.nr_tiers() > 1 && tier < machine_.topology.nr_tiers();
       ++tier) {
    std::vector<std::int32_t> of_tier = all_of(cids.online());
    std::erase_if(of_tier, [&](std::int32_t cid) {
      return cpus_[static_cast<std::size_t>(cid)].tier != tier;
    });
    found.push_back(unit("tier", tier, of_tier));
  }
  for (const CidMap::NodeUnit& node : cids.nodes())
    found.push_back(unit("node", node.id.value(), all_of(node.cids)));
  std::int32_t number = 0;
  for (const CidRange& llc : cids.llcs()) found.push_back(unit("llc", number++, all_of(llc)));
  number = 0;
  for (const CidRange& core : cids.cores()) found.push_back(unit("core", number++, all_of(core)));
  return found;
}

std::vector<TaskResult> Tally::tasks() const {
  std::vector<TaskResult> found;
  for (const Task& p : tasks_)
    if (p.seen) found.push_back(p.result);
  return found;
}

}  // namespace scx::scxsim
