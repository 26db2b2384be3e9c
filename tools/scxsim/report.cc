// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "scx/stats/json.h"

namespace scx::scxsim {
namespace {

using sim::Counts;
using sim::End;
using sim::KindOutcome;
using sim::Outcome;

constexpr std::pair<const char*, int> kPercentiles[] = {
    {"p50", 500}, {"p90", 900}, {"p99", 990}, {"p999", 999}};
constexpr const char* kDistances[] = {"core", "llc", "node", "far"};

double part(std::uint64_t of, std::uint64_t whole) {
  return whole ? static_cast<double>(of) / static_cast<double>(whole) : 0;
}

std::string_view name(End end) {
  switch (end) {
    case End::finished:
      return "finished";
    case End::policy:
      return "exit";
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

// Rows of cells, each column as wide as it has to be; the first to the left, the others to the
// right.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
      for (std::size_t at = 0; at < row.size(); ++at)
        widths[at] = std::max(widths[at], row[at].size());
    std::string out;
    for (const auto& row : rows_) {
      out += fmt::format("{:<{}}", row[0], widths[0]);
      for (std::size_t at = 1; at < row.size(); ++at)
        out += fmt::format("  {:>{}}", row[at], widths[at]);
      out += '\n';
    }
    return out;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string us(std::uint64_t ns) { return fmt::format("{:.1f}", static_cast<double>(ns) / 1000); }
std::string ms(std::uint64_t ns) {
  return fmt::format("{:.1f}", static_cast<double>(ns) / 1'000'000);
}

// Many kinds that are alike would fill screens: more than this are shown together.
constexpr std::size_t kMostRows = 24;

std::string time_table(const Outcome& outcome) {
  Table table({"task", "tasks", "weight", "time %", "by weight %", "run ms", "least", "most",
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
  Table table({"task", "wake-ups", "latency us: mean", "p50", "p90", "p99", "p99.9", "max",
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

void write_counts(stats::JsonWriter& out, const Counts& counts, const Outcome& outcome) {
  const auto number = [&](std::string_view key, auto value) {
    out.key(key);
    out.value(value);
  };
  number("run_ns", counts.run_ns);
  number("least_run_ns", std::min(counts.least_run_ns, counts.most_run_ns));
  number("most_run_ns", counts.most_run_ns);
  number("share", part(counts.run_ns, outcome.all.run_ns));
  number("rounds", counts.rounds);
  number("switches", counts.switches);
  number("preemptions", counts.preemptions);
  number("wakeups", counts.wakeups);
  number("longest_wait_ns", counts.longest_wait_ns);
  out.key("migrations");
  out.begin_object();
  for (std::size_t at = 0; at < counts.migrations.size(); ++at)
    number(kDistances[at], counts.migrations[at]);
  out.end_object();
  out.key("latency_ns");
  out.begin_object();
  number("count", counts.latency.count());
  number("mean", counts.latency.mean());
  for (const auto& [key, per_mille] : kPercentiles)
    number(key, counts.latency.percentile(per_mille));
  number("max", counts.latency.max());
  out.end_object();
}

}  // namespace

std::string to_text(const Subject& subject, const Outcome& outcome) {
  std::string text = fmt::format("{} on {}\nworkload {}, seed {}: {} ms, {} events\n",
                                 subject.scheduler, subject.machine, subject.workload, subject.seed,
                                 ms(outcome.end_ns), outcome.nr_events);
  if (outcome.end == End::policy)
    text += fmt::format("the scheduler ended itself (code {}): {}\n", outcome.exit_code,
                        outcome.message);
  for (const std::string& line : outcome.printed) text += "printed: " + line + '\n';
  const std::uint64_t cpu_ns = outcome.measured_ns * static_cast<std::uint64_t>(subject.nr_cpus);
  text += '\n' + time_table(outcome) + '\n' + latency_table(outcome);
  text += fmt::format("\nidle {:.2f} %, of which while work waited {:.2f} % of all CPU time\n",
                      100 * part(outcome.idle_ns, cpu_ns),
                      100 * part(outcome.idle_while_waiting_ns, cpu_ns));
  return text;
}

std::string to_json(const Subject& subject, const Outcome& outcome) {
  stats::JsonWriter out;
  const auto put = [&](std::string_view key, auto value) {
    out.key(key);
    out.value(value);
  };
  out.begin_object();
  put("version", std::string_view(SCXX_VERSION));
  put("scheduler", std::string_view(subject.scheduler));
  put("machine", std::string_view(subject.machine));
  put("nr_cpus", subject.nr_cpus);
  put("workload", std::string_view(subject.workload));
  put("seed", subject.seed);
  put("end", name(outcome.end));
  put("exit_code", outcome.exit_code);
  put("message", std::string_view(outcome.message));
  put("end_ns", outcome.end_ns);
  put("measured_ns", outcome.measured_ns);
  put("events", outcome.nr_events);
  put("callbacks", outcome.nr_decisions);
  put("idle_ns", outcome.idle_ns);
  put("idle_while_waiting_ns", outcome.idle_while_waiting_ns);
  out.key("all");
  out.begin_object();
  write_counts(out, outcome.all, outcome);
  out.end_object();
  out.key("tasks");
  out.begin_array();
  for (const KindOutcome& kind : outcome.kinds) {
    out.begin_object();
    put("name", std::string_view(kind.name));
    put("tasks", kind.nr_tasks);
    put("weight", kind.weight);
    put("share_by_weight", weight_share(kind, outcome));
    write_counts(out, kind.counts, outcome);
    out.end_object();
  }
  out.end_array();
  out.key("printed");
  out.begin_array();
  for (const std::string& line : outcome.printed) out.value(std::string_view(line));
  out.end_array();
  out.end_object();
  return std::move(out).take().text + '\n';
}

}  // namespace scx::scxsim
