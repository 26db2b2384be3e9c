// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "text_table.h"

namespace scx::scxsim {
namespace {

using sim::Counts;
using sim::End;
using sim::KindOutcome;
using sim::Outcome;

constexpr std::pair<const char*, int> kPercentiles[] = {
    {"p50", 500}, {"p90", 900}, {"p99", 990}, {"p999", 999}};
constexpr const char* kDistances[] = {"core", "llc", "node", "far"};

std::string_view name(End end) {
  switch (end) {
    case End::finished:
      return "finished";
    case End::policy:
      return "exit";
    case End::hotplug:
      return "hotplug";
    case End::error:
      return "error";
    case End::stall:
      return "stall";
  }
  return "";
}

// The part of all run time that a kind would have if time went by weight alone.
double weight_share(const KindOutcome& kind, const Outcome& outcome) {
  double all = 0;
  for (const KindOutcome& one : outcome.kinds) all += double{1} * one.weight * one.nr_tasks;
  return all > 0 ? double{1} * kind.weight * kind.nr_tasks / all : 0;
}

std::string time_table(const Outcome& outcome) {
  TextTable table({"task", "tasks", "weight", "time %", "by weight %", "run ms", "least", "most",
                   "rounds", "longest wait ms"});
  const auto row = [&](const std::string& task, int tasks, const std::string& weight,
                       const std::string& by_weight, const Counts& counts) {
    table.add({task, fmt::format("{}", tasks), weight,
               fmt::format("{:.2f}", 100 * part(counts.run_ns, outcome.all.run_ns)), by_weight,
               ms(counts.run_ns), ms(std::min(counts.least_run_ns, counts.most_run_ns)),
               ms(counts.most_run_ns), fmt::format("{}", counts.rounds),
               ms(counts.longest_wait_ns)});
  };
  int all = 0;
  for (const KindOutcome& kind : outcome.kinds) {
    all += kind.nr_tasks;
    if (outcome.kinds.size() <= kMostRows)
      row(kind.name, kind.nr_tasks, fmt::format("{}", kind.weight),
          fmt::format("{:.2f}", 100 * weight_share(kind, outcome)), kind.counts);
  }
  row("all", all, "", "", outcome.all);
  return table.text();
}

std::string latency_table(const Outcome& outcome) {
  TextTable table({"task", "wake-ups", "latency us: mean", "p50", "p90", "p99", "p99.9", "max",
                   "switches", "preempted", "moves: core", "llc", "node", "far"});
  const auto row = [&](const std::string& task, const Counts& counts) {
    std::vector<std::string> cells = {task, fmt::format("{}", counts.wakeups),
                                      fmt::format("{:.1f}", counts.latency.mean() / 1000)};
    for (const auto& [text, per_mille] : kPercentiles)
      cells.push_back(us(counts.latency.percentile(per_mille)));
    cells.push_back(us(counts.latency.max()));
    cells.push_back(fmt::format("{}", counts.switches));
    cells.push_back(fmt::format("{}", counts.preemptions));
    for (const std::uint64_t moves : counts.migrations) cells.push_back(fmt::format("{}", moves));
    table.add(std::move(cells));
  };
  if (outcome.kinds.size() <= kMostRows)
    for (const KindOutcome& kind : outcome.kinds) row(kind.name, kind.counts);
  row("all", outcome.all);
  return table.text();
}

void write_migrations(stats::JsonWriter& out,
                      const std::array<std::uint64_t, sim::kDistances>& migrations) {
  out.key("migrations");
  out.begin_object();
  for (std::size_t at = 0; at < migrations.size(); ++at) {
    out.member(kDistances[at], migrations[at]);
  }
  out.end_object();
}

// What the callbacks cost, the dearest first. A host that is busy with something else makes single
// calls long: the median does not care.
std::string cost_table(const Outcome& outcome) {
  std::vector<sim::OpCost> ops = outcome.ops;
  std::ranges::sort(ops, std::ranges::greater(),
                    [](const sim::OpCost& op) { return op.host_ns.sum(); });
  sim::OpCost all;
  all.op = "all";
  for (const sim::OpCost& op : ops) {
    all.kernel_calls += op.kernel_calls;
    all.host_ns.merge(op.host_ns);
    all.blocks.merge(op.blocks);
  }
  const bool counted = all.blocks.count() > 0;
  ops.push_back(std::move(all));
  std::vector<std::string> header = {"callback",      "calls", "kernel calls each",
                                     "host ns: mean", "p50",   "p99"};
  if (counted) header.insert(header.end(), {"blocks: mean", "p99"});
  TextTable table(std::move(header));
  for (const sim::OpCost& op : ops) {
    std::vector<std::string> cells = {
        op.op,
        fmt::format("{}", op.host_ns.count()),
        fmt::format("{:.2f}", part(op.kernel_calls, op.host_ns.count())),
        fmt::format("{:.0f}", op.host_ns.mean()),
        fmt::format("{}", op.host_ns.percentile(500)),
        fmt::format("{}", op.host_ns.percentile(990))};
    if (counted) {
      cells.push_back(fmt::format("{:.1f}", op.blocks.mean()));
      cells.push_back(fmt::format("{}", op.blocks.percentile(990)));
    }
    table.add(std::move(cells));
  }
  return table.text() + fmt::format("the engine: {:.0f} ns an event\n",
                                    part(outcome.engine_host_ns, outcome.nr_events));
}

void write_costs(stats::JsonWriter& out, const Outcome& outcome) {
  out.member("engine_host_ns", outcome.engine_host_ns);
  out.key("costs");
  out.begin_array();
  for (const sim::OpCost& op : outcome.ops) {
    out.begin_object();
    out.member("callback", op.op);
    out.member("calls", op.host_ns.count());
    out.member("kernel_calls", op.kernel_calls);
    out.member("host_ns_mean", op.host_ns.mean());
    out.member("host_ns_p50", op.host_ns.percentile(500));
    out.member("host_ns_p99", op.host_ns.percentile(990));
    if (op.blocks.count()) {
      out.member("blocks_mean", op.blocks.mean());
      out.member("blocks_p99", op.blocks.percentile(990));
    }
    out.end_object();
  }
  out.end_array();
}

void write_counts(stats::JsonWriter& out, const Counts& counts, const Outcome& outcome) {
  out.member("run_ns", counts.run_ns);
  out.member("least_run_ns", std::min(counts.least_run_ns, counts.most_run_ns));
  out.member("most_run_ns", counts.most_run_ns);
  out.member("share", part(counts.run_ns, outcome.all.run_ns));
  out.member("rounds", counts.rounds);
  out.member("switches", counts.switches);
  out.member("preemptions", counts.preemptions);
  out.member("wakeups", counts.wakeups);
  out.member("longest_wait_ns", counts.longest_wait_ns);
  write_migrations(out, counts.migrations);
  out.key("latency_ns");
  out.begin_object();
  out.member("count", counts.latency.count());
  out.member("mean", counts.latency.mean());
  for (const auto& [key, per_mille] : kPercentiles)
    out.member(key, counts.latency.percentile(per_mille));
  out.member("max", counts.latency.max());
  out.end_object();
}

// The part of their time that the CPUs of a unit were busy.
double busy(const UnitResult& unit, const Outcome& outcome) {
  return part(unit.busy_ns, outcome.measured_ns * static_cast<std::uint64_t>(unit.nr_cpus));
}

double mean(const TaskResult& task) { return part(task.latency_sum_ns, task.latencies); }

std::string unit_table(const std::vector<UnitResult>& units, const Outcome& outcome) {
  TextTable table({"unit", "cids", "CPUs", "busy %", "switches", "preempted", "moves in", "out"},
                  2);
  for (const UnitResult& unit : units)
    table.add({fmt::format("{} {}", unit.level, unit.number), unit.cids,
               fmt::format("{}", unit.nr_cpus), fmt::format("{:.2f}", 100 * busy(unit, outcome)),
               fmt::format("{}", unit.switches), fmt::format("{}", unit.preemptions),
               fmt::format("{}", unit.moves_in), fmt::format("{}", unit.moves_out)});
  return table.text();
}

std::string task_table(const std::vector<TaskResult>& tasks, const Outcome& outcome) {
  TextTable table({"task", "pid", "run ms", "wake-ups", "latency us: mean", "max",
                   "longest wait ms", "switches", "preempted", "moves: core", "llc", "node",
                   "far"});
  for (const TaskResult& task : tasks) {
    std::vector<std::string> cells = {outcome.kinds[static_cast<std::size_t>(task.kind)].name,
                                      fmt::format("{}", task.pid),
                                      ms(task.run_ns),
                                      fmt::format("{}", task.wakeups),
                                      fmt::format("{:.1f}", mean(task) / 1000),
                                      us(task.latency_max_ns),
                                      ms(task.longest_wait_ns),
                                      fmt::format("{}", task.switches),
                                      fmt::format("{}", task.preemptions)};
    for (const std::uint64_t moves : task.migrations) cells.push_back(fmt::format("{}", moves));
    table.add(std::move(cells));
  }
  return table.text();
}

void write_texts(stats::JsonWriter& out, std::string_view key,
                 const std::vector<std::string>& texts) {
  out.key(key);
  out.begin_array();
  for (const std::string& text : texts) out.value(std::string_view(text));
  out.end_array();
}

void write_units(stats::JsonWriter& out, const std::vector<UnitResult>& units,
                 const Outcome& outcome) {
  out.key("units");
  out.begin_array();
  for (const UnitResult& unit : units) {
    out.begin_object();
    out.member("level", unit.level);
    out.member("number", unit.number);
    out.member("cids", unit.cids);
    out.member("nr_cpus", unit.nr_cpus);
    out.member("busy", busy(unit, outcome));
    out.member("busy_ns", unit.busy_ns);
    out.member("switches", unit.switches);
    out.member("preemptions", unit.preemptions);
    out.member("moves_in", unit.moves_in);
    out.member("moves_out", unit.moves_out);
    out.end_object();
  }
  out.end_array();
}

void write_tasks(stats::JsonWriter& out, const std::vector<TaskResult>& tasks,
                 const Outcome& outcome) {
  out.key("each_task");
  out.begin_array();
  for (const TaskResult& task : tasks) {
    out.begin_object();
    out.member("name", std::string_view(outcome.kinds[static_cast<std::size_t>(task.kind)].name));
    out.member("pid", task.pid);
    out.member("run_ns", task.run_ns);
    out.member("switches", task.switches);
    out.member("preemptions", task.preemptions);
    out.member("wakeups", task.wakeups);
    out.member("longest_wait_ns", task.longest_wait_ns);
    write_migrations(out, task.migrations);
    out.key("latency_ns");
    out.begin_object();
    out.member("count", task.latencies);
    out.member("mean", mean(task));
    out.member("max", task.latency_max_ns);
    out.end_object();
    out.end_object();
  }
  out.end_array();
}

}  // namespace

std::string label(const Subject& subject) {
  std::string text = subject.scheduler;
  for (const std::string& knob : subject.set) text += ' ' + knob;
  return text;
}

std::string to_text(const Subject& subject, const Outcome& outcome, const Details& details) {
  std::string text = fmt::format("{} on {}\nworkload {}, seed {}: {} ms, {} events\n",
                                 label(subject), subject.machine, subject.workload, subject.seed,
                                 ms(outcome.end_ns), outcome.nr_events);
  if (outcome.end == End::policy)
    text += fmt::format("the scheduler ended itself (code {}): {}\n", outcome.exit_code,
                        outcome.message);
  if (outcome.end == End::hotplug)
    text += fmt::format("the kernel ended it, for the scheduler to start anew (code 0x{:x}): {}\n",
                        outcome.exit_code, outcome.message);
  if (outcome.nr_restarts)
    text += fmt::format("new starts after a hotplug: {}\n", outcome.nr_restarts);
  for (const std::string& line : outcome.printed) text += "printed: " + line + '\n';
  const std::uint64_t cpu_ns = outcome.measured_ns * static_cast<std::uint64_t>(subject.nr_cpus);
  text += '\n' + time_table(outcome) + '\n' + latency_table(outcome);
  text += fmt::format("\nidle {:.2f} %, of which while work waited {:.2f} % of all CPU time\n",
                      100 * part(outcome.idle_ns, cpu_ns),
                      100 * part(outcome.idle_while_waiting_ns, cpu_ns));
  if (!details.units.empty()) text += '\n' + unit_table(details.units, outcome);
  if (!details.tasks.empty()) text += '\n' + task_table(details.tasks, outcome);
  if (!outcome.ops.empty()) text += '\n' + cost_table(outcome);
  return text;
}

stats::Json to_json(const Subject& subject, const Outcome& outcome, const Details& details) {
  stats::JsonWriter out;
  out.begin_object();
  out.member("version", SCXX_VERSION);
  out.member("scheduler", subject.scheduler);
  if (!subject.set.empty()) write_texts(out, "set", subject.set);
  out.member("machine", subject.machine);
  out.member("nr_cpus", subject.nr_cpus);
  out.member("workload", subject.workload);
  out.member("seed", subject.seed);
  out.member("end", name(outcome.end));
  out.member("exit_code", outcome.exit_code);
  out.member("message", outcome.message);
  out.member("end_ns", outcome.end_ns);
  out.member("measured_ns", outcome.measured_ns);
  out.member("restarts", outcome.nr_restarts);
  out.member("events", outcome.nr_events);
  out.member("callbacks", outcome.nr_decisions);
  out.member("idle_ns", outcome.idle_ns);
  out.member("idle_while_waiting_ns", outcome.idle_while_waiting_ns);
  out.key("all");
  out.begin_object();
  write_counts(out, outcome.all, outcome);
  out.end_object();
  out.key("tasks");
  out.begin_array();
  for (const KindOutcome& kind : outcome.kinds) {
    out.begin_object();
    out.member("name", kind.name);
    out.member("tasks", kind.nr_tasks);
    out.member("weight", kind.weight);
    out.member("share_by_weight", weight_share(kind, outcome));
    write_counts(out, kind.counts, outcome);
    out.end_object();
  }
  out.end_array();
  if (!details.units.empty()) write_units(out, details.units, outcome);
  if (!details.tasks.empty()) write_tasks(out, details.tasks, outcome);
  write_texts(out, "printed", outcome.printed);
  if (!outcome.ops.empty()) write_costs(out, outcome);
  out.end_object();
  return std::move(out).take();
}

}  // namespace scx::scxsim
